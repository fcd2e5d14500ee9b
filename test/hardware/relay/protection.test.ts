import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ClosingHistory,
  CONTACTOR,
  type Protection,
  readProtection,
  stricter,
  UNPROTECTED,
} from '../../../hardware/relay/protection.ts';

const protection = fc.record({
  leastSeconds: fc.integer({ min: 0, max: 20 }),
  mostClosings: fc.integer({ min: 0, max: 6 }),
  windowSeconds: fc.integer({ min: 0, max: 100 }),
  longestOnSeconds: fc.constant(0),
});

/** Slow and obvious: may a relay that closed at those times close now? */
const mayClose = (
  closings: readonly number[],
  { leastSeconds, mostClosings, windowSeconds }: Protection,
  now: number,
) =>
  closings.every((at) => leastSeconds === 0 || now - at >= leastSeconds * 1000) &&
  (mostClosings === 0 || closings.filter((at) => now - at < windowSeconds * 1000).length < mostClosings);

describe('contactor protection', () => {
  it('keeps 10 s between closings, and at most 10 in 10 minutes', () => {
    const history = new ClosingHistory();
    assert.equal(history.readyInMs(CONTACTOR, 0), 0);
    history.closed(0);
    assert.equal(history.readyInMs(CONTACTOR, 1), 9999);
    assert.equal(history.readyInMs(CONTACTOR, 10_000), 0);
    for (let i = 1; i < 10; i++) history.closed(i * 10_000);
    assert.equal(history.readyInMs(CONTACTOR, 100_000), 500_000);
    assert.equal(history.readyInMs(CONTACTOR, 600_000), 0);
  });

  it('allows exactly what the rules allow, and tells the wait to the millisecond', () => {
    fc.assert(
      fc.property(protection, fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }), (rules, gaps) => {
        const history = new ClosingHistory();
        const closings: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const wait = history.readyInMs(rules, now);
          assert.equal(wait === 0, mayClose(closings, rules, now));
          if (wait > 0) {
            assert.ok(!mayClose(closings, rules, now + wait - 1));
            assert.ok(mayClose(closings, rules, now + wait));
            continue;
          }
          history.closed(now);
          closings.push(now);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('goes on from the closings that are known, and hands out all of them at each', () => {
    const told: number[][] = [];
    const history = new ClosingHistory([-3000], (closings) => told.push([...closings]));
    assert.equal(history.readyInMs(CONTACTOR, 0), 7000);
    history.closed(7000);
    assert.equal(history.readyInMs(CONTACTOR, 7000), 10_000);
    assert.deepEqual(told, [[-3000, 7000]]);
  });

  it('lets the guard be stricter than its client, and the client than the guard, rule by rule', () => {
    const own = { leastSeconds: 10, mostClosings: 0, windowSeconds: 600, longestOnSeconds: 3600 };
    const asked = { leastSeconds: 1, mostClosings: 5, windowSeconds: 60, longestOnSeconds: 7200 };
    const both = { leastSeconds: 10, mostClosings: 5, windowSeconds: 60, longestOnSeconds: 3600 };
    assert.deepEqual(stricter(own, asked), both);
    assert.deepEqual(stricter(asked, own), both);
    assert.deepEqual(stricter(own, UNPROTECTED), own);
  });

  it('is never loosened by combining', () => {
    fc.assert(
      fc.property(
        protection,
        protection,
        fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 20 }),
        (a, b, at) => {
          const history = new ClosingHistory();
          for (const ms of at.sort((x, y) => x - y)) history.closed(ms);
          const wait = history.readyInMs(stricter(a, b), 90_000);
          assert.ok(wait >= history.readyInMs(a, 90_000));
          assert.ok(wait >= history.readyInMs(b, 90_000));
        },
      ),
    );
  });

  it('is the contactor’s where a client leaves it out, and names what is wrong', () => {
    assert.deepEqual(readProtection(undefined), CONTACTOR);
    assert.deepEqual(readProtection({ leastSeconds: 0 }), { ...CONTACTOR, leastSeconds: 0 });
    for (const wrong of [{ leastSeconds: -1 }, { leastSeconds: '10' }, { leastSeconds: Number.NaN }]) {
      assert.throws(() => readProtection(wrong), /leastSeconds/);
    }
    for (const wrong of [{ mostClosings: 1.5 }, { mostClosings: 1e6 }]) {
      assert.throws(() => readProtection(wrong), /mostClosings/);
    }
    assert.throws(() => readProtection('strict'), RangeError);
    assert.throws(() => readProtection({ longestOnSeconds: Infinity }), /longestOnSeconds/);
  });
});
