// The journal's tables (docs/journal.md) and every statement that runs on them.
import type { EndReason, SessionRecord, Voucher } from '../types.ts';
import type { DatabaseSync, StatementSync } from './sqlite.ts';
import { checksum, decodeState, encodeState, type StationState } from './state.ts';

/** Which program's file this is: `OFCH`. */
export const APPLICATION_ID = 0x4f464348;
export const SCHEMA_VERSION = 4;

/** One entry a version: what leads from the schema before to this one. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE state (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     generation INTEGER NOT NULL,
     body TEXT NOT NULL,
     checksum TEXT NOT NULL
   ) STRICT;
   CREATE TABLE sessions (
     id INTEGER PRIMARY KEY,
     sequence INTEGER NOT NULL UNIQUE,
     layout TEXT NOT NULL,
     quantity INTEGER NOT NULL,
     amount INTEGER NOT NULL,
     unit TEXT NOT NULL,
     step INTEGER NOT NULL,
     delivered REAL NOT NULL,
     meter_start_wh REAL,
     meter_last_wh REAL,
     ended TEXT,
     receipt TEXT,
     opened_boot INTEGER NOT NULL,
     opened_ms INTEGER NOT NULL,
     closed_boot INTEGER,
     closed_ms INTEGER
   ) STRICT;
   CREATE TABLE records (
     id INTEGER PRIMARY KEY,
     boot INTEGER NOT NULL,
     monotonic_ms INTEGER NOT NULL,
     station_ms INTEGER NOT NULL,
     kind TEXT NOT NULL,
     details TEXT NOT NULL
   ) STRICT;
   CREATE TABLE archive_files (
     number INTEGER PRIMARY KEY,
     bytes INTEGER NOT NULL,
     sessions INTEGER NOT NULL,
     records INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE archive_dropped (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     sessions INTEGER NOT NULL,
     records INTEGER NOT NULL
   ) STRICT;
   INSERT INTO archive_dropped VALUES (1, 0, 0);`,
  // The state remembers 1024 numbers instead of 64: `migrate` writes it anew.
  '',
  // Several vouchers may belong to one session, at one of several outlets. A voucher of 0.1.0 was a session of its own.
  `CREATE TABLE vouchers (
     id INTEGER PRIMARY KEY,
     session INTEGER NOT NULL,
     outlet INTEGER NOT NULL,
     sequence INTEGER NOT NULL,
     layout TEXT NOT NULL,
     quantity INTEGER NOT NULL,
     amount INTEGER NOT NULL,
     unit TEXT NOT NULL,
     step INTEGER NOT NULL,
     delivered REAL NOT NULL,
     meter_start_wh REAL,
     meter_last_wh REAL,
     ended TEXT,
     receipt TEXT,
     opened_boot INTEGER NOT NULL,
     opened_ms INTEGER NOT NULL,
     closed_boot INTEGER,
     closed_ms INTEGER,
     UNIQUE (session, sequence)
   ) STRICT;
   INSERT INTO vouchers SELECT id, sequence, 1, sequence, layout, quantity, amount, unit, step, delivered,
     meter_start_wh, meter_last_wh, ended, receipt, opened_boot, opened_ms, closed_boot, closed_ms FROM sessions;
   DROP TABLE sessions;
   ALTER TABLE vouchers RENAME TO sessions;`,
  // The state holds several open vouchers, and it alone what was delivered on them: `migrate` writes it anew. Rows know in which
  // order they were closed.
  `ALTER TABLE sessions ADD COLUMN closed_order INTEGER;
   UPDATE sessions SET closed_order = closed.number FROM
     (SELECT id, row_number() OVER (ORDER BY id) AS number FROM sessions WHERE ended IS NOT NULL) AS closed
     WHERE sessions.id = closed.id;`,
];

/** When something happened: `boot` and the order of writing say what came first, the station's clock only helps. */
export interface Moment {
  readonly boot: number;
  readonly monotonicMs: number;
  readonly stationMs: number;
}

