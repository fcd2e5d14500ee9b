// Calls that draw a number of a station: vouchers and service codes. Those of one transaction are drawn together, in a
// handful of statements however many they are. A synchronization is answered among them, and draws none.
import { OPERATIONS, type Operation } from '../../codes/index.ts';
import { isStationId } from '../../codes/station-id.ts';
import { isClient } from '../checks.ts';
import type { KeptKey } from '../database/newest-keys.ts';
import { changeRows } from '../database/rows.ts';
import type { CodesTable } from '../database/schema.ts';
import { amountNotSold, refuse, shown } from '../refusals.ts';
import type { StationTerms } from '../station-types.ts';
import { type Drawer, nextNumber, priceOf, quantityOf } from '../terms.ts';
import type {
  Answer,
  ChargingRequest,
  IssueCall,
  IssuedService,
  Refused,
  RequestCall,
  ServiceCall,
  SynchronizeCall,
} from '../types.ts';
import { TryAgain, type Work } from '../work.ts';
import { type Body, faultInKey, findKeys, idempotencyHash, keepKeys, replay, reservedBy } from './idempotency.ts';
import { giveUpPaid } from './payments.ts';
import {
  currentTermsOf,
  inService,
  kindOf,
  type StationToday,
  serviceAnswer,
  stationsToday,
  VOUCHER,
  voucherAnswer,
} from './records.ts';
import { type PaidReservation, paidReservation } from './reservations.ts';
import { SYNCHRONIZATION, synchronizationNow } from './synchronizing.ts';

type DrawCall =
  | { readonly name: 'issue'; readonly args: IssueCall }
  | { readonly name: 'serviceCode'; readonly args: ServiceCall }
  | { readonly name: 'issueReserved'; readonly args: RequestCall };

/** What is to be drawn, and what it is answered with. */
export type ToDraw<T> = DrawCall & { readonly answer?: Answer<T> };

/** The calls of this file: each says what is to be drawn, and `draw` draws those of a transaction together. */
export const DRAWS = {
  /** A voucher at once. The same client, key and body get the same one again. */
  issue: (args: IssueCall): ToDraw<ChargingRequest> => ({ name: 'issue', args }),
  /** The code that brings a station into step and sets its clock. */
  synchronize: (call: SynchronizeCall): ToDraw<IssuedService> => ({
    name: 'serviceCode',
    args: { ...call, operation: 'synchronize' },
  }),
  /** A code for one of the operator's operations. */
  serviceCode: (args: ServiceCall): ToDraw<IssuedService> => ({ name: 'serviceCode', args }),
  /** Draws the number of a paid reservation; asked again, the same voucher. */
  issueReserved: (args: RequestCall): ToDraw<ChargingRequest> => ({ name: 'issueReserved', args }),
} as const;

const DRAWERS = {
  issue: 'unpaid',
  issueReserved: 'paid',
  serviceCode: 'operator',
} as const satisfies Record<DrawCall['name'], Drawer>;

/** A number that is wanted, and where its answer goes. */
interface Wanted {
  readonly index: number;
  readonly station: StationToday;
  readonly terms: StationTerms;
  readonly hash: string | undefined;
  readonly row: CodesTable;
}

/** Draws in this transaction lost so many times to other replicas before it starts afresh. */
const MOST_ROUNDS = 20;

export async function draw(work: Work, asked: readonly DrawCall[]): Promise<unknown[]> {
  const calls = [...asked];
  const answers: unknown[] = new Array(calls.length);
  // Of calls with the same key, the first is drawn and the others, in a second pass, find what it left.
  const seen = new Set<string>();
  const later: number[] = [];
  const now: number[] = [];
  for (const [index, call] of calls.entries()) {
    const refused = fault(call);
    const sameness = call.name === 'issueReserved' ? call.args.id : hashOf(call);
    if (refused) answers[index] = refused;
    else if (sameness !== undefined && seen.has(sameness)) later.push(index);
    else {
      if (sameness !== undefined) seen.add(sameness);
      now.push(index);
    }
  }
  const hashes = now.map((index) => hashOf(calls[index]!)).filter((hash) => hash !== undefined);
  const known = await findKeys(work, hashes);
  const fresh: number[] = [];
  for (const index of now) {
    const call = calls[index]!;
    const key = known.get(hashOf(call) ?? '');
    const reserved = key && call.name === 'issue' ? await reservedBy(work, key, bodyOf(call)) : undefined;
    if (reserved !== undefined) {
      // Reserved when it had a price, or while payments were taken: the code is of what was paid then.
      calls[index] = { name: 'issueReserved', args: { client: call.args.client, id: reserved } };
      (seen.has(reserved) ? later : fresh).push(index);
      seen.add(reserved);
    } else if (key) answers[index] = await replay(work, key, bodyOf(call));
    else fresh.push(index);
  }
  await drawFresh(work, calls, fresh, answers);
  if (later.length > 0) {
    const repeated = await draw(
      work,
      later.map((index) => calls[index]!),
    );
    for (const [position, index] of later.entries()) answers[index] = repeated[position];
  }
  return answers;
}

