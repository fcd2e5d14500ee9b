// The variables that the charger, its flow and its guard run on: its identity, its pins, nothing of the cloud's.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isProvisioningText, readProvisioning, type StationProvisioning } from '../../charging/codes/provisioning.ts';
import { writePin } from '../../hardware/gpio/pin.ts';
import { protectionOf } from '../../hardware/relay/protection.ts';
import { outletsOf, readRelays } from '../../hardware/relay/relay-pins.ts';
import { readStationPins, sharedLine } from '../../hardware/station-pins.ts';
import { places, stationVariables, VariableError } from '../launcher/environment.ts';

/**
 * For Node, of the charger's process. Most of what a session makes is short-lived, and yet with V8's usual room for the
 * young (32 MB twice) it is collected so seldom that the process doubles over a thousand sessions; with 1 MB it stays.
 */
export const CHARGER_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=1'];

/**
 * @param driver the GPIO driver when `GPIO_DRIVER` does not name one
 * @throws an `Error` that names the variable, when one is wrong, two name the same line, or the station has no key yet
 */
export function chargerEnvironment(
  driver: 'auto' | 'simulated',
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const { MASTER_KEY, MASTER_KEY_FILE, MASTER_KEY_COMMAND, DATABASE_URL, ...rest } = env;
  const at = places(env);
  const gpioDriver = rest.GPIO_DRIVER || driver;
  const known = identity(at.stationFile, env);
  // How many outlets there are is said with the key.
  const variables = { ...rest, ...known, GPIO_DRIVER: gpioDriver };
  const { usual } = protectionOf(variables);
  return {
    RELAY_LEAST_SECONDS: String(usual.leastSeconds),
    RELAY_MOST_CLOSINGS: String(usual.mostClosings),
    ...usualLines(variables),
    JOURNAL_FOLDER: join(at.chargerDir, 'journal'),
    JOURNAL_MARK: join(at.chargerDir, 'station.mark'),
    // Set to nothing is not set: `RELAY_LINE=` in a settings file means the default.
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value?.trim() !== '')),
    ...known,
    ...(rest.CLOUD_URL && { CLOUD_URL: rest.CLOUD_URL }),
    GPIO_DRIVER: gpioDriver,
    DATA_DIR: at.dataDir,
    GPIO_FOLDER: at.pinsDir,
    GUARD_SOCKET: at.guardSocket,
  };
}

/**
 * What the charger knows of itself: how many outlets it has, where journal and mark are, whose they are, what the cloud said of the key.
 * @throws an `Error` where the station has no key yet, or its file is none
 */
export function memoryEnvironment(env: NodeJS.ProcessEnv) {
  const at = places(env);
  const { STATION_ID = '', STATION_KEY = '', STATION_OUTLETS = '1', ...said } = identity(at.stationFile, env);
  return {
    ...said,
    STATION_ID,
    STATION_KEY,
    STATION_OUTLETS,
    JOURNAL_FOLDER: resolve(at.chargerDir, env.JOURNAL_FOLDER?.trim() || 'journal'),
    JOURNAL_MARK: resolve(at.chargerDir, env.JOURNAL_MARK?.trim() || 'station.mark'),
  };
}

/** @throws {VariableError} when two settings name the same line; a `PinError` for one that can't be read */
function usualLines(variables: NodeJS.ProcessEnv): Record<string, string> {
  const { pins, refused } = readStationPins(variables);
  if (refused[0]) throw refused[0];
  const shared = sharedLine(pins);
  if (shared !== undefined) {
    const { pin, other } = shared;
    if (other.setting === pin.setting)
      throw new VariableError(pin.setting, `each line once, and names ${pin.pin.line} twice`);
    throw new VariableError(pin.setting, `another line than ${other.setting}: both name ${pin.pin.line}`);
  }
  const lines = (use: 'relay' | 'vehicle') => {
    const ofOutlets = pins.filter((one) => one.use === use).slice(0, outletsOf(variables));
    return ofOutlets.map(({ pin }) => pin.line).join('; ');
  };
  return { RELAY_LINE: lines('relay'), VEHICLE_LINE: lines('vehicle') };
}

/** For the guard's command line: each relay whole, level and pull included. */
export function relayArguments(variables: NodeJS.ProcessEnv): string[] {
  return Object.entries(readRelays(variables)).flatMap(([name, pin]) => ['--relay', `${name}=${writePin(pin)}`]);
}

/**
 * From `STATION_KEY` and its companions where that is set, or the one text that the cloud gives out (`OC1:…`), else from the
 * file that was provisioned.
 */
function identity(stationFile: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const key = env.STATION_KEY?.trim() ?? '';
  if (isProvisioningText(key)) return variables(readIn(key, 'STATION_KEY'));
  if (key !== '') {
    if (!/^[0-9a-f]{64}$/i.test(key)) throw new VariableError('STATION_KEY', '64 hexadecimal digits, or a text OC1:…');
    return variables({ ...stationVariables(env), key, keyVersion: 1 });
  }
  let provisioned: string;
  try {
    provisioned = readFileSync(stationFile, 'utf8');
  } catch (cause) {
    const takes = `the key that the cloud gives out when it provisions a station, or the file it gives lies at ${stationFile}`;
    throw new VariableError('STATION_KEY', takes, { cause });
  }
  return variables(readIn(provisioned, stationFile));
}

/** @throws an `Error` that names where it stands, and what is wrong */
function readIn(text: string, where: string): StationProvisioning {
  try {
    return readProvisioning(text);
  } catch (cause) {
    throw new Error(`${where}: ${(cause as Error).message}`, { cause });
  }
}

/** What the operator's file says beside the terms: the customer's page, and what the cloud said of the key. */
function variables(of: StationProvisioning): Record<string, string> {
  const cloud = of.page === undefined ? undefined : /^(https?:\/\/.+)\/charge\/[^/]*$/.exec(of.page)?.[1];
  return {
    ...(cloud && { CLOUD_URL: cloud }),
    STATION_ID: of.station,
    STATION_KEY: of.key,
    ...(of.new !== undefined && { STATION_KEY_NEW: String(of.new) }),
    ...(of.provisionedAt !== undefined && { STATION_KEY_GIVEN: of.provisionedAt }),
    STATION_UNIT: of.unit,
    STATION_STEP: String(of.step),
    STATION_LAYOUT: of.layout,
    STATION_SEQUENCE: of.sequence,
    SLOT_SECONDS: String(of.slotSeconds),
    STATION_OUTLETS: String(of.outlets),
  };
}
