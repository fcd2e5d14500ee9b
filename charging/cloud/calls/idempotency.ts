// The same client, the same key, the same body: the same answer, from whichever replica, for three days. Keys are random
// and fall all over their table: kept for ever they would make it cost more to issue a code the more were issued.
import { hash } from 'node:crypto';
import type { Operation } from '../../codes/index.ts';
import type { KeptKey } from '../database/newest-keys.ts';
import { findRow } from '../database/rows.ts';
import type { IdempotencyKeysTable } from '../database/schema.ts';
import { refuse } from '../refusals.ts';
import { KEPT_MS, SLICES } from '../retention.ts';
import type { Answer, Refused } from '../types.ts';
import { TryAgain, type Work } from '../work.ts';
import {
  type FoundReservation,
  findReservation,
  operationOf,
  serviceAnswer,
  standing,
  statusOf,
  termsOf,
  VOUCHER,
  voucherAnswer,
} from './records.ts';
import { replaySynchronization, SYNCHRONIZATION } from './synchronizing.ts';

const HOUR_MS = 3_600_000;
/** What an idempotency key of a reservation is kept as. */
export const RESERVATION = 1;

/** What a body asks for, as far as it must be the same: whether it is paid for first is the station's matter. */
export type Body =
  | { readonly what: 'request'; readonly station: string; readonly amount: number }
  | { readonly what: Operation; readonly station: string };

/** What a key is kept as: bound to its client, and of one length. Hexadecimal; 128 bits. */
export function idempotencyHash(client: string, key: string): string {
  return hash('sha256', `${client}\0${key}`, 'hex').slice(0, 32);
}

export function faultInKey(key: string | undefined): Refused | undefined {
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key.length > 0 && key.length <= 255 && key.isWellFormed()) return undefined;
  return refuse('malformed', 'Idempotency-Key: a text of 1 to 255 characters.');
}

export async function findKeys(work: Work, hashes: readonly string[]): Promise<Map<string, KeptKey>> {
  if (hashes.length === 0) return new Map();
  const bytes = hashes.map((hex) => Buffer.from(hex, 'hex'));
  const since = work.now - KEPT_MS;
  const rows = await work.shared.statements.run<IdempotencyKeysTable>(
    work.db,
    'find keys',
    hashes.length,
    [...bytes, since],
    (db) => db.selectFrom('idempotency_keys').selectAll().where('hash', 'in', bytes).where('used_at', '>', since),
  );
  const newest = await work.shared.newestKeys?.find(work, hashes);
  return new Map([...rows.map((row) => hexadecimal(row)), ...(newest ?? [])].map((row) => [row.hash, row]));
}

function hexadecimal(row: IdempotencyKeysTable): KeptKey {
  return { ...row, hash: Buffer.from(row.hash).toString('hex') };
}

/**
 * @param keys that were looked for in this transaction, and not found
 * @throws {TryAgain} when another replica kept one of the keys meanwhile
 */
export async function keepKeys(work: Work, keys: readonly KeptKey[]): Promise<void> {
  if (keys.length === 0) return;
  if (work.shared.newestKeys) {
    await work.shared.newestKeys.keep(work, keys);
    return;
  }
  const sorted = keys.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const rows = sorted.map(({ hash: hex, ...rest }) => ({ hash: Buffer.from(hex, 'hex'), ...rest }));
  const parameters = rows.flatMap((row) => [row.hash, row.station, row.item, row.what, row.used_at]);
  const since = work.now - KEPT_MS;
  const kept = await work.shared.statements.run<{ hash: string }>(
    work.db,
    'keep keys',
    rows.length,
    [...parameters, since],
    (db) =>
      db
        .insertInto('idempotency_keys')
        .values(rows)
        // One that is past its time is taken over, whether or not it was tidied away.
        .onConflict((conflict) =>
          conflict
            .column('hash')
            .doUpdateSet((eb) => ({
              station: eb.ref('excluded.station'),
              item: eb.ref('excluded.item'),
              what: eb.ref('excluded.what'),
              used_at: eb.ref('excluded.used_at'),
            }))
            .where('idempotency_keys.used_at', '<=', since),
        )
        .returning('hash'),
  );
  if (kept.length < sorted.length) throw new TryAgain('an idempotency key was used meanwhile');
}

