// What was delivered on a voucher, and what is left: counted in milliseconds (`min` stations) or Wh, and kept as exactly
// as it was measured: a receipt made of a rounded figure would say more than what is left.
import { implausibleCount } from '../meter-plausibility.ts';
import type { EndReason, SessionRecord, Voucher } from '../types.ts';
import type { Metered, MeterReading, OutletConfig, OutletState, Receipt, Session } from './model.ts';

const MINUTE = 60_000;
/** Pulses that the station counts itself are kept so often; and so much is lost where the power is not known. */
const FORGOTTEN_MS = 10_000;
const FORGOTTEN_WH = 10;
/** So much more power is drawn than was booked for before it is booked anew. */
const BOOKED_FACTOR = 1.1;
const BOOKED_WH = 0.1;
/** No meter tells less than a thousandth of a Wh; what sums of readings show below it is noise of floating point. */
const NOISE_MWH = 0.01;

/** What a voucher holds: milliseconds or Wh. */
function held({ amount, unit }: Voucher): number {
  return unit === 'min' ? amount * MINUTE : amount;
}

/** What is left of a session: milliseconds or Wh. */
export function left(session: Session): number {
  return held(session.voucher) - session.used;
}

/** What was delivered, in `unit`s: minutes with all their fraction, thousandths of a Wh rounded down. */
export function delivered({ voucher, used }: Session): number {
  if (used >= held(voucher)) return voucher.amount;
  return voucher.unit === 'min' ? used / MINUTE : Math.floor(used * 1000 + NOISE_MWH) / 1000;
}

/** A session on a voucher that is about to be redeemed. */
export function opened(voucher: Voucher, at: number, meter: OutletState['meter']): Session {
  const nothing = { used: 0, saved: 0, savedAt: at, elapsedMs: 0, countedAt: at, cuts: 0 };
  return { voucher, ...nothing, ...readings(voucher, meter) };
}

/**
 * A session that was interrupted, from its last checkpoint. What the meter counted since then is charged. What nobody
 * counted is the operator's loss the first time that the power is cut, and from the second time on the customer's: as much
 * as was booked ahead, so that whoever cuts the power wins nothing by it.
 * @param meter its reading now, where it is believed
 * @param cutsByNow unset where no power cut interrupted it. A record that has as many already is from after the last: its
 *   write was said to have failed, and had reached the disk
 */
export function reopened(
  record: SessionRecord,
  at: number,
  meter: OutletState['meter'],
  cutsByNow: OutletState['cutsByNow'],
): Session {
  const { voucher, meterStartWh, meterLastWh, ahead = 0, cuts = 0 } = record;
  const factor = voucher.unit === 'min' ? MINUTE : 1;
  const isCut = cutsByNow !== undefined && cuts < cutsByNow;
  const booked = isCut && cuts > 0 ? ahead : 0;
  const countedWh = meter && meterLastWh !== undefined ? Math.max(0, meter.energyWh - meterLastWh) : 0;
  const uncounted = voucher.unit === 'min' ? booked : countedWh + booked;
  const used = Math.min(held(voucher), (record.delivered + uncounted) * factor);
  return {
    voucher,
    used,
    saved: used,
    savedAt: at,
    elapsedMs: voucher.unit === 'min' ? used : 0,
    countedAt: at,
    cuts: cuts + (isCut ? 1 : 0),
    ...(meterLastWh === undefined ? {} : { meterLastWh }),
    ...readings(voucher, meter),
    ...(meterStartWh === undefined ? {} : { meterStartWh }),
    ...(meter?.keepsCount === false && voucher.unit === 'Wh' ? bookedOf(record) : {}),
  };
}

function bookedOf({ ahead = FORGOTTEN_WH }: SessionRecord): Pick<Session, 'aheadWh' | 'bookedWh'> {
  return { aheadWh: ahead, bookedWh: ahead };
}

/** Whether a meter that comes back after a cut goes on from where the journal has it; one that forgets, from a little before. */
export function goesOn(
  { voucher, meterLastWh = 0, ahead = FORGOTTEN_WH }: SessionRecord,
  meter: OutletState['meter'],
): boolean {
  if (voucher.unit === 'min') return true;
  return meter !== undefined && meter.energyWh >= meterLastWh - (meter.keepsCount ? 0 : ahead);
}

