import assert from 'node:assert/strict';
import { simulateWeek } from '../../../bench/support/week.ts';
import { booksOf } from '../../../bench/support/week-books.ts';
import { mistakesIn } from '../../../bench/support/week-totals.ts';
import { removeFolders } from './support.ts';

describe('hours of a busy site of twelve outlets', () => {
  after(removeFolders);

  for (const unit of ['Wh', 'min'] as const) {
    it(`add up to the last 155th and cent where ${unit} are sold: \`npm run simulate:week\` is a week of it`, async function () {
      this.timeout(120_000);
      const totals = simulateWeek({ unit, hours: 3, outlets: 12, codesADay: 300, seed: 7 });
      assert.deepEqual(mistakesIn(totals, unit), []);
      const books = await booksOf(totals, unit);
      assert.deepEqual(books.mistakes, []);
      assert.ok(books.refunded > 0 && books.refunded < books.paid);
      assert.ok(totals.redeemed > 10 && totals.refunded > 0 && totals.charged > 0);
    });
  }
});
