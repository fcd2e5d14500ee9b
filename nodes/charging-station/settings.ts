// What the dialog of a charging station stored, made into what the station runs on. Every field may come from the
// environment (`${NAME}`, put in by Node-RED), so numbers come as text, and a variable that is not set comes as its name.
import { join, resolve } from 'node:path';
import { MOST_OUTLETS, type StationProvisioning } from '../../charging/codes/provisioning.ts';
import { isStationId } from '../../charging/codes/station-id.ts';
import type { DisplayLanguage } from '../../charging/station/conversation/screens.ts';
import { ARCHIVE_LIMITS } from '../../charging/station/journal/archive.ts';
import type { PastOptions, Provisioned } from '../../charging/station/past.ts';
import type { StationSettings } from '../../charging/station/types.ts';
import { DRIVER_NAMES, type DriverName } from '../../hardware/gpio/driver.ts';
import { rowsOf } from '../../hardware/gpio/pin.ts';
import type { Settings, ValueOf } from '../../hardware/settings.ts';
import { NodeFault } from '../shared/handlers.ts';
import { type ConfigOf, filledIn, setting } from '../shared/settings.ts';
import { fromUnversioned, type Migration } from '../shared/versions.ts';
import { keyOf, provisionedIn, termsOf } from './station-key.ts';
import { TERMS, TERMS_OF_ALL } from './terms.ts';

/** What the dialog may hold; its id and its key are checked by rules of their own. */
export const SETTINGS = {
  station: { kind: 'text', needed: true, stationId: true, variable: 'STATION_ID' },
  ...TERMS,
  outlets: { kind: 'number', least: 1, most: MOST_OUTLETS, whole: true, otherwise: 1, variable: 'STATION_OUTLETS' },
  outletNames: { kind: 'text', variable: 'STATION_OUTLET_NAMES' },
  journalFolder: { kind: 'text', variable: 'JOURNAL_FOLDER' },
  keepSessions: {
    kind: 'number',
    least: 1,
    most: 1_000_000,
    whole: true,
    otherwise: ARCHIVE_LIMITS.keepSessions,
    fresh: '',
    variable: 'JOURNAL_KEEP_SESSIONS',
  },
  driver: { kind: 'choice', choices: DRIVER_NAMES, variable: 'GPIO_DRIVER' },
  gpioFolder: {
    kind: 'text',
    variable: 'GPIO_FOLDER',
    where: { setting: 'driver', is: 'simulated', orVariable: true },
  },
  guardSocket: { kind: 'text', variable: 'GUARD_SOCKET' },
  language: { kind: 'choice', choices: ['en', 'zh-CN'], variable: 'LANGUAGE' },
} as const satisfies Settings;

export type ChargingStationConfig = ConfigOf<typeof SETTINGS>;

const SETTINGS_OF_ALL = { ...SETTINGS, ...TERMS_OF_ALL } as const satisfies Settings;

export const MIGRATIONS: readonly Migration[] = [
  fromUnversioned(SETTINGS_OF_ALL, { step: 1, slotSeconds: 1, keepSessions: 1 }),
  // Until then a station had one outlet, whatever the cloud or a variable said.
  (saved) => ({ outlets: '1', outletNames: '', ...saved }),
];

/** The catalogue's code for each setting that can't be. */
const CODES = {
  unit: 'bad-unit',
  step: 'bad-step',
  layout: 'bad-layout',
  sequence: 'bad-sequence',
  slotSeconds: 'bad-slot',
  outlets: 'bad-outlets',
  keepSessions: 'bad-keep',
  driver: 'bad-driver',
} as const;