export interface SessionRow {
  readonly id: number;
  /** Missing before schema 3. */
  readonly session?: number;
  readonly outlet?: number;
  readonly sequence: number;
  readonly layout: Voucher['layout'];
  readonly quantity: number;
  readonly amount: number;
  readonly unit: Voucher['unit'];
  readonly step: number;
  readonly delivered: number;
  readonly meter_start_wh: number | null;
  readonly meter_last_wh: number | null;
  readonly ended: EndReason | null;
  readonly receipt: string | null;
  readonly opened_boot: number;
  readonly opened_ms: number;
  readonly closed_boot: number | null;
  readonly closed_ms: number | null;
  /** The how-manieth it was that was closed under this journal's id; null of a key before. Missing before schema 4. */
  readonly closed_order?: number | null;
}

/** A session's row as the rest of the station knows it. */
export function recordOfRow(row: SessionRow, station: string): SessionRecord {
  const { layout, sequence, quantity, amount, unit, step, delivered, ended, receipt } = row;
  return {
    ...sessionOfRow(row),
    voucher: { station, layout, sequence, quantity, amount, unit, step },
    delivered,
    ...(ended === null ? {} : { ended }),
    ...(receipt === null ? {} : { receipt }),
  };
}

/** Which session at which outlet: before schema 3 each voucher was one of its own. */
export function sessionOfRow({ session, outlet, sequence }: SessionRow): { session: number; outlet: number } {
  return { session: session ?? sequence, outlet: outlet ?? 1 };
}

export interface RecordRow {
  readonly id: number;
  readonly boot: number;
  readonly monotonic_ms: number;
  readonly station_ms: number;
  readonly kind: string;
  readonly details: string;
}

/** @returns undefined when there is no state that its checksum vouches for */
export function readState(db: DatabaseSync): StationState | undefined {
  const row = db.prepare('SELECT generation, body, checksum FROM state WHERE id = 1').get() as
    | { generation: number; body: string; checksum: string }
    | undefined;
  if (!row || checksum(row.body) !== row.checksum) return undefined;
  const state = decodeState(row.body);
  return state.generation === row.generation ? state : undefined;
}

/** What the database still holds of closed vouchers: so many, and what was delivered on them in seconds or Wh. */
export function closedInDatabase(db: DatabaseSync): { closed: number; delivered: number } {
  return db
    .prepare(
      `SELECT count(*) AS closed, coalesce(sum(CASE unit WHEN 'min' THEN delivered * 60 ELSE delivered END), 0) AS delivered
       FROM sessions WHERE ended IS NOT NULL`,
    )
    .get() as { closed: number; delivered: number };
}

/** Every statement on the journal's tables but those of its making and of its archive. */
const STATEMENTS = {
  insertState: 'INSERT INTO state (id, generation, body, checksum) VALUES (1, ?, ?, ?)',
  updateState: 'UPDATE state SET generation = ?, body = ?, checksum = ? WHERE id = 1 AND generation = ?',
  openVoucher: `INSERT INTO sessions
    (session, outlet, sequence, layout, quantity, amount, unit, step, delivered, opened_boot, opened_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT (session, sequence) DO NOTHING`,
  updateVoucher: `UPDATE sessions SET delivered = ?, meter_start_wh = ?, meter_last_wh = ?, ended = ?, receipt = ?,
    closed_boot = ?, closed_ms = ?, closed_order = ? WHERE session = ? AND sequence = ?`,
  sessionsOn: 'SELECT * FROM sessions WHERE sequence % ? = ? AND quantity = ? ORDER BY id DESC',
  openRows: 'SELECT id, session, sequence FROM sessions WHERE ended IS NULL',
  endOrphan: "UPDATE sessions SET ended = 'power-cut', closed_boot = ?, closed_ms = ? WHERE id = ?",
  newestClosed: 'SELECT * FROM sessions WHERE closed_order IS NOT NULL ORDER BY closed_order DESC LIMIT ?',
  ofSession: 'SELECT * FROM sessions WHERE session = ? ORDER BY id',
  forgetOrder: 'UPDATE sessions SET closed_order = NULL WHERE closed_order IS NOT NULL',
  ended: 'SELECT ended FROM sessions WHERE sequence = ? AND (? IS NULL OR session = ?) ORDER BY id DESC LIMIT 1',
  lastClosed: `SELECT * FROM sessions WHERE session IN (
    SELECT max(session) FROM sessions
    WHERE outlet > 0 AND session NOT IN (SELECT session FROM sessions WHERE ended IS NULL)
    GROUP BY outlet)
    ORDER BY session, id`,
  appendRecord: 'INSERT INTO records (boot, monotonic_ms, station_ms, kind, details) VALUES (?, ?, ?, ?, ?)',
  span: `SELECT (SELECT coalesce(max(id) - min(id) + 1, 0) FROM sessions) AS sessions,
    (SELECT coalesce(max(id) - min(id) + 1, 0) FROM records) AS records`,
};

