// What a station is set up with, as it passes from the cloud to the station: as a file (station.json), and as one text that
// can be copied, or scanned. Both are written and read here.
import type { Unit } from './algorithm.ts';
import { ALGORITHM_NAMES, type AlgorithmName, isAlgorithmName } from './algorithms.ts';
import { SLOT_SECONDS } from './numbering.ts';
import { isStationId } from './station-id.ts';

/** Of file and text. A station refuses one that is newer than it knows; what 0.1.0 wrote has none. */
export const PROVISIONING_VERSION = 1;
export const MOST_OUTLETS = 20;

/** A text begins so; the rest is base64url of a JSON object, without padding. */
const MARK = 'OC1:';
/** That of any version. */
const ANY_MARK = /^OC\d+:/;
const LONGEST = 20_000;

/** What a station sells, and how its codes are made and numbered. */
export interface CodeTerms {
  readonly unit: Unit;
  /** In `unit`s. */
  readonly step: number;
  /** What its customers type. */
  readonly layout: AlgorithmName;
  readonly sequence: 'clock' | 'counter';
  readonly slotSeconds: number;
}

export interface StationProvisioning extends CodeTerms {
  readonly station: string;
  /** 64 hex digits. */
  readonly key: string;
  readonly keyVersion: number;
  readonly outlets: number;
  /** By which minutes are counted, where they are: the `T` of `min:T`, with its table. */
  readonly tariff?: { readonly name: string } & Readonly<Record<string, unknown>>;
  /** The customer's page of this station. */
  readonly page?: string;
  /** Whether no station can have honoured a code of this key yet, and when it was given out (ISO 8601). */
  readonly new?: boolean;
  readonly provisionedAt?: string;
}

/**
 * `code`: `not-provisioning`, `provisioning-cut` (a text that is not whole, or was changed), `provisioning-damaged` (naming what
 * is wrong), `provisioning-newer`. Never holds the key.
 */
export class ProvisioningError extends Error {
  readonly code: 'not-provisioning' | 'provisioning-cut' | 'provisioning-damaged' | 'provisioning-newer';
  /** Of a damaged one: the name of what is wrong in it. */
  readonly what: string | undefined;
  constructor(code: ProvisioningError['code'], message: string, what?: string) {
    super(message);
    this.name = 'ProvisioningError';
    this.code = code;
    this.what = what;
  }
}

/** The text `OC1:…`. Holds the station's key: a secret. */
export function writeProvisioning({ station, ...rest }: StationProvisioning): string {
  const { key, keyVersion, unit, step, layout, sequence, slotSeconds, outlets, tariff, page, ...more } = rest;
  const said = {
    ...{
      version: PROVISIONING_VERSION,
      id: station,
      key,
      keyVersion,
      unit,
      step,
      layout,
      sequence,
      slotSeconds,
      outlets,
    },
    ...{ tariff: tariff ?? null, page: page ?? null },
    ...(more.new !== undefined && { new: more.new }),
    ...(more.provisionedAt !== undefined && { provisionedAt: more.provisionedAt }),
  };
  return MARK + Buffer.from(JSON.stringify(said)).toString('base64url');
}

/** Whether this is meant to be a provisioning in one text. */
export function isProvisioningText(text: string): boolean {
  return ANY_MARK.test(text.trim());
}

/**
 * Reads the text, or the JSON of a file; blanks and line breaks within the text, and a byte order mark, do no harm.
 * @throws {ProvisioningError}
 */
export function readProvisioning(given: string): StationProvisioning {
  const text = given.replace(/^\uFEFF/, '').trim();
  if (text.length > LONGEST) throw new ProvisioningError('not-provisioning', 'This is too long for a provisioning.');
  if (!isProvisioningText(text)) return provisioningOf(parsed(text, NO_PROVISIONING));
  if (!text.startsWith(MARK)) throw newer(`the mark ${ANY_MARK.exec(text)![0]}`, MARK);
  const digits = text.slice(MARK.length).replace(/\s/g, '');
  if (!/^[\w-]+$/.test(digits)) throw new ProvisioningError(...CUT);
  return provisioningOf(parsed(Buffer.from(digits, 'base64url').toString('utf8'), CUT));
}

