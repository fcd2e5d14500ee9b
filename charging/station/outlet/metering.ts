// What was delivered on a voucher, and what is left: counted in milliseconds (`min` stations) or Wh, and kept as exactly
// as it was measured: a receipt made of a rounded figure would say more than what is left.
import type { Unit } from '../../codes/index.ts';
import { implausibleCount } from '../meter-plausibility.ts';
import type { EndReason, SessionRecord, Voucher } from '../types.ts';
import type {
  Ended,
  Metered,
  MeterMessage,
  OutletConfig,
  OutletState,
  Receipt,
  Session,
  SessionVoucher,
} from './model.ts';

const MINUTE = 60_000;
/** Pulses that the station counts itself are kept so often; and so much is lost where the power is not known. */
const FORGOTTEN_MS = 10_000;
const FORGOTTEN_WH = 10;
/** So much more power is drawn than was booked for before it is booked anew. */
const BOOKED_FACTOR = 1.1;
const BOOKED_WH = 0.1;
/** A checkpoint each 50 Wh, and minutes at the highest power until a relay opens that no guard watches. */
const MOST_COUNTED_WH = 1000;
/** No meter tells less than a thousandth of a Wh; what sums of readings show below it is noise of floating point. */
const NOISE_MWH = 0.01;

/** What a voucher holds: milliseconds or Wh. */
function held({ amount, unit }: Voucher): number {
  return unit === 'min' ? amount * MINUTE : amount;
}

/** That of its first voucher: none of another is added. */
export function unitOf({ vouchers }: Pick<Session, 'vouchers'>): Unit {
  return vouchers[0]!.voucher.unit;
}

/** What is left of a voucher: milliseconds or Wh. */
function leftOf({ voucher, used, ended }: SessionVoucher): number {
  return ended ? 0 : held(voucher) - used;
}

/** What is left of a session, on all its vouchers: milliseconds or Wh. */
export function left({ vouchers }: Session): number {
  return vouchers.reduce((sum, each) => sum + leftOf(each), 0);
}

/** The voucher that is used now: the first with something left, else the last that there was something left of. */
export function currentVoucher({ vouchers }: Session): SessionVoucher {
  return vouchers.find((each) => leftOf(each) > 0) ?? vouchers.findLast(({ ended }) => !ended) ?? vouchers.at(-1)!;
}

/** What was delivered on a voucher, in `unit`s: minutes with all their fraction, thousandths of a Wh rounded down. */
export function delivered({ voucher, used }: Pick<SessionVoucher, 'voucher' | 'used'>): number {
  if (used >= held(voucher)) return voucher.amount;
  return voucher.unit === 'min' ? used / MINUTE : Math.floor(used * 1000 + NOISE_MWH) / 1000;
}

/** A session on a voucher that is about to be redeemed. */
export function opened(voucher: Voucher, at: number, meter: OutletState['meter']): Session {
  const first = { voucher, used: 0, saved: 0, ...readings(voucher, meter) };
  return { id: undefined, vouchers: [first], savedAt: at, elapsedMs: 0, countedAt: at, cuts: 0 };
}

/** The session with one voucher more, which is used after those before it. */
export function extendedBy(session: Session, { voucher }: SessionRecord): Session {
  return { ...session, vouchers: [...session.vouchers, { voucher, used: 0, saved: 0 }] };
}

/**
 * A session that was interrupted, from its last checkpoint. What the meter counted since then is charged. What nobody
 * counted is the operator's loss the first time that the power is cut, and from the second time on the customer's: as much
 * as was booked ahead, so that whoever cuts the power wins nothing by it.
 * @param records of all its vouchers, in order of redemption
 * @param meter its reading now, where it is believed
 * @param cutsByNow unset where no power cut interrupted it. A record that has as many already is from after the last: its
 *   write was said to have failed, and had reached the disk
 */
