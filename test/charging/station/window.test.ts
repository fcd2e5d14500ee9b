import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isForgotten, isUsed, MEMORY, NOTHING_USED, use, widened } from '../../../charging/station/window.ts';

describe('the sequence window', () => {
  it('remembers what was used as a list of all numbers ever used would, 1024 numbers back', () => {
    const steps = fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: 140 }),
        fc.integer({ min: 0, max: 2100 }),
        fc.constantFrom(5000, 6023, 6024, 6025),
      ),
      {
        maxLength: 60,
      },
    );
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
    const later = use(window, 1100);
    assert.throws(() => use(later, 76), RangeError);
    assert.equal(isUsed(use(later, 77), 77), true);
  });

  it('of 0.1.0, which remembered 64 numbers, takes none that it did not know, and all that come after', () => {
    const before = { highest: 2000, used: 0b1011n };
    const window = widened(before);
    for (let n = 0; n <= 1936; n++) assert.ok(isUsed(window, n) || isForgotten(window, n), `${n}`);
    for (let n = 1937; n <= 2100; n++) assert.equal(isUsed(window, n), isUsed(before, n), `${n}`);
    const later = use(window, 2900);
    assert.ok(isUsed(later, 1936) && isUsed(later, 2000) && !isUsed(later, 1999 - 1) && !isUsed(later, 2001));
  });
});
