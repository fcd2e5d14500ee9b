// docs/security.md against the code: what the buckets give in a day is counted on the limiter, tags come from the layouts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ALGORITHM_NAMES, algorithmOf, LAYOUTS, SERVICE } from '../../../charging/codes/index.ts';
import { reachBeyond } from '../../../charging/codes/numbering.ts';
import { fullLimiter, giveBack, type Limiter, refilled, take } from '../../../charging/station/limiter.ts';

const page = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8');
const MINUTE = 60_000;
const A_DAY = 24 * 60;

/** Guesses that somebody who asks each minute is let have in a day, once the buckets are empty. */
function guessesADay(hard: boolean, wrongInARow: number): number {
  let limiter: Limiter = { ...fullLimiter('boot', 0), wrongInARow };
  const empty = () => {
    let count = 0;
    for (let taken = take(limiter, hard); taken; taken = take(limiter, hard)) {
      limiter = { ...taken.limiter, wrongInARow };
      count++;
    }
    return count;
  };
  empty();
  let guesses = 0;
  for (let minute = 1; minute <= A_DAY; minute++) {
    limiter = refilled(limiter, 'boot', minute * MINUTE);
    guesses += empty();
  }
  return guesses;
}

describe('the page about security', () => {
  const typed = guessesADay(false, 0);
  const second = guessesADay(true, 0) - typed;

  it('says how many guesses a day each bucket gives', () => {
    assert.deepEqual([typed, second, guessesADay(false, 50)], [96, 288, 24]);
    assert.ok(page.includes('24 a day instead of 96'));
    const one = take(fullLimiter('boot', 0), false)!;
    assert.deepEqual(giveBack(one.limiter, one.from), fullLimiter('boot', 0), 'what was no guess costs none');
  });

  it('has a row for each family and bucket, with the digits, the tag and the probability', () => {
    const power = (tag: number) => `10⁻${['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][tag]}`;
    /** 288·10⁻⁷ as 2.9·10⁻⁵. */
    const scientific = (tag: number) => `${(second / 100).toFixed(1)}·${power(tag - 2)}`;
    for (const name of ALGORITHM_NAMES) {
      const { bounds } = algorithmOf(name);
      const [first, last] = [LAYOUTS[bounds.typed.layout], LAYOUTS[bounds.rescue.layout]];
      const ofTyped = `| typed, ${first.digits} digits | ${first.tagDigits} | ${typed} + v | (${typed} + v)·${power(first.tagDigits)} |`;
      const ofRescue = `| rescue, ${last.digits} digits, keypad locked | ${last.tagDigits} | ${second} | ${scientific(last.tagDigits)} |`;
      assert.ok(page.includes(`| \`${name}\` ${ofTyped}`), ofTyped);
      assert.ok(page.includes(`| \`${name}\` ${ofRescue}`), ofRescue);
    }
    assert.ok(page.includes(`| ${SERVICE.tagDigits} | ${second} | ${scientific(SERVICE.tagDigits)} |`));
    assert.ok(page.includes(`${((2 * second) / 100).toFixed(1)}·${power(5)} a day`));
  });

  it('says by chance how many guesses the look beyond the window names, and how late a code may be', () => {
    for (const [layout, slotSeconds, hours] of [
      ['compact', 300, '2.4'],
      ['wide', 120, '29.9'],
    ] as const) {
      const { window } = LAYOUTS[layout];
      const windows = reachBeyond({ sequence: 'clock', slotSeconds }, window) / window;
      assert.ok(page.includes(String(Math.round(windows))), `${layout}: ${windows} windows either way`);
      const late = ((((window * 7) / 8 + 1) * slotSeconds) / 3600).toFixed(1);
      assert.equal(late, hours);
      assert.ok(page.includes(`| \`${layout}\`, slots of ${slotSeconds} s | ${late} h |`));
    }
  });
});
