// What the dialog of a charging station stored, made into what the station runs on. Every field may come from the
// environment (`${NAME}`, put in by Node-RED), so numbers come as text, and a variable that is not set comes as its name.
import { join, resolve } from 'node:path';
import { ALGORITHM_NAMES } from '../../charging/codes/index.ts';
import { isStationId } from '../../charging/codes/station-id.ts';
import { ARCHIVE_LIMITS } from '../../charging/station/journal/archive.ts';
import type { PastOptions, Provisioned } from '../../charging/station/past.ts';
import type { StationSettings } from '../../charging/station/types.ts';
import type { DriverName } from '../../hardware/gpio/driver.ts';
import { NodeFault } from '../shared/handlers.ts';
import type { NodeConfig } from '../shared/red.ts';
import { given } from '../shared/settings.ts';
import { numberOf } from '../shared/values.ts';

export interface ChargingStationConfig extends NodeConfig {
  readonly station?: unknown;
  readonly unit?: unknown;
  readonly step?: unknown;
  readonly layout?: unknown;
  readonly sequence?: unknown;
  readonly slotSeconds?: unknown;
  readonly journalFolder?: unknown;
  readonly keepSessions?: unknown;
  readonly driver?: unknown;
  readonly gpioFolder?: unknown;
  readonly guardSocket?: unknown;
  readonly language?: unknown;
}

export type Language = 'en' | 'zh-CN';

export interface StationPlan {
  readonly settings: StationSettings;
  readonly journalFolder: string;
  /** What tells whether the journal knows all that was honoured. */
  readonly past: PastOptions;
  /** Closed sessions that stay in the journal; older ones move to its archive. */
  readonly keepSessions: number;
  readonly driver: DriverName;
  /** Of the simulated driver: the folder with a file a line. */
  readonly gpioFolder: string | undefined;
  /** Of the relay guard. */
  readonly guardSocket: string | undefined;
}

/**
 * @param key 64 hex digits; from the node's credentials, else from the environment
 * @param userDir where the journal goes unless a folder is named, and what folders that are named are relative to
 * @throws {NodeFault} with a code of the catalogue (`charging-station.errors`), never with the key in it
 */
export function planStation(config: ChargingStationConfig, key: unknown, userDir: string): StationPlan {
  const stationId = given(config.station);
  if (stationId === undefined) throw new NodeFault('no-id', 'The station has no id.');
  if (!isStationId(stationId)) throw new NodeFault('bad-id', 'No station can have this id.');
  const gpioFolder = given(config.gpioFolder);
  const bytes = keyOf(key);
  const journalFolder = resolve(userDir, given(config.journalFolder) ?? join('offline-charging', fileName(stationId)));
  return {
    settings: {
      stationId,
      key: bytes,
      unit: oneOf(config.unit, ['min', 'Wh'] as const, 'bad-unit'),
      step: whole(config.step, 30, 'bad-step'),
      layout: oneOf(config.layout, ALGORITHM_NAMES, 'bad-layout'),
      sequence: oneOf(config.sequence, ['clock', 'counter'] as const, 'bad-sequence'),
      slotSeconds: whole(config.slotSeconds, 300, 'bad-slot'),
    },
    journalFolder,
    past: pastOf(journalFolder, bytes, userDir),
    keepSessions: whole(config.keepSessions, ARCHIVE_LIMITS.keepSessions, 'bad-keep'),
    driver: oneOf(config.driver, ['auto', 'gpiod', 'onoff', 'simulated'] as const, 'bad-driver'),
    gpioFolder: gpioFolder === undefined ? undefined : resolve(userDir, gpioFolder),
    guardSocket: given(config.guardSocket),
  };
}

function keyOf(value: unknown): Uint8Array {
  const text = given(value);
  if (text === undefined) throw new NodeFault('no-key', 'The station has no key.');
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new NodeFault('bad-station-key', 'The key is not 64 hexadecimal digits.');
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** The first choice is the default. */
function oneOf<T extends string>(value: unknown, choices: readonly T[], code: string): T {
  const text = given(value);
  if (text === undefined) return choices[0]!;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new NodeFault(code, `It must be one of ${choices.join(', ')}.`);
  return found;
}

function whole(value: unknown, otherwise: number, code: string): number {
  const text = given(value);
  if (text === undefined) return otherwise;
  const number = numberOf(text);
  if (number === undefined || !Number.isSafeInteger(number) || number < 1) {
    throw new NodeFault(code, 'It must be a whole number above zero.');
  }
  return number;
}

/** `LANGUAGE` is also the system's own variable, as `zh_CN:zh`. */
export function languageOf(value: unknown): Language {
  return given(value)?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

function fileName(stationId: string): string {
  return encodeURIComponent(stationId).replace(/^\.+/, '_');
}

/**
 * What is known of a station's past beside its journal, from the environment of the charger: where the second mark is, and
 * what the cloud said of the key. An integrator's own Node-RED has a mark beside the journal's folder and no more.
 * @param key the station's
 * @param userDir what folders that are named are relative to
 */
export function pastOf(
  journalFolder: string,
  key: Uint8Array,
  userDir: string,
  env: NodeJS.ProcessEnv = process.env,
): PastOptions {
  const ours = env.JOURNAL_FOLDER !== undefined && resolve(userDir, env.JOURNAL_FOLDER) === journalFolder;
  const mark = ours && env.JOURNAL_MARK?.trim() ? resolve(userDir, env.JOURNAL_MARK.trim()) : `${journalFolder}.mark`;
  const sameKey = Buffer.from(key).toString('hex') === env.STATION_KEY?.toLowerCase();
  return {
    mark,
    confirmation: `${journalFolder}.confirmed`,
    provisioned: sameKey ? provisionedOf(env) : undefined,
  };
}

function provisionedOf(env: NodeJS.ProcessEnv): Provisioned | undefined {
  const said = env.STATION_KEY_NEW;
  const atMs = Date.parse(env.STATION_KEY_GIVEN ?? '');
  if ((said !== 'true' && said !== 'false') || Number.isNaN(atMs)) return undefined;
  return { isNew: said === 'true', atMs };
}
