// The charger's Node-RED: its settings, and what our server does around it. Everything comes from the environment
// (README, "Variables"). A charger has no network: nothing here asks one.
import { join } from 'node:path';
import { randomSecret, secretOnce } from '../../nodes/shared/secret-file.ts';
import { listening, places } from '../environment.ts';
import type { SideSettings } from '../run.ts';
import { ADMIN_NAME, adminAuth, administrator } from '../shared/admin.ts';
import { logging } from '../shared/logging.ts';
import { before, failed, notFound, readBenchBody } from './answers.ts';

const { env } = process;
const at = places(env);
const { host, port } = listening('charger', env);

/** On this machine alone the editor is open; whoever opens the charger to a network gets a password on it. */
const adminSettings = isLoopback(host) ? {} : { adminAuth: await guardedEditor() };

async function guardedEditor(): Promise<object> {
  const admin = await administrator(at.chargerDir, env);
  delete env.ADMIN_PASSWORD;
  if (admin.made !== undefined) {
    // Not through the log, which others may read.
    console.log(
      `\nEditor of the charger's flow: user ${ADMIN_NAME}, password ${admin.made}\n` +
        `This is shown once. To choose your own, set ADMIN_PASSWORD; for a new one, remove ${join(at.chargerDir, 'admin.hash')}.\n`,
    );
  }
  return adminAuth(admin);
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\./.test(address);
}

export default {
  nodeRed: {
    userDir: join(at.chargerDir, 'node-red'),
    uiHost: host,
    uiPort: port,
    httpAdminRoot: '/editor',
    httpNodeRoot: '/',
    httpNodeMiddleware: readBenchBody,
    httpServerOptions: { 'x-powered-by': false },
    ...adminSettings,
    credentialSecret: secretOnce(join(at.chargerDir, 'credential.secret'), randomSecret),
    logging: logging(env, process.stdout.isTTY === true),
    telemetry: { enabled: false, updateNotification: false },
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false, allowUpload: false },
      modules: { allowInstall: false },
    },
    lang: /^zh/i.test(env.LANGUAGE ?? '') ? 'zh-CN' : 'en-US',
    editorTheme: {
      page: { title: 'Offline charging: station' },
      header: { title: `Station ${env.STATION_ID ?? ''}`.trim() },
      palette: { catalogues: [] },
      tours: false,
    },
    exportGlobalContextKeys: false,
  },
  flowFile: join(import.meta.dirname, 'flow.json'),
  before,
  notFound,
  failed,
  // The relay is let go after it: nothing that a panel asks is worth more.
  answerWaitMs: 500,
} satisfies SideSettings;
