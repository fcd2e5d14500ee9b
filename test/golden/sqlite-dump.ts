// What is in a SQLite file, whatever its pages look like: settings, schema and rows.
import { DatabaseSync } from 'node:sqlite';
import { stable } from './support.ts';

export interface Table {
  readonly name: string;
  readonly rows: readonly Record<string, unknown>[];
}

const PRAGMAS = ['application_id', 'user_version', 'page_size', 'auto_vacuum', 'journal_mode', 'encoding'];

export function sqliteSettings(path: string): string[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return PRAGMAS.map((name) => `pragma ${stable(db.prepare(`PRAGMA ${name}`).get())}`);
  } finally {
    db.close();
  }
}

/** Each table, index and trigger as it was made, by kind and name. */
export function sqliteSchema(path: string): { table: string; line: string }[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const made = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name').all();
    return made.map(({ type, name, tbl_name: table, sql }) => ({
      table: String(table),
      line: `${type} ${name} on ${table}: ${String(sql).replaceAll(/\s+/g, ' ')}`,
    }));
  } finally {
    db.close();
  }
}

/** All tables by name, each with its rows in the order of its key. */
export function sqliteTables(path: string): Table[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
    return names.map(({ name }) => {
      const key = db
        .prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
        .all(String(name))
        .map((column) => `"${column.name}"`)
        .join(', ');
      const rows = db.prepare(`SELECT * FROM "${name}"${key === '' ? '' : ` ORDER BY ${key}`}`).all();
      return { name: String(name), rows };
    });
  } finally {
    db.close();
  }
}