function fault({ name, args }: DrawCall): Refused | undefined {
  if (!isClient(args.client)) return refuse('malformed', 'client: a text of 1 to 200 characters.');
  if (name === 'issue' && (typeof args.amount !== 'number' || !Number.isFinite(args.amount))) {
    return refuse('malformed', 'amount: a number.');
  }
  if (name === 'serviceCode' && !Object.hasOwn(OPERATIONS, args.operation)) {
    return refuse('malformed', `operation: one of ${Object.keys(OPERATIONS).join(', ')}.`);
  }
  return name === 'issueReserved' ? undefined : faultInKey(args.idempotencyKey);
}

function hashOf({ name, args }: DrawCall): string | undefined {
  if (name === 'issueReserved' || args.idempotencyKey === undefined) return undefined;
  return idempotencyHash(args.client, args.idempotencyKey);
}

function bodyOf(call: DrawCall): Body {
  if (call.name === 'issue') return { what: 'request', station: call.args.station, amount: call.args.amount };
  const { station, operation } = (call as { args: ServiceCall }).args;
  return { what: operation, station };
}

async function drawFresh(
  work: Work,
  calls: readonly DrawCall[],
  indices: readonly number[],
  answers: unknown[],
): Promise<void> {
  if (indices.length === 0) return;
  const reservations = new Map<number, PaidReservation>();
  for (const index of indices) {
    const call = calls[index]!;
    if (call.name !== 'issueReserved') continue;
    const found = await paidReservation(work, call.args);
    if ('answer' in found) answers[index] = found.answer;
    else reservations.set(index, found);
  }
  const stationOf = (index: number) => {
    const call = calls[index]!;
    return call.name === 'issueReserved' ? reservations.get(index)!.station : call.args.station;
  };
  let waiting = indices.filter((index) => answers[index] === undefined);
  const offMs = waiting.length > 0 ? await work.shared.clock.off(work) : 0;
  const drawn: Wanted[] = [];
  const keys: KeptKey[] = [];
  for (let round = 0; waiting.length > 0; round++) {
    if (round === MOST_ROUNDS) throw new TryAgain('other replicas drew every number first');
    const ids = [...new Set(waiting.map(stationOf))].filter(isStationId).sort();
    const stations = await stationsToday(work, ids);
    const termsOf = await currentTermsOf(work, [...stations.values()]);
    const wanted: Wanted[] = [];
    const last = new Map<number, number>();
    for (const index of waiting) {
      const station = stations.get(stationOf(index));
      const call = calls[index]!;
      const refused = inService(work, station, stationOf(index), call.args.client);
      if (refused || !station) {
        answers[index] = refused;
        if (reservations.has(index)) await giveUpPaid(work, reservations.get(index)!);
        continue;
      }
      const terms = termsOf(station);
      const apart = clockFault(work, terms, offMs);
      const newest = last.get(station.number) ?? station.last ?? 0;
      if (call.name === 'serviceCode' && call.args.operation === 'synchronize') {
        if (apart) {
          answers[index] = apart;
          continue;
        }
        const { answer, item } = synchronizationNow(work, station, terms, newest);
        answers[index] = answer;
        const hash = hashOf(call);
        if (hash !== undefined) keys.push(keyOf(work, hash, station.number, item, SYNCHRONIZATION));
        count(work, station.number, terms, { synchronizations: 1 });
        continue;
      }
      const what = grantOf(call, terms, reservations.get(index));
      if ('refused' in what) {
        answers[index] = what;
        if (reservations.has(index)) await giveUpPaid(work, reservations.get(index)!);
        continue;
      }
      if (apart) {
        answers[index] = apart;
        continue;
      }
      const next = nextNumber(terms, newest, work.now, DRAWERS[call.name]);
      if ('waitSeconds' in next) {
        answers[index] = tooMany(station.id, next.waitSeconds);
        continue;
      }
      last.set(station.number, next.sequence);
      const row = {
        station: station.number,
        sequence: next.sequence,
        terms: station.terms,
        issued_at: work.now,
        ...what,
      };
      wanted.push({ index, station, terms, hash: hashOf(call), row });
    }
    const kept = await insertCodes(work, wanted);
    drawn.push(...kept);
    const done = new Set(kept.map(({ index }) => index));
    waiting = wanted.filter(({ index }) => !done.has(index)).map(({ index }) => index);
  }
  await finish(work, drawn, answers, keys);
}

/** Codes of a counter do not hang on any clock; those of a clock bear half a slot. */
function clockFault(work: Work, { sequence, slotSeconds }: StationTerms, offMs: number): Refused | undefined {
  if (sequence === 'counter') return undefined;
  const apart = offMs > (slotSeconds * 1000) / 2;
  work.shared.clock.tell(apart, offMs);
  if (!apart) return undefined;
  const detail = "The cloud's clock cannot be right, so no code is made. Nothing was taken; try again later.";
  return refuse('clocks-apart', detail, { retryAfterSeconds: 30 });
}

