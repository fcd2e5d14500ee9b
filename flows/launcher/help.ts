// What `offline-charging start|cloud|charger --help` prints.
import type { Side } from './environment.ts';

const both = `  DATA_DIR          everything that is kept (./data)
  HOST              the address that is listened on (127.0.0.1)
  ADMIN_PASSWORD    of the editor, and of the operator's dashboard (made at first start, told once)
`;

const cloud = `  CLOUD_PORT        (1880)
  DATABASE_URL      sqlite:FILE or postgres://… (a file in the data folder)
  MASTER_KEY        64 hex digits; or MASTER_KEY_FILE or MASTER_KEY_COMMAND (made at first start, in the data folder)
  TRUST_PROXY       how many proxies stand before it, or their addresses
`;

const charger = `  CHARGER_PORT      (1881)
  STATION_KEY       64 hex digits, with STATION_ID (else DATA_DIR/charger/station.json, as the cloud gives it out)
  ALLOWED_HOSTS     names of this machine in its network, where HOST opens it
  GPIO_DRIVER       auto, gpiod, onoff or simulated
  RELAY_LINE, VEHICLE_LINE, KEYPAD, METER, DISPLAY_KIND, … what is wired: docs/deploying-a-station.md
`;

const more = '\nMore of each: README.md, "Variables".';

export const START_HELP = `offline-charging start: relay guard, charger and cloud, each a process, on simulated hardware
unless GPIO_DRIVER names another.

  --only SIDE       cloud or charger (with its guard)
  --inspect SIDE    cloud, charger or guard: with Node's debugger at 127.0.0.1:9229
  --help

Variables:
${both}${cloud}${charger}${more}`;

export const SIDE_HELP: Readonly<Record<Side, string>> = {
  cloud: `offline-charging cloud: the cloud alone.

  --help

Variables:
${both}${cloud}${more}`,
  charger: `offline-charging charger: the charger alone; its relay guard runs beside it.

  --help

Variables:
${both}${charger}${more}`,
};
