// What may stand as a station's key: 64 hexadecimal digits, or the one text of its provisioning, whose terms then hold.
import {
  isProvisioningText,
  type ProvisioningError,
  readProvisioning,
  type StationProvisioning,
} from '../../charging/codes/provisioning.ts';
import { isStationId } from '../../charging/codes/station-id.ts';
import { NodeFault } from '../shared/handlers.ts';
import { filledIn } from '../shared/settings.ts';

/** What the text of a provisioning says of a station, by the names of the dialog's settings. */
export type ProvisionedTerms = Pick<
  StationProvisioning,
  'station' | 'unit' | 'step' | 'layout' | 'sequence' | 'slotSeconds' | 'outlets'
>;

/**
 * The key as it was put into the dialog, else the variable.
 * @param credential of the node
 */
export function secretOf(credential: string | undefined): string | undefined {
  return credential || process.env.STATION_KEY;
}

/**
 * What the text of a provisioning says; undefined where the secret is none.
 * @throws {NodeFault} `provisioning-cut`, `provisioning-damaged`, `provisioning-newer`, `bad-station-key`
 */
export function provisionedIn(secret: unknown): StationProvisioning | undefined {
  const text = filledIn(secret);
  if (text === undefined || !isProvisioningText(text)) return undefined;
  try {
    return readProvisioning(text);
  } catch (error) {
    const { code, message, what } = error as ProvisioningError;
    throw new NodeFault(code === 'not-provisioning' ? 'bad-station-key' : code, message, { values: { what } });
  }
}

/**
 * The terms that hold for the station.
 * @param expected its id as the dialog has it, where it has one
 * @param told what a sentence calls it
 * @throws {NodeFault} `bad-id` (what stands in its place by mistake, the text itself perhaps, is not repeated), `provisioning-other`
 */
export function termsOf(
  provisioned: StationProvisioning,
  expected: string | undefined,
  told = expected,
): ProvisionedTerms {
  const { station, unit, step, layout, sequence, slotSeconds, outlets } = provisioned;
  if (expected !== undefined && !isStationId(expected)) throw new NodeFault('bad-id', 'No station can have this id.');
  if (expected !== undefined && expected !== station) {
    const values = { station, expected: told };
    throw new NodeFault('provisioning-other', `The provisioning is of ${station}.`, { values });
  }
  return { station, unit, step, layout, sequence, slotSeconds, outlets };
}

/** @throws {NodeFault} `no-key`, `bad-station-key`, `station-key-length`, `station-key-address` */
export function keyOf(value: unknown): Uint8Array {
  const text = filledIn(value);
  if (text === undefined) throw new NodeFault('no-key', 'The station has no key.');
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  const values = { length: text.length };
  if (/^[0-9a-f]+$/i.test(text))
    throw new NodeFault('station-key-length', `The key has ${text.length} hexadecimal digits, not 64.`, { values });
  if (/^https?:\/\//i.test(text)) throw new NodeFault('station-key-address', 'The key is an address of the web.');
  throw new NodeFault('bad-station-key', 'The key is not 64 hexadecimal digits.');
}
