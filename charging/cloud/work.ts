// What the calls of one transaction share.
import { Cache } from '../cache.ts';
import type { Unit } from '../codes/index.ts';
import { tidy } from './checks.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { CodeMaker } from './code-maker.ts';
import type { NewestKeys } from './database/newest-keys.ts';
import type { Database, StationTermsTable, TalliesTable } from './database/schema.ts';
import type { CompiledStatements } from './database/statements.ts';
import type { Kind } from './database/table-shape.ts';
import { LedgerWentBack } from './errors.ts';
import { random48 } from './random.ts';
import type { RequestIds } from './request-id.ts';
import type { StationTerms } from './station-types.ts';
import type { AuditEntry } from './types.ts';

/** Thrown in a transaction that lost a race: it is rolled back and run again, and then sees what the other did. */
export class TryAgain extends Error {
  constructor(reason: string) {
    super(`lost a race: ${reason}`);
    this.name = 'TryAgain';
  }
}

/** What lasts as long as the ledger is open. */
export interface Shared {
  readonly kind: Kind;
  readonly maker: CodeMaker;
  readonly ids: RequestIds;
  /** Rows of `tallies` that this process adds to. */
  readonly writer: number;
  readonly lapseMs: number;
  readonly clock: ClockWatch;
  readonly terms: TermsCache;
  readonly statements: CompiledStatements;
  readonly totals: Totals;
  /** On SQLite. */
  readonly newestKeys: NewestKeys | undefined;
}

export interface Work {
  /** The call under way, the same object each time that its transaction is run. */
  call: object;
  readonly shared: Shared;
  /** The transaction, or the database for reads. */
  readonly db: Database;
  /** Unix milliseconds, when the transaction was begun. */
  readonly now: number;
  /** Written at the end of the transaction. */
  readonly audits: AuditEntry[];
  readonly tallies: Tallies;
}

export function newWork(shared: Shared, db: Database, now: number): Work {
  return { call: {}, shared, db, now, audits: [], tallies: new Tallies() };
}

const made = new WeakMap<object, Map<string, unknown>>();

/**
 * What a call made for itself, as a random number: the same again each time that its transaction is run, so that a call
 * that is tried again after a lost connection knows its own work.
 * @param name where a call makes several
 */
export function own<T>({ call }: Work, make: () => T, name = ''): T {
  const known = made.get(call) ?? new Map<string, unknown>();
  made.set(call, known);
  if (!known.has(name)) known.set(name, make());
  return known.get(name) as T;
}

/** Terms never change once written, so they are remembered. */
export class TermsCache {
  readonly #kept = new Cache<StationTerms>(50_000);

  /** The terms of each pair; each must exist. */
  async get(
    db: Database,
    wanted: readonly { station: number; terms: number }[],
  ): Promise<(key: { station: number; terms: number }) => StationTerms> {
    const found = new Map<string, StationTerms>();
    const missing = new Map<string, { station: number; terms: number }>();
    for (const key of wanted) {
      const name = nameOf(key);
      const kept = this.#kept.get(name);
      if (kept) found.set(name, kept);
      else missing.set(name, key);
    }
    for (const row of await this.#load(db, [...missing.values()])) {
      const name = nameOf({ station: row.station, terms: row.version });
      const terms = termsOf(row);
      found.set(name, terms);
      this.#kept.set(name, terms);
    }
    return (key) => {
      const terms = found.get(nameOf(key));
      if (!terms) throw new Error(`terms ${key.terms} of station number ${key.station} are not in the ledger`);
      return terms;
    };
  }

  async #load(db: Database, keys: readonly { station: number; terms: number }[]): Promise<StationTermsTable[]> {
    if (keys.length === 0) return [];
    return db
      .selectFrom('station_terms')
      .selectAll()
      .where((eb) => eb.or(keys.map((key) => eb.and({ station: key.station, version: key.terms }))))
      .execute();
  }
}

const nameOf = (key: { station: number; terms: number }) => `${key.station}/${key.terms}`;

function termsOf(row: StationTermsTable): StationTerms {
  const terms: StationTerms = {
    unit: row.unit as Unit,
    step: row.step,
    layout: row.layout as StationTerms['layout'],
    sequence: row.numbering as StationTerms['sequence'],
    slotSeconds: row.slot_seconds,
    keyVersion: row.key_version,
  };
  if (row.step_price === null || row.currency === null) return terms;
  return { ...terms, price: { minorUnits: row.step_price, currency: row.currency } };
}

