// Receipts: which voucher they are of, what is left of it, and that each is settled once.
import { sql } from 'kysely';
import { algorithmOf, type Matcher, RECEIPTS, type ReceiptReading, readReceipt } from '../../codes/index.ts';
import { isClient } from '../checks.ts';
import { changeRows, findRow, keepOnce } from '../database/rows.ts';
import type { CodesTable, PaymentsTable, ReceiptsTable, StationsTable } from '../database/schema.ts';
import type { Money } from '../payment-types.ts';
import { random48 } from '../random.ts';
import { refuse, shown, unknownStation } from '../refusals.ts';
import type { StationTerms } from '../station-types.ts';
import { money, refundOf, rescueLayout, unusedAmount } from '../terms.ts';
import type { Answer, Refused, SettleCall, Settlement } from '../types.ts';
import { own, TryAgain, type Work } from '../work.ts';
import { codeOfRequest, firstDrawn, lastDrawn, requestIdOf, stationById, termsOf, VOUCHER } from './records.ts';
import { leftOf, oweRefund, paymentNamed } from './refunds.ts';

/**
 * A receipt names its voucher modulo 64 and is told from the others by its tag of seven digits. So many of the
 * client's latest vouchers with that remainder are held against it: a guess is right with 10⁻⁷ for each.
 */
const MOST_CANDIDATES = 256;
/**
 * Numbers with that remainder that are looked up for them, first few and then many: vouchers of other clients lie between.
 * Looked up one by one, whatever lies between them: anybody may ask, and all who buy would wait while a table is read.
 */
const PLACES = [256, 8192];
/** As the station's keypad has it: ten wrong ones, and one more each 15 minutes, for a client at a station. */
const MOST_WRONG = 10;
const FORGIVEN_AFTER_MS = 15 * 60_000;

/**
 * What is left of a voucher, once: of one that this client bought, or whose `code` or `request` it gives as well. What
 * strangers get wrong is counted by where it comes from.
 */
export async function settle(work: Work, call: SettleCall): Promise<Answer<Settlement>> {
  const { client, station: id, receipt } = call;
  if (!isClient(client)) return refuse('malformed', 'client: a text of 1 to 200 characters.');
  const station = await stationById(work, id);
  if (!station) return unknownStation(id);
  const reading = readReceipt(typeof receipt === 'string' ? receipt.replace(/[\s-]/g, '') : '');
  if (typeof reading === 'string') {
    return refuse(
      'receipt-mistyped',
      'A receipt has 12 digits, or 14, and these are not right. Compare them with the display.',
    );
  }
  const own = call.anyClient === true ? undefined : client;
  const mine = await voucherOf(work, station, reading, own);
  const named = mine.found ? undefined : await namedVoucher(work, station, reading, call);
  // Guesses at what this client bought count for the client; all others for where they come from, and there for the
  // purchase that they name, so that nobody's wrong receipts keep the buyer out.
  const who = mine.held || own === undefined ? client : strangerAt(call, named);
  const until = await countAsWrong(work, station, who);
  if (until - work.now > MOST_WRONG * FORGIVEN_AFTER_MS) {
    // What is refused costs no more: whoever keeps trying must not keep himself out for ever.
    await forgive(work, station, who, until);
    return tooMany(work, until);
  }
  const found = mine.found ?? (named && isOf(work, station, reading, named) ? named : undefined);
  if (!found) {
    work.tallies.add(station.number, { unit: 'min' }, { wrong_receipts: 1 });
    work.audits.push({ action: 'unknown-receipt', client, station: id });
    return refuse('unknown-receipt', unknownDetail(call));
  }
  await forgive(work, station, who, until);
  return settleVoucher(work, station, found, reading, call);
}

/** Whose wrong receipts are counted together when the client bought nothing that the receipt could be of. */
function strangerAt({ client, address }: SettleCall, named: Found | undefined): string {
  const who = address === undefined ? client : `address:${address}`;
  return named ? `${who.slice(0, 170)} purchase:${named.row.sequence}` : who.slice(0, 200);
}

function unknownDetail({ station, code, request }: SettleCall): string {
  if (code !== undefined || request !== undefined) {
    return `No voucher of station ${shown(station)} fits this receipt together with its code or request.`;
  }
  return (
    `No voucher that you bought for station ${shown(station)} fits this receipt. ` +
    'If it was bought elsewhere, send its code or its request as well.'
  );
}

