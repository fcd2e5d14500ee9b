import assert from 'node:assert/strict';
import { simulate } from '../../../bench/support/busy-site.ts';

describe('a busy station, simulated', () => {
  const site = { codesADay: 100, days: 20, seed: 7 };

  it('with compact codes has customers wait, and codes that were bought ahead expire', () => {
    const { came, toldToWait, tooLate } = simulate({ ...site, layout: 'compact', slotSeconds: 300 });
    const sold = came - toldToWait;
    const share = (part: number, whole: number) => Math.round((100 * part) / whole);
    // Of docs/code-format.md, within what chance makes of 20 days.
    assert.ok(Math.abs(came - 20 * 100 * 1.94) < 200, `${came} came`);
    assert.ok(Math.abs(share(toldToWait, came) - 16) <= 2, `${toldToWait} of ${came} were told to wait`);
    assert.ok(Math.abs(share(tooLate, sold) - 24) <= 2, `${tooLate} of ${sold} came too late`);
  });

  it('with wide codes has nobody wait and none expire, and next to nobody wait at three times the customers', () => {
    for (const codesADay of [100, 300]) {
      const { came, toldToWait, tooLate } = simulate({ ...site, codesADay, layout: 'wide', slotSeconds: 120 });
      assert.ok(toldToWait <= (codesADay === 100 ? 0 : came / 1000), `${toldToWait} of ${came} were told to wait`);
      assert.equal(tooLate, 0);
    }
  });
});
