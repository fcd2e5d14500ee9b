// The code that brings a station into step. It draws no number: all who ask within a slot get the same code, so that
// nobody uses up numbers, or tells those who paid to wait, by asking.
import { synchronizationNumber } from '../../codes/numbering.ts';
import type { KeptKey } from '../database/newest-keys.ts';
import { findRow } from '../database/rows.ts';
import type { StationTerms } from '../station-types.ts';
import type { IssuedService } from '../types.ts';
import { iso, type Work } from '../work.ts';
import { type StationToday, termsOf } from './records.ts';

/** What an idempotency key of a synchronization is kept as. */
export const SYNCHRONIZATION = 2;
/** Sequence numbers lie below this for centuries of slots of a second; the version of the terms is kept above it. */
const SEQUENCES = 2 ** 34;

export interface Synchronized {
  readonly answer: IssuedService;
  /** What leads to the same answer again: number and terms in one. */
  readonly item: number;
}

/** @param last the newest number drawn, 0 when there is none */
export function synchronizationNow(work: Work, station: StationToday, terms: StationTerms, last: number): Synchronized {
  const sequence = synchronizationNumber(terms, last, work.now);
  const item = station.terms * SEQUENCES + sequence;
  return { answer: synchronizationAnswer(work, station.id, terms, sequence, work.now), item };
}

/** The answer of a synchronization that was kept under a key; undefined when it was another station's. */
export async function replaySynchronization(
  work: Work,
  key: KeptKey,
  station: string,
): Promise<IssuedService | undefined> {
  const of = await findRow(work, 'stations', { number: key.station });
  if (of?.id !== station) return undefined;
  const terms = await termsOf(work, { station: key.station, terms: Math.floor(key.item / SEQUENCES) });
  return synchronizationAnswer(work, station, terms, key.item % SEQUENCES, key.used_at);
}

function synchronizationAnswer(
  work: Work,
  station: string,
  terms: StationTerms,
  sequence: number,
  atMs: number,
): IssuedService {
  const operation = 'synchronize';
  const code = work.shared.maker.service(station, terms, operation, sequence);
  return { station, operation, ...code, issuedAt: iso(atMs) };
}
