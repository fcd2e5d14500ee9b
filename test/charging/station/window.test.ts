import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isForgotten, isUsed, MEMORY, NOTHING_USED, use } from '../../../charging/station/window.ts';

describe('the sequence window', () => {
  it('remembers what was used as a list of all numbers ever used would, 64 numbers back', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 140 }), fc.constantFrom(1000, 1063, 1064, 1065)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (numbers) => {
        let window = NOTHING_USED;
        const all = new Set<number>();
        let highest = 0;
        for (const n of numbers) {
          assert.equal(isForgotten(window, n), n <= highest - MEMORY);
          if (isForgotten(window, n)) continue;
          assert.equal(isUsed(window, n), all.has(n));
          if (all.has(n)) continue;
          window = use(window, n);
          all.add(n);
          highest = Math.max(highest, n);
          assert.equal(window.highest, highest);
        }
        for (let n = Math.max(0, highest - MEMORY + 1); n <= highest + 2; n++)
          assert.equal(isUsed(window, n), all.has(n));
      }),
      { numRuns: 500 },
    );
  });

  it('never uses a number twice, nor one it has forgotten', () => {
    const window = use(use(NOTHING_USED, 100), 90);
    assert.throws(() => use(window, 100), RangeError);
    assert.throws(() => use(window, 90), RangeError);
    assert.throws(() => use(window, 36), RangeError);
    assert.equal(isUsed(use(window, 37), 37), true);
  });
});
