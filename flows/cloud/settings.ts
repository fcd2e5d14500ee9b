// The cloud's Node-RED: its settings, and what our server does around it. Everything comes from the environment
// (README, "Variables"); what is secret is made at the first start and kept in the data folder.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { newVisitor, VISITOR_COOKIE } from '../../api/admission.ts';
import { trustedProxies } from '../../api/client-address.ts';
import { pathOf } from '../../api/contract.ts';
import { loadMasterKey } from '../../api/master-key.ts';
import { listening, places, VariableError } from '../launcher/environment.ts';
import { administrator, tellPassword } from '../server/admin.ts';
import type { SideSettings } from '../server/run.ts';
import { SignIn } from '../server/sign-in.ts';
import { shippedFlow } from '../server/user-folder.ts';
import { usualSettings } from '../server/usual-settings.ts';
import { answersHere, failed, isPlain, notFound, readBody } from './answers.ts';
import { chargePage } from './charge-page.ts';
import { dashboardGuard } from './dashboard-guard.ts';

const { env } = process;
const at = places(env);
const listens = listening('cloud', env);
const YEAR_SECONDS = 365 * 24 * 3600;

const trusts = env.TRUST_PROXY ? trustedProxies(env.TRUST_PROXY) : undefined;
if (env.TRUST_PROXY && !trusts) {
  throw new VariableError(
    'TRUST_PROXY',
    'the number of proxies that stand before this cloud, or their addresses or networks',
  );
}

// Read once and taken out of the environment: flows and the programs that they start do not find it there.
const masterKey = await loadMasterKey(at, env);
const payment = {
  secretKey: env.STRIPE_SECRET_KEY?.trim() ?? '',
  webhookSecret: env.PAYMENT_WEBHOOK_SECRET?.trim() ?? '',
  smtp: env.SMTP_URL?.trim() ?? '',
};
const SECRETS = ['MASTER_KEY', 'MASTER_KEY_FILE', 'MASTER_KEY_COMMAND', 'STRIPE_SECRET_KEY', 'PAYMENT_WEBHOOK_SECRET'];
for (const name of [...SECRETS, 'SMTP_URL']) delete env[name];
env.DATA_DIR = at.dataDir;

// The same for what alarms are signed with.
const alarmSecret = env.ALARM_WEBHOOK_SECRET?.trim();
delete env.ALARM_WEBHOOK_SECRET;

const admin = administrator(at.cloudDir, env);
delete env.ADMIN_PASSWORD;
const passwordTold = tellPassword(admin, "Editor of the cloud's flow and operator's dashboard", at.cloudDir);
const signIn = new SignIn(admin);
const dashboard = dashboardGuard(signIn);

const servePage = chargePage(undefined, env.OPERATOR_CONTACT?.trim().slice(0, 200), {
  name: env.OPERATOR_NAME?.trim(),
  address: env.OPERATOR_ADDRESS?.trim(),
  taxNumber: env.OPERATOR_TAX_NUMBER?.trim(),
  terms: env.OPERATOR_TERMS?.trim(),
});

/** Before Node-RED: methods and paths of the contract, and the customer's page. */
function before(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void {
  if (answersHere(request, response)) return;
  if (/^\/charge\//i.test(pathOf(request))) rememberVisitor(request, response);
  servePage(request, response, next);
}

/** Whoever opens the page is known again by a cookie: it is theirs that the codes are. */
function rememberVisitor(request: IncomingMessage, response: ServerResponse): void {
  if (new RegExp(`(?:^|; )${VISITOR_COOKIE}=`).test(request.headers.cookie ?? '')) return;
  const throughTls =
    trusts?.(request.socket.remoteAddress ?? '', 0) && /^\s*https\b/.test(String(request.headers['x-forwarded-proto']));
  const secure = throughTls ? '; Secure' : '';
  response.appendHeader(
    'Set-Cookie',
    `${VISITOR_COOKIE}=${newVisitor()}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${YEAR_SECONDS}${secure}`,
  );
}

export default {
  nodeRed: {
    ...usualSettings(listens, at.cloudDir, admin, env),
    httpNodeMiddleware: readBody,
    httpServerOptions: { 'x-powered-by': false, ...(trusts && { 'trust proxy': trusts }) },
    dashboard,
    editorTheme: {
      page: { title: 'Offline charging: cloud' },
      header: { title: 'Offline charging: cloud' },
      tours: false,
      // There, or Node-RED warns at each start that there are none.
      projects: {},
    },
    offlineCharging: { masterKey: async () => masterKey, alarmSecret, payment },
  },
  flowFile: shippedFlow('cloud'),
  before,
  notFound,
  failed,
  isPlain,
  signIn,
  passwordTold,
  trusts,
  refusesSocket: dashboard.refusesSocket,
  answerWaitMs: 10_000,
} satisfies SideSettings;
