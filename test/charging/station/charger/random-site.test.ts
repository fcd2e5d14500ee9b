// Random events over twelve outlets and the one conversation, with what must always hold checked after each. A hundred thousand, or
// as many as `STEPS` says: SEED=12345 STEPS=1000000 npx mocha test/charging/station/charger/random-site.test.ts
import assert from 'node:assert/strict';
import { randomFrom } from '../../../support/random.ts';
import { RandomSite, seed } from './random-site.ts';

const STEPS = Number(process.env.STEPS ?? 100_000);
const STEPS_A_SITE = 10_000;

describe('any sequence of events at a site of twelve outlets', () => {
  it('leaves each relay on only for its own redeemed voucher and vehicle, within the power that there is', function () {
    this.timeout(3_600_000);
    const random = randomFrom(seed);
    const seen = new Map<string, number>();
    let redeemed = 0;
    for (let site = 0; site * STEPS_A_SITE < STEPS; site++) {
      const made = new RandomSite(random);
      for (let step = 0; step < STEPS_A_SITE; step++) made.step();
      for (const [phase, times] of made.seen) seen.set(phase, (seen.get(phase) ?? 0) + times);
      redeemed += made.closedOnce.size;
    }
    if (process.env.SHOW) console.log(seen, redeemed);
    for (const phase of [
      'free',
      'waiting',
      'starting',
      'charging',
      'paused',
      'paused for power',
      'stopping',
      'fault',
    ]) {
      assert.ok((seen.get(phase) ?? 0) > STEPS / 2000, `${phase} was hardly visited: ${seen.get(phase)} times`);
    }
    assert.ok(redeemed > STEPS / 200, `only ${redeemed} vouchers were used`);
  });
});
