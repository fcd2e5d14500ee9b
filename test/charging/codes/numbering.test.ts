import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  drawNumber,
  expiryMs,
  firstFrom,
  isCountedOut,
  leastSeconds,
  mostAhead,
  provenMs,
  slotAt,
  slotStartMs,
  synchronizationCandidates,
  synchronizationNumber,
  synchronizesFrom,
  windowAround,
} from '../../../charging/codes/numbering.ts';

const window = fc.constantFrom(32, 64, 1024);
const slotSeconds = fc.integer({ min: 60, max: 86_400 });
const moment = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2046-01-01') });

describe('sequence numbers', () => {
  it('lean backwards: three quarters of the payload’s numbers lie behind the reference, a quarter ahead', () => {
    assert.deepEqual(windowAround(1000, 32), { first: 977, last: 1008 });
    assert.deepEqual(windowAround(1000, 64), { first: 953, last: 1016 });
    assert.deepEqual(windowAround(1000, 1024), { first: 233, last: 1256 });
  });

  it('are told by their remainder: of the numbers around a reference exactly one has it', () => {
    fc.assert(
      fc.property(window, fc.nat(10_000_000), fc.nat(1023), (modulus, reference, any) => {
        const residue = any % modulus;
        const { first, last } = windowAround(reference, modulus);
        const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
        const named = numbers.filter((n) => ((n % modulus) + modulus) % modulus === residue);
        assert.deepEqual(named, [firstFrom(first, residue, modulus)]);
      }),
      { numRuns: 50 },
    );
  });

  it('are accepted when they are drawn, by a station whose clock is right, and until they expire and no longer', () => {
    fc.assert(
      fc.property(window, slotSeconds, moment, fc.nat(200), (modulus, seconds, now, before) => {
        const clock = { sequence: 'clock', slotSeconds: seconds } as const;
        const drawn = drawNumber(clock, slotAt(now, seconds) + before - 1, now, mostAhead(modulus));
        if ('waitSeconds' in drawn) return assert.ok(before > mostAhead(modulus));
        const accepts = (ms: number) => {
          const { first, last } = windowAround(slotAt(ms, seconds), modulus);
          return first <= drawn.sequence && drawn.sequence <= last;
        };
        const expiry = expiryMs(clock, drawn.sequence, modulus)!;
        assert.ok(accepts(now) && accepts(expiry - 1) && !accepts(expiry));
        assert.ok(expiry - now >= leastSeconds(clock, modulus)! * 1000);
        // Whatever proves that a number was drawn, no clock that is right lies before it.
        assert.ok(provenMs(drawn.sequence, modulus, seconds) <= now);
      }),
    );
  });

  it('of a counter count on, tell no time, and go out when M·¾ newer ones were drawn', () => {
    const counter = { sequence: 'counter', slotSeconds: 300 } as const;
    assert.deepEqual(drawNumber(counter, 41, Date.now(), 4), { sequence: 42 });
    assert.equal(expiryMs(counter, 42, 32), null);
    assert.equal(leastSeconds(counter, 32), null);
    assert.equal(synchronizationNumber(counter, 41, Date.now()), 41);
    assert.ok(!isCountedOut(42, 42 + 23, 32) && isCountedOut(42, 42 + 24, 32));
  });

  it('of a synchronization are the slot, found among two by a station whose sure time lies up to two slots ahead', () => {
    fc.assert(
      fc.property(slotSeconds, moment, fc.integer({ min: 0, max: 2 }), (seconds, now, ahead) => {
        const number = synchronizationNumber({ sequence: 'clock', slotSeconds: seconds }, 7, now);
        assert.ok(slotStartMs(number, seconds) <= now && now < slotStartMs(number + 1, seconds));
        const from = synchronizesFrom(slotStartMs(number + ahead, seconds), seconds);
        assert.equal(synchronizationCandidates(from, number % 1e6, 1e6)[0], number);
        assert.equal(synchronizationCandidates(from - 999_999, number % 1e6, 1e6)[ahead === 2 ? 0 : 1], number);
      }),
    );
  });
});
