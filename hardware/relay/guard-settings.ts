// The guard's command line and environment.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DRIVER_NAMES, type DriverName } from '../gpio/driver.ts';
import { PIN_NOTATION, type Pin } from '../gpio/pin.ts';
import type { GuardedLine } from './guard.ts';
import { type Protection, protectionOf, readProtection, stricter, UNPROTECTED } from './protection.ts';
import { readRelays } from './relay-pins.ts';

export const HELP = `offline-charging-guard: holds the relays' GPIO lines, and switches a relay off when whoever
leased it falls silent for 2 s, goes away, or is stopped. At its start every relay goes off first.

  --socket PATH             where clients lease relays (GUARD_SOCKET)
  --driver NAME             ${DRIVER_NAMES.join(', ')} (GPIO_DRIVER; auto)
  --folder PATH             where simulated lines are (GPIO_FOLDER; DATA_DIR/pins)
  --relay NAME=LINE         a relay and its pin, ${PIN_NOTATION};
                            may be repeated (GUARD_RELAYS, separated by spaces; without either:
                            those of RELAY_LINE, one an outlet, semicolons between them, as relay, relay-2,
                            relay-3; else relay=GPIO27, under simulation relay=relay;
                            RELAY_ACTIVE_LOW=true: 0 switches each of them on)
  --least-seconds N         from one closing to the next, at least, whatever a client asks for; RELAY_LEAST_SECONDS
                            holds as well where it is set (10, under simulation 0)
  --most-closings N         at most so many closings in --window-seconds, 0: any number; RELAY_MOST_CLOSINGS holds
                            as well where it is set (10, under simulation 0)
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
  if ((action === 'guard' || action === 'off') && !DRIVER_NAMES.includes(driver))
    throw new Error(`--driver must be one of ${DRIVER_NAMES.join(', ')}.`);
  if ((action === 'guard' || action === 'status') && !socket) throw new Error('No socket is given: --socket PATH.');
  const number = (name: 'least-seconds' | 'most-closings' | 'window-seconds' | 'longest-on-seconds', usual: number) =>
    values[name] === undefined ? usual : Number(values[name]);
  const variables = { ...environment, GPIO_DRIVER: driver };
  const { set, usual } = protectionOf(variables);
  return {
    action,
    socket,
    driver,
    folder: values.folder || environment.GPIO_FOLDER || (environment.DATA_DIR && join(environment.DATA_DIR, 'pins')),
    relays: guardedLines(readRelays(variables, values.relay)),
    minimum: stricter(
      set,
      readProtection({
        leastSeconds: number('least-seconds', usual.leastSeconds),
        mostClosings: number('most-closings', usual.mostClosings),
        windowSeconds: number('window-seconds', UNPROTECTED.windowSeconds),
        longestOnSeconds: number('longest-on-seconds', UNPROTECTED.longestOnSeconds),
      }),
    ),
  };
}

function guardedLines(relays: Readonly<Record<string, Pin>>): Record<string, GuardedLine> {
  const lines = Object.entries(relays).map(([name, { line, activeLow, pull }]) => {
    return [name, { line, ...(activeLow && { activeLow }), ...(pull && { pull }) }] as const;
  });
  return Object.fromEntries(lines);
}
