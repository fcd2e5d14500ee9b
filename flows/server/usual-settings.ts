// What the Node-RED of both sides has in its settings.
import { join } from 'node:path';
import { randomSecret, secretOnce } from '../../api/secret-file.ts';
import type { Listening } from '../launcher/environment.ts';
import { type Administrator, adminAuth } from './admin.ts';
import { logging } from './logging.ts';

/** @param folder where the side keeps what is its own */
export function usualSettings({ host, port }: Listening, folder: string, admin: Administrator, env: NodeJS.ProcessEnv) {
  return {
    userDir: join(folder, 'node-red'),
    uiHost: host,
    uiPort: port,
    httpAdminRoot: '/editor',
    httpNodeRoot: '/',
    httpServerOptions: { 'x-powered-by': false },
    adminAuth: adminAuth(admin),
    credentialSecret: secretOnce(join(folder, 'credential.secret'), randomSecret),
    logging: logging(env, process.stdout.isTTY === true),
    telemetry: { enabled: false, updateNotification: false },
    lang: /^zh/i.test(env.LANGUAGE ?? '') ? 'zh-CN' : 'en-US',
    exportGlobalContextKeys: false,
  };
}
