// Upgrades the ledger at a URL and is killed before one of its statements, told by number. Ends with 0 where it has fewer.
import type { KyselyPlugin } from 'kysely';
import { migrate } from '../../../charging/cloud/database/migrate.ts';
import { openPostgres } from '../../../charging/cloud/database/postgres.ts';
import { openSqlite } from '../../../charging/cloud/database/sqlite.ts';

const [url = '', at = ''] = process.argv.slice(2);
let statements = 0;
const killer: KyselyPlugin = {
  transformQuery: ({ node }) => {
    if (++statements === Number(at)) process.kill(process.pid, 'SIGKILL');
    return node;
  },
  transformResult: async ({ result }) => result,
};
const kind = url.startsWith('sqlite:') ? 'sqlite' : 'postgresql';
const db = await (kind === 'sqlite' ? openSqlite(url, 4000) : openPostgres(url, 4000));
await migrate(db.withPlugin(killer) as typeof db, kind, Date.now());
await db.destroy();
