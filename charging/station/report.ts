// What a station says of itself in a report (docs/reports.md): its own records in the numbers that a report has. Sealing it
// is for charging/codes/. Pure.
import {
  type ClosedVoucher,
  END_REASONS,
  FAULT_NUMBERS,
  MOST_CLOSED_LISTED,
  type OpenVoucher,
  type Report,
  type Unit,
} from '../codes/index.ts';
import type { FaultCode } from './faults.ts';
import type { Journal } from './journal/journal.ts';
import { recordOfRow, type SessionRow } from './journal/tables.ts';
import type { Totals } from './journal/totals.ts';
import { keyText, unusedOf } from './records.ts';
import type { EndReason, SessionRecord, StationSettings, Voucher } from './types.ts';

/** In seconds: 18 of them, as minutes, can come out of a sum as 17.999999999999996. */
const FLOAT_NOISE = 1e-9;

interface ClosedRecord extends SessionRecord {
  readonly ended: EndReason;
  /** The station's time at its end, unix milliseconds; undefined where the clock was lost then. */
  readonly endedMs?: number;
}

/** What the charger knows, and the journal does not. */
export interface ToldByCharger {
  readonly faults: readonly FaultCode[];
  /** Of all meters together; undefined without one. */
  readonly meterWh: number | undefined;
  /** Vouchers that were verified and may be redeemed yet, each with the outlet that it waits at, 0 where it has none. */
  readonly waiting: readonly WaitingVoucher[];
}

export interface WaitingVoucher {
  readonly voucher: Voucher;
  readonly outlet: number;
}

export interface Told extends Omit<ToldByCharger, 'waiting'> {
  /** Eight hex digits. */
  readonly journal: string;
  readonly keyVersion: number;
  readonly boot: number;
  readonly number: number;
  /** The station's time, unix milliseconds; undefined when its clock is lost. */
  readonly stationMs: number | undefined;
  /** Unix milliseconds; undefined at a station that counts. */
  readonly sureMs: number | undefined;
  /** H. */
  readonly highest: number;
  /** Since the journal has its id. */
  readonly totals: Totals;
  /** The newest first; those beyond the twentieth are not listed. */
  readonly closed: readonly ClosedRecord[];
  readonly open: readonly SessionRecord[];
}

/**
 * The report of a station from what its journal holds.
 * @param stationMs undefined when its clock is lost
 */
export function reportOf(
  { state, tables }: Pick<Journal, 'state' | 'tables'>,
  told: ToldByCharger,
  settings: StationSettings,
  stationMs: number | undefined,
): Report {
  const { journalId, boot, totals, window, openVouchers, sessionKeys = [], sure } = state;
  const key = keyText(settings);
  const open = openVouchers.filter(({ keyIndex = 0 }) => (sessionKeys[keyIndex] ?? key) === key);
  const waiting = told.waiting.filter(
    ({ voucher }) => !open.some((each) => each.voucher.sequence === voucher.sequence),
  );
  return makeReport({
    ...told,
    journal: journalId,
    keyVersion: settings.keyVersion ?? 1,
    boot: boot.number,
    number: totals.reports,
    stationMs,
    sureMs: settings.sequence === 'clock' ? sure?.ms : undefined,
    highest: window.highest,
    totals,
    closed: tables.newestClosed(MOST_CLOSED_LISTED).map((row) => closedOfRow(row, settings.stationId)),
    // Those of an earlier key have numbers of another line.
    open: [...open, ...waiting.map((each) => ({ ...each, delivered: 0 }))],
  });
}

function closedOfRow(row: SessionRow, station: string): ClosedRecord {
  const { closed_ms: endedMs, ended } = row;
  return { ...recordOfRow(row, station), ended: ended ?? 'power-cut', ...(endedMs === null ? {} : { endedMs }) };
}

/** The report of what a station knows of itself. */
export function makeReport(told: Told): Report {
  const { journal, keyVersion, boot, number, highest, totals, meterWh, stationMs, sureMs } = told;
  return {
    ...{ journal, keyVersion, boot, number, highest },
    timeSeconds: seconds(stationMs),
    totals: totalsOf(totals, meterWh),
    faults: told.faults.map((fault) => FAULT_NUMBERS[fault]),
    closed: told.closed.slice(0, MOST_CLOSED_LISTED).map((record) => closedVoucher(record, stationMs)),
    open: told.open.map(openVoucher),
    sureTimeSeconds: seconds(sureMs),
  };
}

function totalsOf({ closed, delivered, closings, wrongGuesses, lockouts }: Totals, meterWh = -1): Report['totals'] {
  return {
    closed,
    delivered: Math.floor(delivered + FLOAT_NOISE),
    meterWh: meterWh < 0 ? null : Math.floor(meterWh),
    relayClosings: closings,
    wrongGuesses,
    lockouts,
  };
}

function openVoucher({ voucher, outlet = 1, delivered }: SessionRecord): OpenVoucher {
  const { sequence, quantity, unit } = voucher;
  return { sequence, outlet, quantity, delivered: inReport(delivered, unit) };
}

function closedVoucher(record: ClosedRecord, stationMs: number | undefined): ClosedVoucher {
  const { ended, endedMs } = record;
  const known = stationMs !== undefined && endedMs !== undefined;
  const minutesAgo = known ? Math.max(0, Math.floor((stationMs - endedMs) / 60_000)) : 0;
  return { ...openVoucher(record), unused: unusedOf(record), reason: END_REASONS[ended], minutesAgo };
}

/** Minutes are told in seconds, Wh as they are; rounded down. */
function inReport(delivered: number, unit: Unit): number {
  return Math.floor(unit === 'min' ? delivered * 60 + FLOAT_NOISE : delivered);
}

const seconds = (ms: number | undefined) => (ms === undefined ? 0 : Math.floor(ms / 1000));