export interface StationPlan {
  readonly settings: Omit<StationSettings, 'key'>;
  /** Undefined: a simulated station that awaits its key from the code issuer of this Node-RED. */
  readonly key: Uint8Array | undefined;
  /** How many outlets it has: 1 to 20. */
  readonly outlets: number;
  /** One an outlet; '' where it has none. */
  readonly outletNames: readonly string[];
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
 * @param key 64 hex digits, or the one text of the station's provisioning, whose terms then hold; from the node's
 *   credentials, else from the environment
 * @param userDir where the journal goes unless a folder is named, and what folders that are named are relative to
 * @param keyMayCome whether a station with simulated pins may be without a key for now
 * @throws {NodeFault} with a code of the catalogue (`charging-station.errors`), never with the key in it
 */
export function planStation(
  stored: ChargingStationConfig,
  secret: unknown,
  userDir: string,
  keyMayCome: () => boolean = () => false,
): StationPlan {
  const provisioned = provisionedIn(secret);
  const config = provisioned ? { ...stored, ...termsOf(provisioned, filledIn(stored.station)) } : stored;
  const key = provisioned?.key ?? secret;
  const stationId = filledIn(config.station);
  if (stationId === undefined) throw new NodeFault('no-id', 'The station has no id.');
  if (!isStationId(stationId)) throw new NodeFault('bad-id', 'No station can have this id.');
  const gpioFolder = filledIn(config.gpioFolder);
  const awaited = filledIn(key) === undefined && filledIn(config.driver) === 'simulated' && keyMayCome();
  const bytes = awaited ? undefined : keyOf(key);
  const outlets = read(config, 'outlets');
  const journalFolder = resolve(
    userDir,
    filledIn(config.journalFolder) ?? join('offline-charging', fileName(stationId)),
  );
  return {
    settings: {
      stationId,
      unit: read(config, 'unit'),
      step: read(config, 'step'),
      layout: read(config, 'layout'),
      sequence: read(config, 'sequence'),
      slotSeconds: read(config, 'slotSeconds'),
      ...(provisioned && { keyVersion: provisioned.keyVersion }),
    },
    key: bytes,
    outlets,
    outletNames: namesOf(config, outlets),
    journalFolder,
    past: { ...pastOf(journalFolder, bytes, userDir), ...saidOfKey(provisioned) },
    keepSessions: read(config, 'keepSessions'),
    driver: read(config, 'driver'),
    gpioFolder: gpioFolder === undefined ? undefined : resolve(userDir, gpioFolder),
    guardSocket: filledIn(config.guardSocket),
  };
}

/** What the cloud said of the key, where the text says it. */
function saidOfKey(provisioned: StationProvisioning | undefined): Pick<PastOptions, 'provisioned'> {
  const atMs = Date.parse(provisioned?.provisionedAt ?? '');
  return provisioned?.new === undefined || Number.isNaN(atMs) ? {} : { provisioned: { isNew: provisioned.new, atMs } };
}

/** What customers read of an outlet, where its number alone does not say which it is. */
const LONGEST_NAME = 16;

/** @throws {NodeFault} `bad-outlet-names` */
function namesOf(config: ChargingStationConfig, outlets: number): readonly string[] {
  const names = rowsOf(setting(config, SETTINGS, 'outletNames'));
  const wrong = names.find((name) => [...name].length > LONGEST_NAME || /\p{C}/u.test(name));
  if (names.length > outlets || wrong !== undefined) {
    const values = { outlets, longest: LONGEST_NAME, value: wrong ?? names.join('; ') };
    const takes = `at most ${outlets} names of up to ${LONGEST_NAME} characters, semicolons between them`;
    throw new NodeFault('bad-outlet-names', `The names of the outlets take ${takes}.`, { values });
  }
  return Array.from({ length: outlets }, (_, index) => names[index] ?? '');
}

function read<Name extends keyof typeof CODES>(
  config: ChargingStationConfig,
  name: Name,
): ValueOf<(typeof SETTINGS_OF_ALL)[Name]> {
  try {
    return setting(config, SETTINGS_OF_ALL, name);
  } catch (error) {
    const { message, values } = error as NodeFault;
    throw new NodeFault(CODES[name], message, { ...(values && { values }), cause: error });
  }
}

/** `LANGUAGE` is also the system's own variable, as `zh_CN:zh`. */
export function languageOf(value: unknown): DisplayLanguage {
  return filledIn(value)?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

function fileName(stationId: string): string {
  return encodeURIComponent(stationId).replace(/^\.+/, '_');
}

/**
 * What is known of a station's past beside its journal, from the environment of the charger: where the second mark is, and
 * what the cloud said of the key. An integrator's own Node-RED has a mark beside the journal's folder and no more.
 * @param key the station's; undefined where it is not known yet
 * @param userDir what folders that are named are relative to
 */
export function pastOf(
  journalFolder: string,
  key: Uint8Array | undefined,
  userDir: string,
  env: NodeJS.ProcessEnv = process.env,
): PastOptions {
  const ours = env.JOURNAL_FOLDER !== undefined && resolve(userDir, env.JOURNAL_FOLDER) === journalFolder;
  const mark = ours && env.JOURNAL_MARK?.trim() ? resolve(userDir, env.JOURNAL_MARK.trim()) : `${journalFolder}.mark`;
  const sameKey = key !== undefined && Buffer.from(key).toString('hex') === env.STATION_KEY?.toLowerCase();
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
