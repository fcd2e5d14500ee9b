// On SQLite the newest idempotency keys lie in the order in which they came, and their place is remembered here. Keys are
// random: put straight into their tree, each one changes a page of its own, and the more keys there are the more pages it
// is. Many of them sorted and put there together share their pages.
//
// Whoever asks is in a transaction that shuts all others out, so what is in the table then is all there is. Other
// processes may have added to it, or have emptied it into the tree; its last row always stays, so that places are never
// given twice.
import { sql } from 'kysely';
import { KEPT_MS } from '../retention.ts';
import type { Database, IdempotencyKeysTable } from './schema.ts';
import type { CompiledStatements } from './statements.ts';

/** Then they go into the tree: some 80 ms each four seconds at full speed, and two megabytes remembered. */
const MOST = 16_384;

/** An idempotency key as it is kept, its hash in hexadecimal. */
export interface KeptKey extends Omit<IdempotencyKeysTable, 'hash'> {
  readonly hash: string;
}

/** The transaction that asks. */
export interface KeysTransaction {
  readonly db: Database;
  /** Unix milliseconds. */
  readonly now: number;
  readonly shared: { readonly statements: CompiledStatements };
}

export class NewestKeys {
  /** By hash, in the order of their places. Some may be gone meanwhile, so a place is looked at before it is believed. */
  readonly #places = new Map<string, number>();
  readonly #most: number;
  /** The last place that was committed when it was read. */
  #last = 0;
  #transaction: KeysTransaction | undefined;
  /** By this transaction, which may yet be rolled back. */
  #added = false;

  constructor(most = MOST) {
    this.#most = most;
  }

  async find(work: KeysTransaction, hashes: readonly string[]): Promise<KeptKey[]> {
    await this.#learn(work);
    const places = hashes.map((hash) => this.#places.get(hash)).filter((place) => place !== undefined);
    if (places.length === 0 && !this.#added) return [];
    const rows = await work.db
      .selectFrom('newest_keys')
      .selectAll()
      .where((eb) => eb.or([eb('place', 'in', places), eb('place', '>', this.#last)]))
      .where('used_at', '>', work.now - KEPT_MS)
      .orderBy('place')
      .execute();
    const wanted = new Set(hashes);
    return rows
      .map(({ place, ...row }) => ({ ...row, hash: hexadecimal(row.hash) }))
      .filter(({ hash }) => wanted.has(hash));
  }

  /** @param keys that were looked for in this transaction, and not found */
  async keep(work: KeysTransaction, keys: readonly KeptKey[]): Promise<void> {
    await this.#learn(work);
    const parameters = keys.flatMap((key) => [
      Buffer.from(key.hash, 'hex'),
      key.station,
      key.item,
      key.what,
      key.used_at,
    ]);
    const blank = { hash: Buffer.alloc(0), station: 0, item: 0, what: 0, used_at: 0 };
    await work.shared.statements.run(work.db, 'keep newest keys', keys.length, parameters, (db) =>
      db.insertInto('newest_keys').values(keys.map(() => blank)),
    );
    this.#added = true;
    if (this.#places.size + keys.length >= this.#most) await this.moveToTree(work);
  }

  /** All of them. One that is in the tree already is past its time there, or the row that always stays. */
  async moveToTree({ db }: Pick<KeysTransaction, 'db'>): Promise<void> {
    await sql`
      insert into idempotency_keys (hash, station, item, what, used_at)
      select hash, station, item, what, used_at from newest_keys where true order by hash, place
      on conflict (hash) do update set
        station = excluded.station, item = excluded.item, what = excluded.what, used_at = excluded.used_at`.execute(db);
    await sql`delete from newest_keys where place < (select max(place) from newest_keys)`.execute(db);
  }

  /** Once in a transaction, before it writes keys of its own: places that are rolled back are given again. */
  async #learn(work: KeysTransaction): Promise<void> {
    if (this.#transaction === work) return;
    this.#added = false;
    const rows = await work.shared.statements.run<{ place: number; hash: Uint8Array; first: number }>(
      work.db,
      'newest keys',
      1,
      [this.#last],
      (db) =>
        db
          .selectFrom('newest_keys')
          .select(['place', 'hash'])
          .select((eb) =>
            eb
              .selectFrom('newest_keys')
              .select(({ fn }) => fn.min('place').as('first'))
              .as('first'),
          )
          .where('place', '>=', 0)
          .orderBy('place'),
    );
    for (const { place, hash } of rows) {
      const name = hexadecimal(hash);
      this.#places.delete(name);
      this.#places.set(name, place);
      this.#last = place;
    }
    const first = rows[0]?.first ?? 0;
    for (const [name, place] of this.#places) {
      if (place >= first) break;
      this.#places.delete(name);
    }
    this.#transaction = work;
  }
}

const hexadecimal = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
