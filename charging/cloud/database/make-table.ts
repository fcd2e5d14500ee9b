// How a step of migrations.ts makes a table, or adds a column to one: in both databases, and again without harm.
import { type CreateTableBuilder, type RawBuilder, sql } from 'kysely';
import type { Tx } from './schema.ts';
import type { Kind, TableShape } from './table-shape.ts';

export async function addColumn(
  tx: Tx,
  kind: Kind,
  table: string,
  name: string,
  type: RawBuilder<unknown>,
): Promise<void> {
  if (kind === 'sqlite') {
    const there = sql`select 1 from pragma_table_info(${table}) where name = ${name}`;
    if ((await there.execute(tx)).rows.length > 0) return;
  }
  const ifNeeded = kind === 'sqlite' ? sql`` : sql`if not exists`;
  await sql`alter table ${sql.table(table)} add column ${ifNeeded} ${sql.ref(name)} ${type}`.execute(tx);
}

export async function makeTable(tx: Tx, kind: Kind, name: string, { key, columns, unique }: TableShape): Promise<void> {
  let builder: CreateTableBuilder<string, string> = tx.schema.createTable(name).ifNotExists();
  for (const [column, type] of Object.entries(columns)) {
    const bare = type.replace('?', '') as 'bigint';
    builder = builder.addColumn(column, bare, (made) => (type.endsWith('?') ? made : made.notNull()));
  }
  builder = builder.addPrimaryKeyConstraint(`${name}_key`, [...key]);
  if (unique) builder = builder.addUniqueConstraint(`${name}_${unique}`, [unique]);
  // In SQLite a table with a key of its own is two trees, unless it is told to be its key's tree.
  if (kind === 'sqlite') builder = builder.modifyEnd(sql`without rowid`);
  await builder.execute();
}