/** The voucher, of any client, whose code or request is given and that the receipt could be of. */
async function namedVoucher(
  work: Work,
  station: StationsTable,
  reading: ReceiptReading,
  { code, request, anyClient }: SettleCall,
): Promise<Found | undefined> {
  if (anyClient === true || (code === undefined && request === undefined)) return undefined;
  if (request !== undefined) {
    const row = await codeOfRequest(work, request.trim().toLowerCase());
    if (row?.station !== station.number || row.sequence % reading.window !== reading.residue) return undefined;
    return { row, terms: await termsOf(work, row) };
  }
  const typed = code?.replace(/[\s-]/g, '');
  for await (const { row, terms } of candidates(work, station, reading, undefined)) {
    const isNamed = [terms.layout, rescueLayout(terms)].some(
      (layout) => work.shared.maker.voucher(station.id, terms, layout, row.quantity, row.sequence).code === typed,
    );
    if (isNamed) return { row, terms };
  }
  return undefined;
}

function isOf(work: Work, station: StationsTable, reading: ReceiptReading, { row, terms }: Found): boolean {
  return isOfFamily(terms, reading) && work.shared.maker.matcher(station.id, terms).matches(reading, row.sequence);
}

/** A station gives receipts in one layout alone; the others would be easier to guess. */
function isOfFamily({ layout }: StationTerms, reading: ReceiptReading): boolean {
  return algorithmOf(layout).bounds.receiptDigits === RECEIPTS[reading.layout].digits;
}

/** Longer nobody is kept out: what lies further ahead was written by a clock that was wrong. */
const MOST_KEPT_OUT_MS = (MOST_WRONG + 1) * FORGIVEN_AFTER_MS;

/** Before the answer is known, and given back if it was right: calls that run at the same time all count. */
async function countAsWrong(work: Work, station: StationsTable, client: string): Promise<number> {
  const { until } = await work.db
    .insertInto('wrong_receipts')
    .values({ station: station.number, client, until: work.now + FORGIVEN_AFTER_MS })
    .onConflict((conflict) =>
      conflict.columns(['station', 'client']).doUpdateSet((eb) => ({
        until: eb(
          eb
            .case()
            .when(eb.between('wrong_receipts.until', work.now, work.now + MOST_KEPT_OUT_MS))
            .then(eb.ref('wrong_receipts.until'))
            .else(work.now)
            .end(),
          '+',
          FORGIVEN_AFTER_MS,
        ),
      })),
    )
    .returning('until')
    .executeTakeFirstOrThrow();
  return until;
}

async function forgive(work: Work, station: StationsTable, client: string, until: number): Promise<void> {
  const forgiven = { until: until - FORGIVEN_AFTER_MS };
  await changeRows(work, 'wrong_receipts', { station: station.number, client }, forgiven);
}

interface Found {
  readonly row: CodesTable;
  readonly terms: StationTerms;
}

/**
 * @param client whose vouchers it is held against; undefined: anybody's
 * @returns `held`: whether there was any that the receipt could be of
 */
async function voucherOf(
  work: Work,
  station: StationsTable,
  reading: ReceiptReading,
  client: string | undefined,
): Promise<{ readonly found: Found | undefined; readonly held: boolean }> {
  let held = false;
  const matchers = new Map<number, Matcher>();
  for await (const { row, terms } of candidates(work, station, reading, client)) {
    held = true;
    if (!isOfFamily(terms, reading)) continue;
    const matcher = matchers.get(row.terms) ?? work.shared.maker.matcher(station.id, terms);
    matchers.set(row.terms, matcher);
    if (matcher.matches(reading, row.sequence)) return { found: { row, terms }, held };
  }
  return { found: undefined, held };
}

/** The latest vouchers with the receipt's remainder, the latest first. */
async function* candidates(
  work: Work,
  station: StationsTable,
  { window, residue }: ReceiptReading,
  client: string | undefined,
): AsyncGenerator<Found> {
  const last = await lastDrawn(work, station.number);
  if (last === null) return;
  const first = (await firstDrawn(work, station.number))!;
  const top = last - ((last - residue) % window);
  let from = top;
  let left = MOST_CANDIDATES;
  for (const places of PLACES) {
    const to = Math.max(first, top - window * (places - 1));
    if (from < to || left === 0) return;
    const rows = await vouchersAt(work, station, { from, to, step: window }, client, left);
    const terms = await work.shared.terms.get(work.db, rows);
    for (const row of rows) yield { row, terms: terms(row) };
    from = top - window * places;
    left -= rows.length;
  }
}