export class Tables {
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

  constructor(db: DatabaseSync) {
    const prepared = Object.entries(STATEMENTS).map(([name, text]) => [name, db.prepare(text)]);
    this.#statements = Object.fromEntries(prepared);
  }

  firstState(state: StationState): void {
    const body = encodeState(state);
    this.#statements.insertState.run(state.generation, body, checksum(body));
  }

  /** @returns false when the database holds another generation than `after`: somebody else wrote */
  nextState(state: StationState, after: number): boolean {
    const body = encodeState(state);
    return this.#statements.updateState.run(state.generation, body, checksum(body), after).changes === 1;
  }

  /** Opens the voucher's row unless there is one, and brings it up to date. */
  putVoucher(record: SessionRecord, { boot, stationMs }: Moment, order?: number): void {
    const { sequence, layout, quantity, amount, unit, step } = record.voucher;
    const { session, outlet = 1 } = record;
    this.#statements.openVoucher.run(
      session ?? sequence,
      outlet,
      sequence,
      layout,
      quantity,
      amount,
      unit,
      step,
      boot,
      stationMs,
    );
    this.updateVoucher(record, { boot, stationMs }, order);
  }

  /** @param order the how-manieth it is that is closed, where it is one of this journal's id */
  updateVoucher(record: SessionRecord, { boot, stationMs }: Pick<Moment, 'boot' | 'stationMs'>, order?: number): void {
    this.#statements.updateVoucher.run(
      record.delivered,
      record.meterStartWh ?? null,
      record.meterLastWh ?? null,
      record.ended ?? null,
      record.receipt ?? null,
      record.ended ? boot : null,
      record.ended ? stationMs : null,
      order ?? null,
      record.session ?? record.voucher.sequence,
      record.voucher.sequence,
    );
  }

  /** The sessions that the database still has on a number that is `residue` modulo `modulus`, the newest first. */
  sessionsOn(residue: number, modulus: number, quantity: number): SessionRow[] {
    return this.#statements.sessionsOn.all(modulus, residue, quantity) as unknown as SessionRow[];
  }

  /** Whether a voucher's row says that it has ended; of several with its number, where no session is named, the newest. */
  isClosed({ session, voucher: { sequence } }: SessionRecord): boolean {
    const row = this.#statements.ended.get(sequence, session ?? null, session ?? null) as
      | Pick<SessionRow, 'ended'>
      | undefined;
    return typeof row?.ended === 'string';
  }

  /** Of each outlet the vouchers of the session that ended last, as far as the database still has them. */
  lastClosed(): SessionRow[] {
    return this.#statements.lastClosed.all() as unknown as SessionRow[];
  }

  /** The vouchers of a session, in order of redemption, as far as the database still has them. */
  ofSession(session: number): SessionRow[] {
    return this.#statements.ofSession.all(session) as unknown as SessionRow[];
  }

  /** The newest that were closed under this journal's id, the newest first. */
  newestClosed(count: number): SessionRow[] {
    return this.#statements.newestClosed.all(count) as unknown as SessionRow[];
  }

  /** The journal has a new id: what was closed before is none of its. */
  forgetOrder(): void {
    this.#statements.forgetOrder.run();
  }

  /** Ends what the database still holds for open but the station knows to be over. @returns how many */
  endOrphans(open: readonly SessionRecord[], { boot, stationMs }: Moment): number {
    const rows = this.#statements.openRows.all() as unknown as Pick<SessionRow, 'id' | 'session' | 'sequence'>[];
    const orphans = rows.filter(
      (row) => !open.some(({ session, voucher }) => session === row.session && voucher.sequence === row.sequence),
    );
    for (const { id } of orphans) this.#statements.endOrphan.run(boot, stationMs, id);
    return orphans.length;
  }

  appendRecord(kind: string, details: string, { boot, monotonicMs, stationMs }: Moment): void {
    this.#statements.appendRecord.run(boot, monotonicMs, stationMs, kind, details);
  }

  /** How many rows there are, told from the first and the last number: cheap enough to ask at each session's end. */
  counts(): { sessions: number; records: number } {
    return this.#statements.span.get() as { sessions: number; records: number };
  }
}
