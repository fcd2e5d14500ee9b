// What redeeming, a checkpoint and an end change of the vouchers that a station's memory holds. Pure.
import type { OpenVoucher } from './journal/packed.ts';
import type { StationState } from './journal/state.ts';
import { closing, counted, type Totals } from './journal/totals.ts';
import { isSame } from './records.ts';
import { JournalError, type SessionRecord } from './types.ts';

type Memory = Pick<StationState, 'openVouchers' | 'sessionKeys' | 'closed' | 'totals' | 'sessions'>;

/**
 * Where a voucher goes that is about to be redeemed: into a session that is open at its outlet, or into a new one.
 * @throws {JournalError} `session-open`, `session-not-open`
 */
export function placed({ openVouchers, sessions }: Memory, opened: SessionRecord): { session: number; outlet: number } {
  const { outlet = 1, session } = opened;
  const here = openVouchers.filter((open) => open.outlet === outlet);
  if (session === undefined) {
    if (here.length > 0)
      throw new JournalError('session-open', 'A session is open: close it before the next is redeemed.');
    return { session: sessions + 1, outlet };
  }
  if (!here.some((open) => open.session === session))
    throw notOpen(`No session ${session} is open at outlet ${outlet}.`);
  return { session, outlet };
}

/** What the memory is with a voucher that was redeemed; one that has `ended` is over at once. */
export function redeemed(before: Memory, record: SessionRecord & Pick<OpenVoucher, 'session' | 'outlet'>, key: string) {
  const { openVouchers, sessionKeys = [], totals } = before;
  const sessions = Math.max(before.sessions, record.session);
  if (record.ended) return { sessions, closed: [record], totals: counted(totals, closing(record)) };
  const known = sessionKeys.indexOf(key);
  const keyIndex = known < 0 ? sessionKeys.length : known;
  const open: OpenVoucher = keyIndex === 0 ? record : { ...record, keyIndex };
  const begins = !openVouchers.some(({ session }) => session === record.session);
  return {
    sessions,
    openVouchers: inOrder([...openVouchers, open]),
    sessionKeys: known < 0 ? [...sessionKeys, key] : sessionKeys,
    totals: counted(totals, begins ? { closings: 1 } : {}),
  };
}

/** Vouchers of a session stay together, in order of redemption. */
function inOrder(open: readonly OpenVoucher[]): readonly OpenVoucher[] {
  return open.toSorted((a, b) => a.session - b.session);
}

/**
 * What the memory is with these records, each of a voucher that stands open: those with an end are closed. What was sold
 * under an earlier key counts for the journal's earlier id.
 * @param key of the station, in hex
 * @returns undefined when they say what it says already
 */
export function written(before: Memory, records: readonly OpenVoucher[], key: string) {
  const news = records.filter((record) => !same(record, openOf(before, record)));
  if (news.length === 0) return undefined;
  const { sessionKeys, closed } = before;
  const ends = news.filter((record) => record.ended !== undefined);
  const ended = ends.map(({ keyIndex: _keyIndex, ...record }) => record);
  const isOurs = ({ keyIndex = 0 }: OpenVoucher) => (sessionKeys?.[keyIndex] ?? key) === key;
  const open = before.openVouchers.flatMap((voucher) => {
    const record = news.find((each) => isSame(each, voucher)) ?? voucher;
    return record.ended === undefined ? [record] : [];
  });
  const goOn = news.filter((record) => goesOn(record, openOf(before, record)));
  const more = (totals: Totals) =>
    ends
      .filter(isOurs)
      .reduce((sum, record) => counted(sum, closing(record)), counted(totals, { closings: goOn.length }));
  let order = before.totals.closed;
  return {
    ended: ends.map((record, index) => ({ record: ended[index]!, order: isOurs(record) ? ++order : undefined })),
    change: {
      openVouchers: open,
      closed: ended.length > 0 ? ended : closed,
      totals: more(before.totals),
      ...(sessionKeys && open.length === 0 ? { sessionKeys: [] } : {}),
    },
  };
}

/** The voucher that a record is of, as the memory holds it open. */
export function openOf({ openVouchers }: Pick<Memory, 'openVouchers'>, record: SessionRecord): OpenVoucher | undefined {
  return openVouchers.find((open) => isSame(record, open));
}

/**
 * Records of vouchers that stand open, with what the memory knows of each.
 * @throws {JournalError} `session-not-open`
 */
export function asOpen(memory: Pick<Memory, 'openVouchers'>, records: readonly SessionRecord[]): OpenVoucher[] {
  return records.map((record) => {
    const open = openOf(memory, record);
    if (!open) throw notOpen(`No session is open on number ${record.voucher.sequence}.`);
    const { session, outlet, keyIndex } = open;
    return { ...record, session, outlet, ...(keyIndex === undefined ? {} : { keyIndex }) };
  });
}

/**
 * The sessions that stand open with all their vouchers, in order of redemption: the one that came first stops a session, also
 * when it is used up.
 * @param open by session
 * @param ofSession what the journal's rows say of a session, in that order
 */
export function withEnded(
  open: readonly SessionRecord[],
  ofSession: (session: number) => readonly SessionRecord[],
): readonly SessionRecord[] {
  const sessions = new Set(open.map(({ session }) => session));
  return [...sessions].flatMap((session) => {
    const standing = open.filter((record) => record.session === session);
    const rows = session === undefined ? [] : ofSession(session);
    const known = rows.flatMap((row) => standing.find((record) => isSame(row, record)) ?? (row.ended ? [row] : []));
    // A row that a crash took: the memory knows it all the same.
    return [...known, ...standing.filter((record) => !known.includes(record))];
  });
}

function notOpen(message: string): JournalError {
  return new JournalError('session-not-open', message);
}

/** A session that was interrupted lets its relay close again. */
function goesOn(record: SessionRecord, before: SessionRecord | undefined): boolean {
  if (!before || record.ended) return false;
  return (before.halted === true && !record.halted) || (record.cuts ?? 0) > (before.cuts ?? 0);
}

function same(one: SessionRecord, other: SessionRecord | undefined): boolean {
  return other !== undefined && ordered(one) === ordered(other);
}

function ordered(record: SessionRecord): string {
  return JSON.stringify(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
