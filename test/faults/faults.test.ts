import assert from 'node:assert/strict';
import { type Fault, isGood } from './counted.ts';
import { faults } from './list.ts';

// A sample of `npm run faults`, which tries every point; those that need the whole of Node-RED are in test/e2e/.
const sampled: readonly [name: string, every: number][] = [
  ['killed before each write of the journal', 9],
  ['killed after each write of the journal', 9],
  ['journal cut at every byte of its last transactions', 97],
  ['kill -9 of the charger', 10],
  ['SIGSTOP of the charger', 10],
  ['event loop blocked for 3 s', 10],
  ['relay guard killed (off: from its restart)', 5],
  ['orders to the relay lost, and what it says', 5],
  ['power cut 60 times in a row, 58 s apart (min)', 1],
  ['power cut 60 times in a row, 58 s apart (Wh)', 1],
  ['unplugged with a contact that bounces 1–500 ms', 10],
  ['wall clock +1 day, −1 day, to 1970, and back', 1],
  ['disk full (ENOSPC) at each write', 13],
  ['sync fails (EIO) at each write', 13],
  ['disk read-only (EROFS) from each write on', 13],
  ['killed before each write of the journal (12 outlets, min)', 45],
  ['killed after each write of the journal (12 outlets, Wh)', 60],
  ['journal cut at every byte of its last transactions (12 outlets, Wh)', 1999],
  ['relay guard killed (off: from its restart) (12 outlets, min)', 10],
];

describe('faults', function () {
  this.timeout(120_000);
  for (const [name, every] of sampled) {
    it(`${name}: no code honoured twice, nothing paid for lost, no relay left on`, async () => {
      const fault = faults.find((each) => each.name === name) as Fault;
      const counted = await fault.run(every);
      assert.ok(isGood(counted), JSON.stringify(counted));
      // Three orders that were lost, one a second, come on top.
      const within = name.startsWith('orders') ? 4600 : 2600;
      assert.ok(Math.max(0, ...counted.offMs) < within, `the relay was off after ${Math.max(...counted.offMs)} ms`);
    });
  }
});
