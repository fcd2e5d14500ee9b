// A ledger written by a fixed script: its answers, and what lies in the database afterwards. What chance decides is named
// by what it stands for; that it is of the right kind is looked at here, with none of the product's own lines.
import { createDecipheriv } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import pg from 'pg';
import { Caller, NOON, runLedgerScript } from './ledger-script.ts';
import { freshUrl, MIGRATION_TABLES, openLedger, receiptCode } from './product.ts';
import { sqliteSchema, sqliteSettings, sqliteTables, type Table } from './sqlite-dump.ts';
import { Names, sha256, stable } from './support.ts';

const MASTER_KEY = new Uint8Array(32).fill(0x3d);

type Row = Readonly<Record<string, unknown>>;
interface Database {
  /** By table; a line for each thing that was made. */
  readonly schema: readonly { readonly table: string; readonly line: string }[];
  readonly tables: readonly Table[];
  readonly files: readonly string[];
}

export async function ledgerRecording(kind: 'sqlite' | 'postgresql'): Promise<string> {
  const url = await freshUrl(kind);
  let now = () => NOON;
  const ledger = await openLedger({ url, masterKey: MASTER_KEY, now: () => now(), patienceMs: 60_000 });
  const caller = new Caller((clock) => {
    now = clock;
    return ledger;
  });
  try {
    await runLedgerScript(caller, ({ key, ...receipt }) => receiptCode(Buffer.from(key, 'hex'), receipt));
  } finally {
    await ledger.close();
  }
  const database = kind === 'sqlite' ? readSqlite(url.slice('sqlite:'.length)) : await readPostgres(url);
  const mask = new Mask(database.tables, caller.lines);
  const noted = (table: string) => MIGRATION_TABLES.includes(table);
  const rows = (tables: readonly Table[]) =>
    tables.flatMap(({ name, rows }) => rows.map((row) => mask.row(name, row)).sort());
  const lines = [
    '== answers',
    ...caller.lines.map((line) => mask.text(line)),
    '== files',
    ...database.files,
    '== schema',
    ...database.schema.filter(({ table }) => !noted(table)).map(({ line }) => line),
    '== rows',
    ...rows(database.tables.filter(({ name }) => !noted(name))),
    '== migrations',
    ...database.schema.filter(({ table }) => noted(table)).map(({ line }) => line),
    ...rows(database.tables.filter(({ name }) => noted(name))),
  ];
  return `${lines.join('\n')}\n`;
}

/** Puts names where chance decided, and throws where something is not of the kind that it should be. */
class Mask {
  readonly #names = new Names();
  readonly #stations: ReadonlyMap<number, string>;
  readonly #keyHashes: ReadonlyMap<string, string>;
  readonly #secret: Buffer;

  constructor(tables: readonly Table[], lines: readonly string[]) {
    const rows = (name: string) => tables.find((table) => table.name === name)?.rows ?? [];
    this.#stations = new Map(rows('stations').map(({ number, id }) => [Number(number), String(id)]));
    const byTime = (a: Row, b: Row) => Number(a.reserved_at) - Number(b.reserved_at);
    for (const { reservation } of rows('reservations').toSorted(byTime)) this.#reservation(reservation);
    const keys = new Set(lines.join('\n').match(/oc_[0-9a-f]{16}_[\w-]{43}/g));
    this.#keyHashes = new Map([...keys].map((key) => [sha256(key), this.#names.of('API key', key)]));
    for (const key of keys) this.#names.of('API key id', key.split('_')[1]!);
    const secret = rows('ledger_meta').find(({ name }) => name === 'request-id secret')?.value;
    this.#secret = Buffer.from(String(secret), 'hex');
    if (this.#secret.length !== 32) throw new Error('the secret of the request ids is not 32 bytes');
    for (const id of lines.join('\n').match(/\b[0-9a-f]{32}\b/g) ?? []) this.#request(id);
  }

  /** A request's id is its row's key, enciphered: the row is its name. */
  #request(id: string): void {
    if (/^0+$/.test(id)) return;
    const cipher = createDecipheriv('aes-256-ecb', this.#secret, null).setAutoPadding(false);
    const block = cipher.update(Buffer.from(id, 'hex'));
    const station = this.#stations.get(block.readUInt32BE(0));
    const item = block.readUIntBE(4, 6);
    if (station === undefined || block.readUIntBE(11, 5) !== 0) throw new Error(`${id} is no request's id`);
    const what = block.readUInt8(10) === 0 ? `code ${item}` : this.#reservation(item);
    this.#names.called(id, `<request of ${station} ${what}>`);
  }

  #station(number: unknown): string {
    if (Number(number) === 0) return 'all';
    const id = this.#stations.get(Number(number));
    if (id === undefined) throw new Error(`no station has the number ${number}`);
    return `<number of ${id}>`;
  }