function readings(voucher: Voucher, meter: OutletState['meter']): Pick<Session, 'meterStartWh' | 'meterLastWh'> {
  return voucher.unit === 'Wh' && meter ? { meterStartWh: meter.energyWh, meterLastWh: meter.energyWh } : {};
}

/**
 * The relay was closed from `countedAt` to `at`. Of a silence longer than the relay guard bears only as much is counted
 * as the guard bore.
 */
export function counted(session: Session, at: number, { silenceMs }: OutletConfig): Session {
  const passed = Math.min(Math.max(0, at - session.countedAt), silenceMs);
  const used = session.voucher.unit === 'min' ? Math.min(held(session.voucher), session.used + passed) : session.used;
  return { ...session, used, elapsedMs: session.elapsedMs + passed, countedAt: at };
}

/** The meter gave a good reading while the relay was closed. */
export function metered(session: Session, { energyWh, powerW, keepsCount }: Metered): Session {
  if (session.voucher.unit !== 'Wh') return session;
  const since = Math.max(0, energyWh - (session.meterLastWh ?? energyWh));
  const used = Math.min(session.voucher.amount, session.used + since);
  const { aheadWh = FORGOTTEN_WH, ...rest } = session;
  const forgotten = powerW === undefined ? aheadWh : (Math.max(0, powerW) * FORGOTTEN_MS) / 3_600_000;
  return { ...rest, used, meterLastWh: energyWh, ...(keepsCount ? {} : { aheadWh: forgotten }) };
}

/** Whether a checkpoint is due, before more is delivered than one checkpoint may lose. */
export function checkpointDue(session: Session, at: number, config: OutletConfig): boolean {
  // From the second cut on each costs what was booked: too little of it, and cutting again before a checkpoint buys energy.
  const { cuts, aheadWh = 0, bookedWh = aheadWh } = session;
  if (cuts > 0 && aheadWh > bookedWh * BOOKED_FACTOR + BOOKED_WH) return true;
  const since = session.used - session.saved;
  if (since <= 0) return false;
  return at - session.savedAt >= config.checkpointMs || (session.voucher.unit === 'Wh' && since >= config.checkpointWh);
}

/** The row of the journal while the session is open, with what a power cut would cost. */
export function openRecordOf(session: Session, { checkpointMs }: OutletConfig): SessionRecord {
  const { cuts, aheadWh, voucher } = session;
  const mostAhead = voucher.unit === 'min' ? (cuts > 0 ? checkpointMs : undefined) : aheadWh;
  const ahead = mostAhead === undefined ? undefined : Math.min(mostAhead, left(session));
  return {
    ...recordOf(session),
    ...(cuts > 0 ? { cuts } : {}),
    ...(ahead === undefined ? {} : { ahead: voucher.unit === 'min' ? ahead / MINUTE : ahead }),
  };
}

/** The row of the journal of a session that goes on when the station starts again. */
export function haltedRecordOf(session: Session, config: OutletConfig): SessionRecord {
  return { ...openRecordOf(session, config), halted: true };
}

/** The row of the journal. */
export function recordOf(session: Session, ended?: EndReason): SessionRecord {
  const { voucher, meterStartWh, meterLastWh } = session;
  return {
    voucher,
    delivered: delivered(session),
    ...(meterStartWh === undefined ? {} : { meterStartWh }),
    ...(meterLastWh === undefined ? {} : { meterLastWh }),
    ...(ended === undefined ? {} : { ended }),
  };
}

/** What a closed session's receipt says; `undefined` when it has none. */
export function receiptOf(record: SessionRecord | undefined): Receipt | undefined {
  if (!record?.receipt) return undefined;
  const { amount, unit } = record.voucher;
  return {
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
  reading: MeterReading,
  readAt: number,
  { highestPowerW }: OutletConfig,
): boolean {
  return (
    implausibleCount(last, { energyWh: reading.energyWh, at: readAt }, { highestPowerW, slackWh: 10 }) === undefined
  );
}
