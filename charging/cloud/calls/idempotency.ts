// The same client, the same key, the same body: the same answer, from whichever replica, for ever.
import type { Operation } from '../../codes/index.ts';
import type { IdempotencyKeysTable } from '../database/schema.ts';
import { refuse } from '../refusals.ts';
import type { Answer, Refused } from '../types.ts';
import { TryAgain, type Work } from '../work.ts';
import {
  operationOf,
  reservationAnswer,
  serviceAnswer,
  stationByNumber,
  VOUCHER,
  voucherAnswer,
} from './looking-up.ts';

/** What a body asks for, as far as it must be the same. */
export type Body =
  | { readonly what: 'voucher' | 'reservation'; readonly station: string; readonly amount: number }
  | { readonly what: Operation; readonly station: string };

export function faultInKey(key: string | undefined): Refused | undefined {
  if (key === undefined) return undefined;
  if (typeof key === 'string' && key.length > 0 && key.length <= 255 && key.isWellFormed()) return undefined;
  return refuse('malformed', 'Idempotency-Key: a text of 1 to 255 characters.');
}

export async function findKeys(work: Work, hashes: readonly string[]): Promise<Map<string, IdempotencyKeysTable>> {
  if (hashes.length === 0) return new Map();
  const rows = await work.shared.statements.run<IdempotencyKeysTable>(
    work.db,
    'find keys',
    hashes.length,
    hashes,
    (db) => db.selectFrom('idempotency_keys').selectAll().where('hash', 'in', hashes),
  );
  return new Map(rows.map((row) => [row.hash, row]));
}

/** @throws {TryAgain} when another replica kept one of the keys meanwhile */
export async function keepKeys(work: Work, keys: readonly IdempotencyKeysTable[]): Promise<void> {
  if (keys.length === 0) return;
  const sorted = keys.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const parameters = sorted.flatMap(({ hash, station, item, what, used_at }) => [hash, station, item, what, used_at]);
  const kept = await work.shared.statements.run<{ hash: string }>(
    work.db,
    'keep keys',
    sorted.length,
    parameters,
    (db) =>
      db
        .insertInto('idempotency_keys')
        .values(sorted.map(({ hash, station, item, what, used_at }) => ({ hash, station, item, what, used_at })))
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .returning('hash'),
  );
  if (kept.length < sorted.length) throw new TryAgain('an idempotency key was used meanwhile');
}

/** The answer that the key's first request got, or a refusal when that one asked for something else. */
export async function replay(work: Work, key: IdempotencyKeysTable, body: Body): Promise<Answer<unknown>> {
  const answer = await (key.what === 0 ? replayCode(work, key, body) : replayReservation(work, key, body));
  if (answer) return answer;
  return refuse(
    'idempotency-key-reused',
    'This Idempotency-Key belongs to a request with another body. Use a new key for a new request.',
  );
}

async function replayCode(work: Work, key: IdempotencyKeysTable, body: Body): Promise<unknown> {
  const row = await work.db
    .selectFrom('codes')
    .selectAll()
    .where('station', '=', key.station)
    .where('sequence', '=', key.item)
    .executeTakeFirstOrThrow();
  const station = await stationByNumber(work, row.station);
  if (station?.id !== body.station) return undefined;
  const terms = (await work.shared.terms.get(work.db, [row]))(row);
  if (row.kind === VOUCHER) {
    if (body.what !== 'voucher' || row.quantity * terms.step !== body.amount) return undefined;
    return voucherAnswer(work, station.id, terms, row);
  }
  return body.what === operationOf(row.kind) ? serviceAnswer(work, station.id, terms, row) : undefined;
}

async function replayReservation(work: Work, key: IdempotencyKeysTable, body: Body): Promise<unknown> {
  const row = await work.db
    .selectFrom('reservations')
    .selectAll()
    .where('station', '=', key.station)
    .where('reservation', '=', key.item)
    .executeTakeFirstOrThrow();
  const station = await stationByNumber(work, row.station);
  const terms = (await work.shared.terms.get(work.db, [row]))(row);
  if (station?.id !== body.station || body.what !== 'reservation') return undefined;
  return row.quantity * terms.step === body.amount ? reservationAnswer(work, station.id, terms, row) : undefined;
}