/** What the row says beside its number. */
function grantOf(
  call: DrawCall,
  terms: StationTerms,
  reserved: PaidReservation | undefined,
): Pick<CodesTable, 'kind' | 'quantity' | 'price' | 'client' | 'reservation'> | Refused {
  const { client } = call.args;
  if (call.name === 'serviceCode') {
    return { kind: kindOf(call.args.operation), quantity: 0, price: null, client, reservation: null };
  }
  const amount = call.name === 'issue' ? call.args.amount : reserved!.amount;
  const quantity = quantityOf(terms, amount);
  if (call.name === 'issue') {
    if (quantity === undefined) return amountNotSold(amount, terms);
    if (call.args.unpriced && terms.price?.minorUnits) {
      return refuse('terms-changed', 'This station has a price now. No code was made; ask again, to pay for it.');
    }
    return { kind: VOUCHER, quantity, price: priceOf(terms, quantity), client, reservation: null };
  }
  const { price, row } = reserved!;
  if (quantity === undefined || terms.unit !== reserved!.unit || (price && price.currency !== terms.price?.currency)) {
    const detail = 'What was paid for is not sold by this station any more. The payment goes back.';
    return refuse('terms-changed', detail);
  }
  return { kind: VOUCHER, quantity, price: row.price, client: row.client, reservation: row.reservation };
}

function tooMany(station: string, seconds: number): Refused {
  const detail = `Station ${shown(station)} is as far ahead of its clock as it may be. Try again in ${seconds} s.`;
  return refuse('too-many-codes', detail, { retryAfterSeconds: seconds });
}

const COLUMNS = [
  'station',
  'sequence',
  'kind',
  'terms',
  'quantity',
  'price',
  'client',
  'issued_at',
  'reservation',
] as const satisfies readonly (keyof CodesTable)[];

/** Keeps the rows whose numbers no other replica took meanwhile, and says which. */
async function insertCodes(work: Work, wanted: readonly Wanted[]): Promise<Wanted[]> {
  if (wanted.length === 0) return [];
  // In one order everywhere: two replicas that insert the same numbers wait for each other in turn, not in a circle.
  const sorted = wanted.toSorted((a, b) => a.row.station - b.row.station || a.row.sequence - b.row.sequence);
  const parameters = sorted.flatMap(({ row }) => COLUMNS.map((column) => row[column]));
  const blank = Object.fromEntries(COLUMNS.map((column) => [column, 0])) as unknown as CodesTable;
  const kept = await work.shared.statements.run<Pick<CodesTable, 'station' | 'sequence'>>(
    work.db,
    'insert codes',
    sorted.length,
    parameters,
    (db) => {
      const rows = db.insertInto('codes').values(sorted.map(() => blank));
      // SQLite copies each page that it changes for a statement that might fail in the middle; not for one that ignores.
      const each =
        work.shared.kind === 'sqlite'
          ? rows.orIgnore()
          : rows.onConflict((conflict) => conflict.columns(['station', 'sequence']).doNothing());
      return each.returning(['station', 'sequence']);
    },
  );
  if (kept.length === sorted.length) return sorted;
  const names = new Set(kept.map(({ station, sequence }) => `${station}/${sequence}`));
  return sorted.filter(({ row }) => names.has(`${row.station}/${row.sequence}`));
}

function keyOf(work: Work, hash: string, station: number, item: number, what: number): KeptKey {
  return { hash, station, item, what, used_at: work.now };
}

/** Adds to the day's sums of all stations and of this one. */
function count(work: Work, station: number, terms: StationTerms, what: Parameters<Work['tallies']['add']>[2]): void {
  work.tallies.add(0, terms, what);
  work.tallies.add(station, terms, what);
}

async function finish(
  work: Work,
  drawn: readonly Wanted[],
  answers: unknown[],
  others: readonly KeptKey[],
): Promise<void> {
  const keys = drawn.flatMap(({ hash, row }) =>
    hash === undefined ? [] : [keyOf(work, hash, row.station, row.sequence, 0)],
  );
  await keepKeys(work, [...keys, ...others]);
  if (drawn.length > 0) work.shared.clock.drawn(work.now);
  for (const { index, station, terms, row } of drawn) {
    if (row.reservation !== null) await markIssued(work, row);
    if (row.kind === VOUCHER) {
      work.tallies.add(0, terms, { issued: 1, amount: row.quantity * terms.step, money: row.price ?? 0 });
      answers[index] = voucherAnswer(work, station.id, terms, row);
    } else {
      count(work, station.number, terms, { services: 1 });
      answers[index] = serviceAnswer(work, station.id, terms, row);
      const { operation } = answers[index] as { operation: Operation };
      const detail = `number ${row.sequence}`;
      work.audits.push({ action: `service-code-${operation}`, client: row.client, station: station.id, detail });
    }
  }
}

async function markIssued(work: Work, row: CodesTable): Promise<void> {
  const at = { station: row.station, reservation: row.reservation! };
  const unissued = { ...at, sequence: null, cancelled_at: null };
  const [marked] = await changeRows(work, 'reservations', unissued, { sequence: row.sequence });
  if (!marked) throw new TryAgain('the reservation was issued or given back meanwhile');
  // Its payment is off the list of those without a code.
  await changeRows(work, 'payments', { ...at, payment: marked.payment! }, { done: 1 });
}
