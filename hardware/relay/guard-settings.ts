// The guard's command line and environment.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DRIVER_NAMES, type DriverName } from '../gpio/driver.ts';
import type { GuardedLine } from './guard.ts';
import { type Protection, readProtection, UNPROTECTED } from './protection.ts';

export const HELP = `offline-charging-guard: holds the relays' GPIO lines, and switches a relay off when whoever
leased it falls silent for 2 s, goes away, or is stopped. At its start every relay goes off first.

  --socket PATH             where clients lease relays (GUARD_SOCKET)
  --driver NAME             ${DRIVER_NAMES.join(', ')} (GPIO_DRIVER; auto)
  --folder PATH             where simulated lines are (GPIO_FOLDER; DATA_DIR/pins)
  --relay NAME=LINE[,active-low]
                            a relay and its line, a BCM number or a line's name; may be repeated
                            (GUARD_RELAYS, separated by spaces; without either:
                            relay=RELAY_LINE, or relay=GPIO27, under simulation relay=relay)
  --least-seconds N         from one closing to the next, at least, whatever a client asks for (0)
  --most-closings N         at most so many closings in --window-seconds, 0: any number (0)
  --window-seconds N        (600)
  --longest-on-seconds N    a relay goes off by itself after so long, 0: never (0)
  --off                     switch the relays off and end, for systemd's ExecStopPost
  --status                  print what a running guard says of itself, and end
  --help
`;

export interface GuardSettings {
  readonly action: 'guard' | 'off' | 'status' | 'help';
  readonly socket: string;
  readonly driver: DriverName;
  readonly folder: string | undefined;
  readonly relays: Readonly<Record<string, GuardedLine>>;
  readonly minimum: Protection;
}

/** What the charger takes too, where nothing is set (flows/charger-environment.ts). */
const DEFAULT_LINE = { real: 'GPIO27', simulated: 'relay' };

/** Throws an `Error` that says what is wrong on the command line. */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): GuardSettings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      socket: { type: 'string' },
      driver: { type: 'string' },
      folder: { type: 'string' },
      relay: { type: 'string', multiple: true },
      'least-seconds': { type: 'string' },
      'most-closings': { type: 'string' },
      'window-seconds': { type: 'string' },
      'longest-on-seconds': { type: 'string' },
      off: { type: 'boolean' },
      status: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const action = values.help ? 'help' : values.status ? 'status' : values.off ? 'off' : 'guard';
  const driver = (values.driver || environment.GPIO_DRIVER || 'auto') as DriverName;
  const socket = values.socket ?? environment.GUARD_SOCKET ?? '';
  const given = values.relay ?? environment.GUARD_RELAYS?.split(/\s+/).filter(Boolean) ?? [];
  const line = environment.RELAY_LINE || DEFAULT_LINE[driver === 'simulated' ? 'simulated' : 'real'];
  const relays = given.length > 0 ? given : [`relay=${line}`];
  if ((action === 'guard' || action === 'off') && !DRIVER_NAMES.includes(driver))
    throw new Error(`--driver must be one of ${DRIVER_NAMES.join(', ')}.`);
  if ((action === 'guard' || action === 'status') && !socket) throw new Error('No socket is given: --socket PATH.');
  const number = (name: 'least-seconds' | 'most-closings' | 'window-seconds' | 'longest-on-seconds', usual: number) =>
    values[name] === undefined ? usual : Number(values[name]);
  return {
    action,
    socket,
    driver,
    folder: values.folder || environment.GPIO_FOLDER || (environment.DATA_DIR && join(environment.DATA_DIR, 'pins')),
    relays: readRelays(relays),
    minimum: readProtection({
      leastSeconds: number('least-seconds', UNPROTECTED.leastSeconds),
      mostClosings: number('most-closings', UNPROTECTED.mostClosings),
      windowSeconds: number('window-seconds', UNPROTECTED.windowSeconds),
      longestOnSeconds: number('longest-on-seconds', UNPROTECTED.longestOnSeconds),
    }),
  };
}

function readRelays(given: readonly string[]): Record<string, GuardedLine> {
  const relays = given.map(readRelay);
  const lines = relays.map(([, { line }]) => line);
  for (const [i, [name, { line }]] of relays.entries()) {
    if (lines.indexOf(line) !== i) throw new Error(`Line ${line} is given to two relays.`);
    if (relays.findIndex((other) => other[0] === name) !== i) throw new Error(`Relay ${name} is given twice.`);
  }
  return Object.fromEntries(relays);
}

function readRelay(text: string): [string, GuardedLine] {
  const [, name, line, option] = /^([A-Za-z0-9_-]{1,40})=([^,\s]+)(?:,(\S+))?$/.exec(text) ?? [];
  if (!name || !line || (option !== undefined && option !== 'active-low')) {
    throw new Error(`--relay ${text} is not of the form NAME=LINE or NAME=LINE,active-low.`);
  }
  return [name, option ? { line, activeLow: true } : { line }];
}