  #reservation(number: unknown): string {
    return this.#names.of('reservation', String(number));
  }

  text(line: string): string {
    const told = this.#names.replaced(line);
    return told
      .replaceAll(/"next":"[\d.]+"/g, '"next":"<cursor>"')
      .replaceAll(/"milliseconds":[\d.]+/g, '"milliseconds":0');
  }

  row(table: string, row: Row): string {
    const named = Object.entries(row).map(([column, value]) => [column, this.#column(table, column, value, row)]);
    return this.text(`${table} ${stable(Object.fromEntries(named))}`);
  }

  #column(table: string, column: string, value: unknown, row: Row): unknown {
    if (value === null) return null;
    switch (`${table}.${column}`) {
      case 'stations.number':
        return this.#station(value);
      case 'codes.reservation':
      case 'payments.reservation':
      case 'reservations.reservation':
        return this.#reservation(value);
      case 'idempotency_keys.item':
      case 'newest_keys.item':
        return Number(row.what) === 1 ? this.#reservation(value) : value;
      case 'receipts.token':
      case 'audit.entry':
        return ofChance(value, 2 ** 48);
      case 'tallies.writer':
      case 'heartbeats.writer':
        return ofChance(value, 64);
      // By the machine's own clock.
      case 'kysely_migration.timestamp':
        return '<when>';
      case 'api_keys.hash':
        return `<sha-256 of ${this.#keyHashes.get(String(value)) ?? 'nothing known'}>`;
      case 'ledger_meta.value':
        return row.name === 'request-id secret' ? '<32 bytes>' : value;
      default:
        return column === 'station' && typeof value !== 'string' ? this.#station(value) : value;
    }
  }
}

function ofChance(value: unknown, below: number): string {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0 || number >= below) throw new Error(`${value} is not below ${below}`);
  return `<below ${below}>`;
}

function readSqlite(path: string): Database {
  const settings = sqliteSettings(path).map((line) => ({ table: '', line }));
  return {
    schema: [...settings, ...sqliteSchema(path)],
    tables: sqliteTables(path),
    files: readdirSync(dirname(path)).sort(),
  };
}

const COLUMNS = `select table_name as "table", concat_ws(' ', 'column', table_name || '.' || column_name, data_type,
  character_maximum_length, is_nullable, column_default, collation_name) as line
  from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`;
const INDEXES = `select tablename as "table", indexdef as line from pg_indexes where schemaname = 'public' order by indexname`;
const CONSTRAINTS = `select conrelid::regclass::text as "table",
  concat_ws(' ', conrelid::regclass::text, conname, pg_get_constraintdef(oid)) as line
  from pg_constraint where connamespace = 'public'::regnamespace order by conrelid::regclass::text, conname`;
const SETTINGS = `select c.relname as "table", concat_ws(' ', c.relname, c.reloptions::text) as line
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.reloptions is not null order by 1`;

const INT8 = 20;

function parserOf(type: number, format?: 'text' | 'binary') {
  return type === INT8 ? Number : pg.types.getTypeParser(type, format as 'text');
}

async function readPostgres(connectionString: string): Promise<Database> {
  // Numbers of 64 bits come as text otherwise: both databases are to be read alike.
  const client = new pg.Client({ connectionString, types: { getTypeParser: parserOf } });
  await client.connect();
  try {
    const schema: { table: string; line: string }[] = [];
    for (const query of [COLUMNS, INDEXES, CONSTRAINTS, SETTINGS]) schema.push(...(await client.query(query)).rows);
    const tables: Table[] = [];
    const { rows } = await client.query(
      "select tablename from pg_tables where schemaname = 'public' order by tablename",
    );
    for (const { tablename: name } of rows) {
      tables.push({ name, rows: (await client.query(`select * from "${name}"`)).rows });
    }
    return { schema, tables, files: [] };
  } finally {
    await client.end();
  }
}
