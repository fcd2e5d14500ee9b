// How Kysely's Migrator keeps several processes from upgrading a ledger at once.
import {
  type Kysely,
  type MigrationLockOptions,
  PostgresAdapter,
  PostgresDialect,
  SqliteAdapter,
  SqliteDialect,
  sql,
} from 'kysely';

/**
 * Replicas wait for each other at the row of the lock's table, until the transaction ends. Kysely's own lock is an advisory
 * one, which belongs to a connection: a pooler gives it to whoever comes next, and not every PostgreSQL has them.
 */
class RowLock extends PostgresAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>, { lockTable, lockRowId }: MigrationLockOptions) {
    await sql`select id from ${sql.table(lockTable)} where id = ${lockRowId} for update`.execute(db);
  }
  override async releaseMigrationLock() {}
}

/** SQLite makes and changes tables in transactions, and each of ours keeps all other processes out from its beginning. */
class WholeFile extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

export class LedgerPostgresDialect extends PostgresDialect {
  override createAdapter() {
    return new RowLock();
  }
}

export class LedgerSqliteDialect extends SqliteDialect {
  override createAdapter() {
    return new WholeFile();
  }
}
