// A row of the journal as people take it away: the same in the archive and in an export.
import { type RecordRow, type SessionRow, sessionOfRow } from './tables.ts';

export interface SessionLine {
  readonly type: 'session';
  readonly station: string;
  readonly id: number;
  readonly openedBoot: number;
  /** ISO 8601 by the station's own clock, which may have been wrong: boot and id tell the order. */
  readonly openedAt: string;
  readonly closedBoot: number | null;
  readonly closedAt: string | null;
  readonly sequence: number;
  readonly layout: string;
  readonly quantity: number;
  readonly amount: number;
  readonly unit: string;
  readonly step: number;
  readonly delivered: number;
  readonly meterStartWh: number | null;
  readonly meterLastWh: number | null;
  /** null while the session is open. */
  readonly ended: string | null;
  readonly receipt: string | null;
  readonly session: number;
  readonly outlet: number;
}

export interface RecordLine {
  readonly type: 'record';
  readonly station: string;
  readonly id: number;
  readonly boot: number;
  readonly monotonicMs: number;
  readonly at: string;
  readonly kind: string;
  readonly details: unknown;
}

export type Line = SessionLine | RecordLine;

export function sessionLine(station: string, row: SessionRow): SessionLine {
  return {
    type: 'session',
    station,
    id: row.id,
    openedBoot: row.opened_boot,
    openedAt: instant(row.opened_ms),
    closedBoot: row.closed_boot,
    closedAt: row.closed_ms === null ? null : instant(row.closed_ms),
    sequence: row.sequence,
    layout: row.layout,
    quantity: row.quantity,
    amount: row.amount,
    unit: row.unit,
    step: row.step,
    delivered: row.delivered,
    meterStartWh: row.meter_start_wh,
    meterLastWh: row.meter_last_wh,
    ended: row.ended,
    receipt: row.receipt,
    ...sessionOfRow(row),
  };
}

export function recordLine(station: string, row: RecordRow): RecordLine {
  return {
    type: 'record',
    station,
    id: row.id,
    boot: row.boot,
    monotonicMs: row.monotonic_ms,
    at: instant(row.station_ms),
    kind: row.kind,
    details: JSON.parse(row.details),
  };
}

/** A clock may stand anywhere, even where no calendar reaches. */
function instant(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}