/** Vouchers at each `step`th number from one down to another. */
function vouchersAt(
  work: Work,
  { number }: StationsTable,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
  client: string | undefined,
  limit: number,
): Promise<CodesTable[]> {
  const places = sql<{ n: number }>`(
    with recursive places (n) as (
      select cast(${sql.lit(from)} as bigint)
      union all
      select n - ${sql.lit(step)} from places where n - ${sql.lit(step)} >= ${sql.lit(to)}
    )
    select n from places)`;
  return work.db
    .selectFrom(places.as('places'))
    .innerJoin('codes', (join) => join.on('codes.station', '=', number).onRef('codes.sequence', '=', 'places.n'))
    .selectAll('codes')
    .where('codes.kind', '=', VOUCHER)
    .$if(client !== undefined, (query) => query.where('codes.client', '=', client!))
    .orderBy('codes.sequence', 'desc')
    .limit(limit)
    .execute();
}

async function settleVoucher(
  work: Work,
  station: StationsTable,
  { row, terms }: Found,
  reading: ReceiptReading,
  call: SettleCall,
): Promise<Answer<Settlement>> {
  const source = call.anyClient === true ? 'operator' : 'typed';
  const what = { unused: reading.unused, client: call.client, source } as const;
  const { settlement, again } = await keepSettlement(work, row, terms, what);
  if (!again) return settlement;
  work.audits.push({ action: 'receipt-settled-again', client: call.client, station: station.id });
  return refuse('receipt-settled', 'What was left of this voucher was given back before.', { settled: settlement });
}

/** Settles a voucher, once: `again` when another call did before, whose settlement it then is. */
export async function keepSettlement(
  work: Work,
  row: CodesTable,
  terms: StationTerms,
  { unused, client, source }: Pick<ReceiptsTable, 'unused' | 'client' | 'source'>,
): Promise<{ readonly settlement: Settlement; readonly again: boolean }> {
  const { station, sequence } = row;
  const payment = await paymentOf(work, row);
  const price = refundOf(row.price, unused);
  // No more is promised than is left of the payment: some of it may have gone back by hand, or to a bank.
  const refund = price === null || !payment ? price : Math.min(price, await leftOf(work, payment));
  const receipt: ReceiptsTable = {
    ...{ station, sequence, unused, refund, client, settled_at: work.now, source },
    token: own(work, random48, `${source} ${sequence}`),
  };
  if (await keepOnce(work, 'receipts', receipt)) {
    const settlement = settlementOf(work, row, terms, receipt);
    const sums = { settled: 1, unused: Math.round(settlement.unused * 10_000), refunded: receipt.refund ?? 0 };
    work.tallies.add(0, terms, sums);
    work.tallies.add(station, terms, sums);
    await oweSettled(work, row, settlement.refund, payment);
    return { settlement, again: false };
  }
  const earlier = await findRow(work, 'receipts', { station, sequence });
  if (!earlier) throw new TryAgain('the receipt is being settled by another replica');
  return { settlement: settlementOf(work, row, terms, earlier), again: earlier.token !== receipt.token };
}

/** The payment that a voucher was bought with, where one is known. */
async function paymentOf(work: Work, { station, reservation, price }: CodesTable): Promise<PaymentsTable | undefined> {
  if (reservation === null || price === null) return undefined;
  const paid = await findRow(work, 'reservations', { station, reservation });
  return paid?.payment == null ? undefined : paymentNamed(work, paid.payment);
}

/** What was left is owed, in the same transaction. */
async function oweSettled(
  work: Work,
  { station, sequence, reservation }: CodesTable,
  amount: Money | undefined,
  payment: PaymentsTable | undefined,
): Promise<void> {
  if (!amount || amount.minorUnits === 0) return;
  const { payment: name = null } = payment ?? {};
  await oweRefund(work, { station, cause: 'receipt', of: sequence, reservation, sequence, amount, payment: name });
}

function settlementOf(work: Work, row: CodesTable, terms: StationTerms, receipt: ReceiptsTable): Settlement {
  const bought = row.quantity * terms.step;
  const refund = money(receipt.refund, terms.price?.currency);
  // Money goes back the way it came: where a payment is known, to it; else, as with cash, against the slip alone.
  const to = refund && row.reservation !== null ? ({ refundTo: 'payment' } as const) : {};
  return {
    request: requestIdOf(work, row),
    bought,
    unused: unusedAmount(bought, receipt.unused),
    unit: terms.unit,
    ...(refund ? { refund } : {}),
    ...to,
  };
}

function tooMany(work: Work, until: number): Refused {
  const retryAfterSeconds = Math.ceil((until - work.now - MOST_WRONG * FORGIVEN_AFTER_MS) / 1000);
  return refuse('too-many-receipts', `Too many wrong receipts. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
}
