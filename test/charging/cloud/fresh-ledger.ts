import { granted } from './answers.ts';
import { type DatabaseKind, TestLedger } from './databases.ts';

/**
 * For a `describe`: a ledger of its own while its tests run.
 * @param terms of its stations, unless told otherwise
 */
export function freshLedger(kind: DatabaseKind, terms: object = {}) {
  let made = 0;
  const here = {
    at: undefined as unknown as TestLedger,
    /** A new station; gives its id. */
    station: async (given: object = {}): Promise<string> => {
      const id = `S-${++made}`;
      granted(await here.at.ledger.createStation({ id, ...terms, ...given }));
      return id;
    },
  };
  before(async () => {
    here.at = await TestLedger.open(kind);
  });
  after(() => here.at.ledger.close());
  return here;
}