export function reopened(
  records: readonly SessionRecord[],
  at: number,
  meter: OutletState['meter'],
  cutsByNow: OutletState['cutsByNow'],
): Session {
  const { ahead = 0, cuts = 0, meterLastWh } = interruptedAt(records);
  const vouchers = records.map(voucherOf);
  const unit = unitOf({ vouchers });
  const factor = unit === 'min' ? MINUTE : 1;
  const isCut = cutsByNow !== undefined && cuts < cutsByNow;
  const booked = isCut && cuts > 0 ? ahead : 0;
  const countedWh = meter && meterLastWh !== undefined ? Math.max(0, meter.energyWh - meterLastWh) : 0;
  const session: Session = {
    id: records[0]?.session,
    vouchers,
    savedAt: at,
    elapsedMs: 0,
    countedAt: at,
    cuts: cuts + (isCut ? 1 : 0),
    ...(meter?.keepsCount === false && unit === 'Wh' ? bookedOf(interruptedAt(records)) : {}),
  };
  const charged = spent(
    session,
    (unit === 'min' ? booked : countedWh + booked) * factor,
    unit === 'Wh' ? meter?.energyWh : undefined,
  );
  return {
    ...charged,
    vouchers: charged.vouchers.map((each) => ({ ...each, saved: each.used })),
    elapsedMs: unit === 'min' ? charged.vouchers.reduce((sum, { used }) => sum + used, 0) : 0,
  };
}

/** Of a session's records the one that tells how it was interrupted: that of the voucher which was used then. */
export function interruptedAt(records: readonly SessionRecord[]): SessionRecord {
  const open = records.filter(({ ended }) => !ended);
  const was = open.find(({ voucher, delivered: by }) => by < voucher.amount) ?? open[0]!;
  return open.find(({ cuts, halted, ahead }) => cuts !== undefined || halted || ahead !== undefined) ?? was;
}

