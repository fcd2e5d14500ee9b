import assert from 'node:assert/strict';
import { TestLedger } from './databases.ts';
import { runModel } from './reports-model.ts';

describe('stations that are known by reports alone', function () {
  this.timeout(120_000);
  for (const [kind, stations, sessions] of [
    ['sqlite', 20, 50],
    ['postgresql', 5, 40],
  ] as const) {
    it(`${stations * sessions} sessions, half of their reports lost: each told of is known once, each gap named, money adds up (${kind})`, async () => {
      const at = await TestLedger.open(kind);
      const outcome = await runModel(at, { stations, sessions, seed: 14 }).finally(() => at.ledger.close());
      const { heard, refused, told, missing, givenBack } = outcome;
      assert.ok(heard > stations * sessions * 0.4 && refused > heard / 10, `${heard} heard, ${refused} refused`);
      assert.ok(told > stations * sessions * 0.8, `${told} told of, ${missing} missing`);
      assert.ok(givenBack > stations, `${givenBack} given back`);
    });
  }
});
