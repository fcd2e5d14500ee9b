// The charger's Node-RED: its settings, and what our server does around it. Everything comes from the environment
// (README, "Variables"). A charger has no network: nothing here asks one.
import { join } from 'node:path';
import { randomSecret, secretOnce } from '../../api/secret-file.ts';
import { listening, places } from '../launcher/environment.ts';
import { adminAuth, administrator, tellPassword } from '../server/admin.ts';
import { logging } from '../server/logging.ts';
import type { SideSettings } from '../server/run.ts';
import { SignIn } from '../server/sign-in.ts';
import { shippedFlow } from '../server/user-folder.ts';
import { before, failed, notFound, readBenchBody } from './answers.ts';
import { panelSocket, strangers } from './strangers.ts';

const { env } = process;
const at = places(env);
const { host, port } = listening('charger', env);

const admin = await administrator(at.chargerDir, env);
delete env.ADMIN_PASSWORD;
tellPassword(admin, "Editor of the charger's flow", at.chargerDir);

export default {
  nodeRed: {
    userDir: join(at.chargerDir, 'node-red'),
    uiHost: host,
    uiPort: port,
    httpAdminRoot: '/editor',
    httpNodeRoot: '/',
    httpNodeMiddleware: readBenchBody,
    httpServerOptions: { 'x-powered-by': false },
    adminAuth: adminAuth(admin),
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
  flowFile: shippedFlow('charger'),
  before,
  notFound,
  failed,
  signIn: new SignIn(admin),
  refuses: strangers({ host, allowed: env.ALLOWED_HOSTS }),
  refusesSocket: panelSocket(),
  // The relay is let go after it: nothing that a panel asks is worth more.
  answerWaitMs: 500,
} satisfies SideSettings;