function voucherOf(record: SessionRecord): SessionVoucher {
  const { voucher, delivered: by, meterStartWh, meterLastWh, ended, receipt } = record;
  const used = Math.min(held(voucher), by * (voucher.unit === 'min' ? MINUTE : 1));
  return {
    voucher,
    used,
    saved: used,
    ...(meterStartWh === undefined ? {} : { meterStartWh }),
    ...(meterLastWh === undefined ? {} : { meterLastWh }),
    ...(ended === undefined ? {} : { ended }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

function bookedOf({ ahead = FORGOTTEN_WH }: SessionRecord): Pick<Session, 'aheadWh' | 'bookedWh'> {
  return { aheadWh: ahead, bookedWh: ahead };
}

/**
 * Whether a meter that comes back after a cut goes on from where the journal has it; one that forgets, from a little before. One
 * that is further by more than was ever drawn between a checkpoint and the relay's opening was exchanged meanwhile.
 */
export function goesOn(records: readonly SessionRecord[], meter: OutletState['meter']): boolean {
  const { voucher, meterLastWh, ahead = FORGOTTEN_WH } = interruptedAt(records);
  if (voucher.unit === 'min') return true;
  if (meter === undefined || meterLastWh === undefined) return meter !== undefined;
  const countedWh = meter.energyWh - meterLastWh;
  return countedWh >= (meter.keepsCount ? 0 : -ahead) && countedWh <= MOST_COUNTED_WH;
}

function readings(voucher: Voucher, meter: Pick<Metered, 'energyWh'> | undefined) {
  return voucher.unit === 'Wh' && meter ? { meterStartWh: meter.energyWh, meterLastWh: meter.energyWh } : {};
}

/**
 * So much more was delivered: milliseconds or Wh. It is taken from the vouchers in order; more than all of them hold is not
 * charged.
 * @param energyWh what the meter has counted by now, at a `Wh` station
 */
function spent(session: Session, amount: number, energyWh?: number): Session {
  const vouchers = [...session.vouchers];
  let rest = amount;
  for (const [index, each] of session.vouchers.entries()) {
    const has = leftOf(each);
    if (has <= 0) continue;
    const isOver = rest >= has;
    const taken = isOver ? has : rest;
    rest -= taken;
    const isLast = !isOver || !vouchers.slice(index + 1).some((later) => leftOf(later) > 0);
    const lastWh = energyWh === undefined || isLast ? energyWh : energyWh - rest;
    const startWh = each.meterStartWh ?? (lastWh === undefined ? undefined : lastWh - taken);
    vouchers[index] = {
      ...each,
      used: isOver ? held(each.voucher) : each.used + taken,
      ...(lastWh === undefined ? {} : { meterStartWh: startWh!, meterLastWh: lastWh }),
    };
    if (isLast) break;
  }
  return { ...session, vouchers };
}

/**
 * The relay was closed from `countedAt` to `at`. Of a silence longer than the relay guard bears only as much is counted
 * as the guard bore.
 */
export function counted(session: Session, at: number, { silenceMs }: OutletConfig): Session {
  const passed = Math.min(Math.max(0, at - session.countedAt), silenceMs);
  const used = unitOf(session) === 'min' ? spent(session, passed) : session;
  return { ...used, elapsedMs: session.elapsedMs + passed, countedAt: at };
}

/** The meter gave a good reading while the relay was closed. */
export function metered(session: Session, { energyWh, powerW, keepsCount }: Metered): Session {
  if (unitOf(session) !== 'Wh') return session;
  const since = Math.max(0, energyWh - (lastReadWh(session) ?? energyWh));
  const { aheadWh = FORGOTTEN_WH, ...rest } = session;
  const forgotten = powerW === undefined ? aheadWh : (Math.max(0, powerW) * FORGOTTEN_MS) / 3_600_000;
  return { ...spent(rest, since, energyWh), ...(keepsCount ? {} : { aheadWh: forgotten }) };
}

/** The last good reading of the meter, on whichever voucher it was. */
function lastReadWh({ vouchers }: Session): number | undefined {
  return vouchers.findLast(({ meterLastWh }) => meterLastWh !== undefined)?.meterLastWh;
}

/** What was delivered since the last checkpoint: milliseconds or Wh. */
function unsaved({ vouchers }: Session): number {
  return vouchers.reduce((sum, { used, saved }) => sum + used - saved, 0);
}

/** Whether a checkpoint is due, before more is delivered than one checkpoint may lose. */
export function checkpointDue(session: Session, at: number, config: OutletConfig): boolean {
  // A voucher that is used up is closed as soon as the next one begins.
  if (spentVouchers(session).length > 0) return true;
  // From the second cut on each costs what was booked: too little of it, and cutting again before a checkpoint buys energy.
  const { cuts, aheadWh = 0, bookedWh = aheadWh } = session;
  if (cuts > 0 && aheadWh > bookedWh * BOOKED_FACTOR + BOOKED_WH) return true;
  const since = unsaved(session);
  if (since <= 0) return false;
  return at - session.savedAt >= config.checkpointMs || (unitOf(session) === 'Wh' && since >= config.checkpointWh);
}

/** Those that are used up, where another is used by now, and the journal was not told yet. */
function spentVouchers(session: Session): readonly SessionVoucher[] {
  const { vouchers } = session;
  return vouchers.slice(0, vouchers.indexOf(currentVoucher(session))).filter(({ ended }) => !ended);
}

/** A checkpoint: the session as it then is, and what the journal is to hold. Undefined when it holds that already. */
export function saved(
  session: Session,
  at: number,
  config: OutletConfig,
): { readonly session: Session; readonly records: readonly SessionRecord[] } | undefined {
  const over = spentVouchers(session);
  if (over.length === 0 && unsaved(session) <= 0) return undefined;
  const { aheadWh: bookedWh } = session;
  const vouchers = session.vouchers.map((each) => ({
    ...each,
    saved: each.used,
    ...(over.includes(each) ? { ended: 'used-up' as const } : {}),
  }));
  return {
    records: [...over.map((each) => recordOf(session, each, 'used-up')), openRecordOf(session, config)],
    session: { ...session, vouchers, savedAt: at, ...(bookedWh === undefined ? {} : { bookedWh }) },
  };
}

/** The row of the journal of the voucher that is used, with what a power cut would cost. */
export function openRecordOf(session: Session, { checkpointMs }: OutletConfig): SessionRecord {
  const unit = unitOf(session);
  const { cuts, aheadWh } = session;
  const mostAhead = unit === 'min' ? (cuts > 0 ? checkpointMs : undefined) : aheadWh;
  const ahead = mostAhead === undefined ? undefined : Math.min(mostAhead, left(session));
  return {
    ...recordOf(session, currentVoucher(session)),
    ...(cuts > 0 ? { cuts } : {}),
    ...(ahead === undefined ? {} : { ahead: unit === 'min' ? ahead / MINUTE : Math.ceil(ahead * 1000) / 1000 }),
  };
}

/** All rows of a session that goes on when the station starts again. */
export function haltedRecordsOf(session: Session, config: OutletConfig): readonly SessionRecord[] {
  const used = currentVoucher(session);
  const over = spentVouchers(session);
  return session.vouchers
    .filter(({ ended }) => !ended)
    .map((each) => {
      if (each === used) return { ...openRecordOf(session, config), halted: true };
      return recordOf(session, each, over.includes(each) ? 'used-up' : undefined);
    });
}

/** All vouchers of a session that was interrupted just now: those that have ended, and the others as they were written. */
export function interruptedRecordsOf(session: Session, written: readonly SessionRecord[]): readonly SessionRecord[] {
  return session.vouchers.map((each) => {
    const { sequence } = each.voucher;
    if (each.ended) return closedRecordOf(session, each, each.ended);
    return written.find(({ voucher }) => voucher.sequence === sequence)!;
  });
}

/** The row of the journal of one of its vouchers. */
export function recordOf({ id }: Session, each: SessionVoucher, ended?: EndReason): SessionRecord {
  const { voucher, meterStartWh, meterLastWh } = each;
  return {
    ...(id === undefined ? {} : { session: id }),
    voucher,
    delivered: delivered(each),
    ...(meterStartWh === undefined ? {} : { meterStartWh }),
    ...(meterLastWh === undefined ? {} : { meterLastWh }),
    ...(ended === undefined ? {} : { ended }),
  };
}

/** The rows of a session that ends: what is used up ended so, whatever ended the session. */
export function endedRecordsOf(session: Session, reason: EndReason): Extract<Ended, { unclosed: unknown }> {
  const { vouchers } = session;
  const unclosed = vouchers.filter(({ ended }) => !ended);
  return {
    unclosed: unclosed.map((each) => recordOf(session, each, leftOf(each) > 0 ? reason : 'used-up')),
    before: vouchers.flatMap((each) => (each.ended ? [closedRecordOf(session, each, each.ended)] : [])),
  };
}

function closedRecordOf(session: Session, each: SessionVoucher, ended: EndReason): SessionRecord {
  const { receipt } = each;
  return { ...recordOf(session, each, ended), ...(receipt === undefined ? {} : { receipt }) };
}

/** The session as it was before a write which told that vouchers of it had ended, and failed. */
export function untold(session: Session): Session {
  return { ...session, vouchers: session.vouchers.map(({ ended: _ended, ...each }) => each) };
}

/** The receipts of closed vouchers. */
export function receiptsOf(records: readonly SessionRecord[]): readonly Receipt[] {
  return records.map(receiptOf).filter((receipt) => receipt !== undefined);
}

/** What a closed session's receipt says; `undefined` when it has none. */
export function receiptOf(record: SessionRecord | undefined): Receipt | undefined {
  if (!record?.receipt) return undefined;
  const { sequence, amount, unit } = record.voucher;
  return {
    sequence,
    digits: record.receipt,
    reason: record.ended ?? 'power-cut',
    left: amount - record.delivered,
    bought: amount,
    unit,
  };
}

/**
 * Whether the meter can have counted to `reading`: a finite number, not backwards, and no more than the station's highest
 * power allows (with a quarter more, and 10 Wh for what a coarse counter adds at once).
 */
export function plausible(
  last: OutletState['meter'],
  reading: MeterMessage,
  readAt: number,
  { highestPowerW }: OutletConfig,
): boolean {
  return (
    implausibleCount(last, { energyWh: reading.energyWh, at: readAt }, { highestPowerW, slackWh: 10 }) === undefined
  );
}