/** Tidies away keys past their time, in one slice of the table. */
export async function forgetKeys(work: Work, { slice }: { slice: number }): Promise<null> {
  await work.shared.newestKeys?.moveToTree(work);
  const next = slice + 1 < SLICES ? Buffer.of(slice + 1) : undefined;
  await work.db
    .deleteFrom('idempotency_keys')
    .where('hash', '>=', Buffer.of(slice))
    .$if(next !== undefined, (query) => query.where('hash', '<', next!))
    .where('used_at', '<=', work.now - KEPT_MS)
    .execute();
  // Counts of the limiter, an hour past their time, or ahead of it: of a clock that was wrong.
  await work.db
    .deleteFrom('request_limits')
    .where((eb) => eb.not(eb.between('expire', work.now - HOUR_MS, work.now + HOUR_MS)))
    .execute();
  return null;
}

/** The answer that the key's first request got, or a refusal when that one asked for something else. */
export async function replay(work: Work, key: KeptKey, body: Body): Promise<Answer<unknown>> {
  const answer = await replayed(work, key, body);
  if (answer) return answer;
  return refuse(
    'idempotency-key-reused',
    'This Idempotency-Key belongs to a request with another body. Use a new key for a new request.',
  );
}

async function replayed(work: Work, key: KeptKey, body: Body): Promise<unknown> {
  if (key.what === 0) return replayCode(work, key, body);
  if (key.what !== SYNCHRONIZATION) return replayReservation(work, key, body);
  return body.what === 'synchronize' ? replaySynchronization(work, key, body.station) : undefined;
}

async function replayCode(work: Work, key: KeptKey, body: Body): Promise<unknown> {
  const row = (await findRow(work, 'codes', { station: key.station, sequence: key.item }))!;
  const station = await findRow(work, 'stations', { number: row.station });
  if (station?.id !== body.station) return undefined;
  const terms = await termsOf(work, row);
  if (row.kind === VOUCHER) {
    if (body.what !== 'request' || row.quantity * terms.step !== body.amount) return undefined;
    return voucherAnswer(work, station.id, terms, row);
  }
  return body.what === operationOf(row.kind) ? serviceAnswer(work, station.id, terms, row) : undefined;
}

async function reservationOf(work: Work, key: KeptKey, body: Body): Promise<FoundReservation | undefined> {
  const found = (await findReservation(work, key.station, key.item))!;
  const { row, station, terms } = found;
  const same = station === body.station && body.what === 'request' && row.quantity * terms.step === body.amount;
  return same ? found : undefined;
}

/** The id of the reservation that a key stands for; undefined where it stands for anything else, or for another body. */
export async function reservedBy(work: Work, key: KeptKey, body: Body): Promise<string | undefined> {
  const found = key.what === RESERVATION ? await reservationOf(work, key, body) : undefined;
  return found && work.shared.ids.idOf({ what: 'reservation', station: key.station, item: key.item });
}

async function replayReservation(work: Work, key: KeptKey, body: Body): Promise<unknown> {
  const found = await reservationOf(work, key, body);
  if (!found) return undefined;
  const { row } = found;
  // Nobody pays for it any more: who asks again is told so, and begins anew with another key.
  const status = statusOf(work, row);
  if (status === 'lapsed') return refuse('lapsed', 'Nobody paid in time. Reserve again, with a new Idempotency-Key.');
  if (status === 'cancelled') return refuse('cancelled', 'This request was cancelled. Reserve again, with a new key.');
  return standing(work, found);
}
