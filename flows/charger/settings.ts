// The charger's Node-RED: its settings, and what our server does around it. Everything comes from the environment
// (README, "Variables"). A charger has no network: nothing here asks one.
import { listening, places } from '../launcher/environment.ts';
import { administrator, tellPassword } from '../server/admin.ts';
import type { SideSettings } from '../server/run.ts';
import { SignIn } from '../server/sign-in.ts';
import { shippedFlow } from '../server/user-folder.ts';
import { usualSettings } from '../server/usual-settings.ts';
import { before, failed, notFound, readBenchBody } from './answers.ts';
import { keepHeapSmall } from './heap.ts';
import { panelSocket, strangers } from './strangers.ts';

keepHeapSmall();

const { env } = process;
const at = places(env);
const listens = listening('charger', env);

const admin = administrator(at.chargerDir, env);
delete env.ADMIN_PASSWORD;
const passwordTold = tellPassword(admin, "Editor of the charger's flow", at.chargerDir);

export default {
  nodeRed: {
    ...usualSettings(listens, at.chargerDir, admin, env),
    httpNodeMiddleware: readBenchBody,
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false, allowUpload: false },
      modules: { allowInstall: false },
    },
    editorTheme: {
      page: { title: 'Offline charging: station' },
      header: { title: `Station ${env.STATION_ID ?? ''}`.trim() },
      palette: { catalogues: [] },
      tours: false,
      // There, or Node-RED warns at each start that there are none.
      projects: {},
    },
  },
  flowFile: shippedFlow('charger'),
  before,
  notFound,
  failed,
  signIn: new SignIn(admin),
  passwordTold,
  refuses: strangers({ host: listens.host, allowed: env.ALLOWED_HOSTS }),
  refusesSocket: panelSocket(),
  // The relay is let go after it: nothing that a panel asks is worth more.
  answerWaitMs: 500,
} satisfies SideSettings;
