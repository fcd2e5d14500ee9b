import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ARCHIVE_LIMITS } from '../../../charging/station/journal/archive.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '../../../charging/station/journal/tables.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/journal.md'), 'utf8');

describe('the page about the journal', () => {
  it('names every table and column, and no other limits than the code’s', () => {
    const db = new DatabaseSync(':memory:');
    for (const migration of MIGRATIONS) db.exec(migration);
    const columns = db
      .prepare('SELECT t.name AS "table", c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = ?')
      .all('table') as unknown as { table: string; name: string }[];
    assert(columns.length > 30);
    for (const { table, name } of columns) {
      assert(page.includes(`\`${table}\``), table);
      assert(page.includes(`\`${name}\``), `${table}.${name}`);
    }
    assert(page.includes(`\`user_version\` (${SCHEMA_VERSION})`));
    assert.equal(MIGRATIONS.length, SCHEMA_VERSION);
    const { keepSessions, keepRecords, files, fileBytes } = ARCHIVE_LIMITS;
    assert(page.includes(`| ${keepSessions}, and up to a tenth more before they move (\`keepSessions\`)`));
    assert(page.includes(`| ${keepRecords}, and up to a tenth more (\`keepRecords\`)`));
    assert(page.includes(`${files} files of ${fileBytes >> 20} MB`));
  });
});
