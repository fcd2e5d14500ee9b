import assert from 'node:assert/strict';
import {
  fullLimiter,
  giveBack,
  isFull,
  type Limiter,
  refilled,
  take,
  waitSeconds,
} from '../../../charging/station/limiter.ts';
import { HOUR, MINUTE } from './support.ts';

/** The limiter after so many guesses at one moment; each must be heard. */
function guessed(guesses: number, long = false, start = fullLimiter('boot 1', 0)): Limiter {
  let limiter = start;
  for (let i = 0; i < guesses; i++) {
    const taken = take(limiter, long);
    assert(taken, `guess ${i + 1} is heard`);
    limiter = taken.limiter;
  }
  return limiter;
}

describe('the attempt limiter', () => {
  it('hears ten guesses and no eleventh', () => {
    assert.equal(take(guessed(10), false), undefined);
    assert.equal(waitSeconds(guessed(9), false), 0);
  });

  it('hears one more each 15 minutes, and not a millisecond earlier', () => {
    const limiter = guessed(10);
    assert.equal(waitSeconds(limiter, false), 900);
    assert.equal(waitSeconds(refilled(limiter, 'boot 1', 1), false), 900);
    assert.equal(waitSeconds(refilled(limiter, 'boot 1', 15 * MINUTE - 1), false), 1);
    const later = refilled(limiter, 'boot 1', 15 * MINUTE);
    assert.equal(later.main.tokens, 1);
    assert.equal(take(guessed(1, false, later), false), undefined);
    assert.equal(refilled(limiter, 'boot 1', 40 * MINUTE).main.tokens, 2);
    assert.equal(
      waitSeconds(refilled(guessed(2, false, refilled(limiter, 'boot 1', 40 * MINUTE)), 'boot 1', 40 * MINUTE), false),
      300,
    );
  });

  it('never holds more than ten', () => {
    assert.deepEqual(refilled(guessed(3), 'boot 1', 100 * HOUR).main, { tokens: 10, progressMs: 0 });
  });

  it('slows to one guess an hour after fifty in a row', () => {
    let limiter = guessed(10);
    for (let i = 1; i <= 40; i++) limiter = guessed(1, false, refilled(limiter, 'boot 1', i * 15 * MINUTE));
    assert.equal(limiter.wrongInARow, 50);
    assert.equal(waitSeconds(limiter, false), 3600);
    const at = 40 * 15 * MINUTE;
    assert.equal(refilled(limiter, 'boot 1', at + HOUR - 1).main.tokens, 0);
    assert.equal(refilled(limiter, 'boot 1', at + HOUR).main.tokens, 1);
  });

  it('hears five more of the long codes when the short ones are locked out, then one each 5 minutes', () => {
    const locked = guessed(10);
    const spent = guessed(5, true, locked);
    assert.equal(take(spent, true), undefined);
    assert.equal(waitSeconds(spent, true), 300);
    assert.equal(waitSeconds(spent, false), 900);
    assert(take(refilled(spent, 'boot 1', 5 * MINUTE), true));
    assert.equal(take(refilled(spent, 'boot 1', 5 * MINUTE), false), undefined);
  });

  it('gives back what was no guess, to the bucket it came from', () => {
    const full = fullLimiter('boot 1', 0);
    const taken = take(full, false);
    assert(taken);
    assert.equal(isFull(giveBack(taken.limiter, taken.from)), true);
    const long = take(guessed(10), true);
    assert.equal(long?.from, 'second');
    assert.deepEqual(giveBack(long.limiter, 'second'), guessed(10));
  });

  it('gains nothing from another boot, nor from a clock that runs backwards', () => {
    const limiter = refilled(guessed(10), 'boot 1', 14 * MINUTE);
    const rebooted = refilled(limiter, 'boot 2', 100 * HOUR);
    assert.equal(rebooted.main.tokens, 0);
    assert.equal(waitSeconds(rebooted, false), 60);
    assert.equal(refilled(rebooted, 'boot 2', 100 * HOUR + MINUTE).main.tokens, 1);
    assert.equal(refilled(limiter, 'boot 1', 0).main.tokens, 0);
  });
});
