// A million random events, with what must always hold checked after each. Another run: SEED=12345 npx mocha …
import assert from 'node:assert/strict';
import { randomFrom } from '../../../support/random.ts';
import { RandomStation, seed } from './random-station.ts';

const STEPS = 1_000_000;
const STEPS_A_STATION = 10_000;

describe('any sequence of events', () => {
  it('leaves the relay on only for a redeemed voucher, a vehicle, an amount left and no fault', function () {
    this.timeout(600_000);
    const random = randomFrom(seed);
    const visited = new Map<string, number>();
    const reasons = new Map<string, number>();
    let redeemed = 0;
    for (let run = 0; run * STEPS_A_STATION < STEPS; run++) {
      const station = new RandomStation(random, run % 2 === 0 ? 'min' : 'Wh');
      for (let i = 0; i < STEPS_A_STATION; i++) station.step();
      for (const [state, times] of station.visited) visited.set(state, (visited.get(state) ?? 0) + times);
      for (const [state, times] of station.reasons) reasons.set(state, (reasons.get(state) ?? 0) + times);
      redeemed += station.disk.used.size;
    }
    if (process.env.SHOW) console.log(visited, redeemed, reasons);
    for (const state of ['free', 'waiting', 'starting', 'charging', 'paused', 'stopping', 'receipt', 'fault']) {
      assert.ok((visited.get(state) ?? 0) > 2000, `${state} was hardly visited: ${visited.get(state)} times`);
    }
    assert.ok(redeemed > 5000, `only ${redeemed} codes were used`);
  });
});
