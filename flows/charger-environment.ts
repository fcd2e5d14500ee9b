// The variables that the charger, its flow and its guard run on: its identity, its pins, nothing of the cloud's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineKey } from '../nodes/charging-station/lines.ts';
import { places, type StationVariables, stationVariables, VariableError } from './environment.ts';

/**
 * For Node, of the charger's process. Most of what a session makes is short-lived, and yet with V8's usual room for the
 * young (32 MB twice) it is collected so seldom that the process doubles over a thousand sessions; with 1 MB it stays.
 */
export const CHARGER_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=1'];

/**
 * @param driver the GPIO driver when `GPIO_DRIVER` does not name one
 * @throws {VariableError} when a variable is wrong, two name the same line, or the station has no key yet
 */
export function chargerEnvironment(
  driver: 'auto' | 'simulated',
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const { MASTER_KEY, MASTER_KEY_FILE, MASTER_KEY_COMMAND, DATABASE_URL, ADMIN_PASSWORD, ...rest } = env;
  const at = places(env);
  const gpioDriver = rest.GPIO_DRIVER || driver;
  const simulated = gpioDriver === 'simulated';
  const lines = {
    RELAY_LINE: rest.RELAY_LINE || (simulated ? 'relay' : 'GPIO27'),
    VEHICLE_LINE: rest.VEHICLE_LINE || (simulated ? 'vehicle' : 'GPIO17'),
  };
  refuseSharedLines({ ...rest, ...lines });
  return {
    // No contactor wears out in simulation, and a script may charge many times a minute: no limit there unless asked for.
    RELAY_LEAST_SECONDS: simulated ? '0' : '10',
    RELAY_MOST_CLOSINGS: simulated ? '0' : '10',
    ...lines,
    JOURNAL_FOLDER: join(at.chargerDir, 'journal'),
    // Set to nothing is not set: `RELAY_LINE=` in a settings file means the default.
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== '')),
    ...identity(at.stationFile, env),
    ...(rest.CLOUD_URL && { CLOUD_URL: rest.CLOUD_URL }),
    GPIO_DRIVER: gpioDriver,
    DATA_DIR: at.dataDir,
    GPIO_FOLDER: at.pinsDir,
    GUARD_SOCKET: at.guardSocket,
  };
}

/**
 * A contact on the relay's line would take it from the guard, or read what the guard writes: neither the simulated lines
 * nor sysfs would notice.
 */
function refuseSharedLines(env: NodeJS.ProcessEnv): void {
  const matrix = env.KEYPAD === 'matrix' ? ['KEYPAD_ROWS', 'KEYPAD_COLUMNS'] : [];
  const meter = env.METER === 's0' ? ['METER_LINE'] : [];
  const taken = new Map<string, string>();
  for (const name of ['RELAY_LINE', 'VEHICLE_LINE', 'FEEDBACK_LINE', ...meter, ...matrix]) {
    const lines = matrix.includes(name) ? (env[name] ?? '').split(/[\s,]+/) : [env[name] ?? ''];
    for (const line of lines.filter((one) => one.trim() !== '')) {
      const other = taken.get(lineKey(line));
      if (other === name) throw new VariableError(name, `each line once, and names ${line} twice`);
      if (other !== undefined) throw new VariableError(name, `another line than ${other}: both name ${line}`);
      taken.set(lineKey(line), name);
    }
  }
}

/** From `STATION_KEY` and its companions where that is set, else from what was provisioned. */
function identity(stationFile: string, env: NodeJS.ProcessEnv): Record<string, string> {
  if (env.STATION_KEY) {
    if (!/^[0-9a-f]{64}$/i.test(env.STATION_KEY)) throw new VariableError('STATION_KEY', '64 hexadecimal digits');
    return variables({ ...stationVariables(env), key: env.STATION_KEY });
  }
  let provisioned: string;
  try {
    provisioned = readFileSync(stationFile, 'utf8');
  } catch (cause) {
    const takes = `the key that the cloud gives out when it provisions a station, or the file it gives lies at ${stationFile}`;
    throw new VariableError('STATION_KEY', takes, { cause });
  }
  return variables(JSON.parse(provisioned));
}

/** @param of with `page`, the customer's page of this station, as the operator's file has it */
function variables(of: StationVariables & { key: string; page?: unknown }): Record<string, string> {
  const cloud = typeof of.page === 'string' ? /^(https?:\/\/.+)\/charge\/[^/]*$/.exec(of.page)?.[1] : undefined;
  return {
    ...(cloud && { CLOUD_URL: cloud }),
    STATION_ID: of.station,
    STATION_KEY: of.key,
    STATION_UNIT: of.unit,
    STATION_STEP: String(of.step),
    STATION_LAYOUT: of.layout,
    STATION_SEQUENCE: of.sequence,
    SLOT_SECONDS: String(of.slotSeconds),
  };
}
