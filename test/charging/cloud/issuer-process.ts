// A cloud process for tests to kill: issues as fast as it can and says what was answered, a line each.
// Arguments: the ledger's URL, a name for its keys, the stations, how many codes.
import { LedgerUnavailable, openLedger } from '../../../charging/cloud/ledger.ts';
import { MASTER_KEY } from './master-key.ts';

const [url, name, stations, count] = process.argv.slice(2) as [string, string, string, string];
const ids = stations.split(',');
const ledger = await openLedger({ url, masterKey: MASTER_KEY });
let next = 0;
let unavailable = 0;

/** As a good client does it: after a 503, the same request with the same key again. */
async function issue(index: number) {
  const call = { client: 'app', station: ids[index % ids.length]!, amount: 60, idempotencyKey: `${name}-${index}` };
  for (;;) {
    try {
      return await ledger.issue(call);
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      unavailable++;
    }
  }
}

async function customer(): Promise<void> {
  while (next < Number(count)) {
    const index = next++;
    const answer = await issue(index);
    process.stdout.write(`${JSON.stringify({ key: `${name}-${index}`, station: ids[index % ids.length], answer })}\n`);
  }
}

await Promise.all(Array.from({ length: 25 }, customer));
process.stdout.write(`${JSON.stringify({ done: true, unavailable })}\n`);
await ledger.close();