type Failure = ConstructorParameters<typeof ProvisioningError>;
const NO_PROVISIONING: Failure = [
  'not-provisioning',
  'This is no provisioning: it begins with OC1:, or is the JSON of a file.',
];
const CUT: Failure = [
  'provisioning-cut',
  'This provisioning is cut off, or was changed on its way: copy it once more.',
];

function parsed(json: string, failure: Failure): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ProvisioningError(...failure);
  }
}

function newer(it: string, known: string | number): ProvisioningError {
  return new ProvisioningError(
    'provisioning-newer',
    `This provisioning has ${it}; this station knows ${known}. Upgrade the station.`,
  );
}

function provisioningOf(said: unknown): StationProvisioning {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    throw new ProvisioningError('not-provisioning', 'This is no provisioning: its JSON is no object.');
  }
  const of = said as Readonly<Record<string, unknown>>;
  const version = of.version ?? 0;
  if (typeof version === 'number' && version > PROVISIONING_VERSION) {
    throw newer(`version ${version}`, PROVISIONING_VERSION);
  }
  if (!Number.isInteger(version)) throw damaged('version');
  const station = of.station ?? of.id;
  if (!isStationId(station)) throw damaged('id');
  const { key, unit, layout, sequence, tariff } = of;
  if (typeof key !== 'string' || !/^[0-9a-f]{64}$/i.test(key)) throw damaged('key');
  if (unit !== 'min' && unit !== 'Wh') throw damaged('unit', 'min or Wh');
  if (!isAlgorithmName(layout)) throw damaged('layout', ALGORITHM_NAMES.join(', '));
  if (sequence !== 'clock' && sequence !== 'counter') throw damaged('sequence', 'clock or counter');
  return {
    station,
    key: key.toLowerCase(),
    keyVersion: whole(of, 'keyVersion', 0, 1_000_000_000, 1),
    ...{ unit, layout, sequence },
    step: whole(of, 'step', 1, 1_000_000),
    slotSeconds: whole(of, 'slotSeconds', SLOT_SECONDS.leastOfOld, SLOT_SECONDS.most),
    outlets: whole(of, 'outlets', 1, MOST_OUTLETS, 1),
    ...(isTariff(tariff) && { tariff }),
    ...(isAddress(of.page) && { page: of.page }),
    ...(typeof of.new === 'boolean' && { new: of.new }),
    ...(typeof of.provisionedAt === 'string' && { provisionedAt: of.provisionedAt }),
  };
}

/** Of the web, and nothing that would not be read as one: people are shown it, and the panel makes a QR code of it. */
function isAddress(page: unknown): page is string {
  return typeof page === 'string' && /^https?:\/\/[^\s\p{C}]+$/u.test(page);
}

function isTariff(tariff: unknown): tariff is NonNullable<StationProvisioning['tariff']> {
  if (tariff === undefined || tariff === null) return false;
  if (typeof tariff !== 'object' || typeof (tariff as { name?: unknown }).name !== 'string') throw damaged('tariff');
  return true;
}

/** @param otherwise where 0.1.0 had no such field */
function whole(
  of: Readonly<Record<string, unknown>>,
  name: string,
  least: number,
  most: number,
  otherwise?: number,
): number {
  const value = of[name] ?? otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw damaged(name, `a whole number from ${least} to ${most}`);
}

function damaged(what: string, takes?: string): ProvisioningError {
  const wrong = takes === undefined ? what : `${what}: ${takes}`;
  return new ProvisioningError(
    'provisioning-damaged',
    `This provisioning is damaged, or not of a station: ${wrong}.`,
    what,
  );
}
