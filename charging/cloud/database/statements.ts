// The statements of the hot path, compiled once for each number of rows: building a query costs more than running it.
import { type Compilable, CompiledQuery } from 'kysely';
import type { Database } from './schema.ts';

export class CompiledStatements {
  readonly #compiled = new Map<string, string>();

  /**
   * @param name of the statement
   * @param rows how many rows, or items of a list, the statement is for
   * @param parameters in the order that `build` names them
   * @param build the statement with any values in their places; used for its text alone
   */
  async run<Row>(
    db: Database,
    name: string,
    rows: number,
    parameters: readonly unknown[],
    build: (db: Database) => Compilable,
  ): Promise<Row[]> {
    const key = `${name} ${rows}`;
    let text = this.#compiled.get(key);
    if (text === undefined) {
      text = build(db).compile().sql;
      this.#compiled.set(key, text);
    }
    const { rows: found } = await db.executeQuery<Row>(CompiledQuery.raw(text, parameters as unknown[]));
    return found;
  }
}