const COUNTERS = [
  'issued',
  'amount',
  'money',
  'settled',
  'unused',
  'refunded',
  'synchronizations',
  'services',
  'wrong_receipts',
] as const;
type Counter = (typeof COUNTERS)[number];

/** Days since 1970-01-01, UTC. */
export const dayOf = (ms: number) => Math.floor(ms / 86_400_000);

/** Sums of a transaction, added to the day's once, at its end. */
class Tallies {
  #totals: (() => void) | undefined;
  readonly #rows = new Map<string, { station: number; unit: string; currency: string } & Record<Counter, number>>();

  /** @param station its number, or 0 for all stations */
  add(station: number, terms: Pick<StationTerms, 'unit' | 'price'>, what: Partial<Record<Counter, number>>): void {
    const currency = terms.price?.currency ?? '';
    const key = `${station} ${terms.unit} ${currency}`;
    let row = this.#rows.get(key);
    if (!row) {
      const zeros = Object.fromEntries(COUNTERS.map((counter) => [counter, 0])) as Record<Counter, number>;
      row = { station, unit: terms.unit, currency, ...zeros };
      this.#rows.set(key, row);
    }
    for (const [counter, value] of Object.entries(what)) row[counter as Counter] += value;
  }

  async write({ db, shared, now }: Work): Promise<void> {
    if (this.#rows.size === 0) return;
    // Always in the same order, so that two replicas cannot wait for each other.
    const rows = [...this.#rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    const values: TalliesTable[] = rows.map((row) => ({ day: dayOf(now), writer: shared.writer, ...row }));
    const columns = ['day', 'writer', 'station', 'unit', 'currency', ...COUNTERS] as const;
    const parameters = values.flatMap((row) => columns.map((column) => row[column]));
    const sums = await shared.statements.run<TalliesTable>(db, 'add tallies', values.length, parameters, (database) =>
      database
        .insertInto('tallies')
        .values(values)
        .onConflict((conflict) =>
          conflict
            .columns(['day', 'station', 'unit', 'currency', 'writer'])
            .doUpdateSet((eb) =>
              Object.fromEntries(
                COUNTERS.map((counter) => [counter, eb(`tallies.${counter}`, '+', eb.ref(`excluded.${counter}`))]),
              ),
            ),
        )
        .returning(['day', 'station', 'unit', 'currency', ...COUNTERS]),
    );
    this.#totals = shared.totals.checked(values, sums);
  }

  /** Once the transaction is on disk. */
  committed(): void {
    this.#totals?.();
  }
}

type Sum = Omit<TalliesTable, 'writer'>;

/**
 * What this process's rows of sums were when it last wrote them. They only grow; sums that are less than remembered, or
 * than what was just added to them, are those of an older copy of the ledger, put in its place.
 */
export class Totals {
  readonly #known = new Map<string, number>();
  #day = 0;

  /**
   * @returns to be called once the transaction is committed
   * @throws {LedgerWentBack}
   */
  checked(added: readonly Sum[], sums: readonly Sum[]): () => void {
    const all = (row: Sum) => COUNTERS.reduce((sum, counter) => sum + row[counter], 0);
    const name = (row: Sum) => `${row.day} ${row.station} ${row.unit} ${row.currency}`;
    const plus = new Map(added.map((row) => [name(row), all(row)]));
    const now = sums.map((row) => [name(row), all(row)] as const);
    for (const [key, total] of now) {
      if (total - plus.get(key)! < (this.#known.get(key) ?? 0))
        throw new LedgerWentBack('its sums are less than they were');
    }
    return () => {
      if (added[0]!.day !== this.#day) this.#known.clear();
      this.#day = added[0]!.day;
      // Batches are committed one after another, so the latest is the largest.
      for (const [key, total] of now) this.#known.set(key, total);
    };
  }
}

export async function writeAudits({ db, now, audits }: Work): Promise<void> {
  if (audits.length === 0) return;
  await db
    .insertInto('audit')
    .values(
      audits.map(({ action, client, station, detail }) => ({
        at: now,
        entry: random48(),
        action: tidy(action, 100),
        client: client === undefined ? null : tidy(client, 200),
        station: station === undefined ? null : tidy(station, 200),
        detail: detail === undefined ? null : tidy(detail, 500),
      })),
    )
    .execute();
}

export const iso = (ms: number) => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));
