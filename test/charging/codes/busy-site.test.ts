import assert from 'node:assert/strict';
import { simulate } from '../../../bench/support/busy-site.ts';

describe('a busy station, simulated', () => {
  const site = { codesADay: 100, days: 20, seed: 7 };

  it('with compact codes has customers wait, and codes that were bought ahead expire', () => {
    const { came, sold, toldToWait, tooLate } = simulate({ ...site, layout: 'compact', slotSeconds: 300 });
    assert.ok(came > 1700 && came < 2300, `${came} came`);
    assert.ok(toldToWait > 0.02 * came, `${toldToWait} of ${came} were told to wait`);
    assert.ok(tooLate > 0.15 * sold, `${tooLate} of ${sold} came too late`);
  });

  it('with wide codes has nobody wait and none expire, at three times the customers too', () => {
    for (const codesADay of [100, 300]) {
      const { came, sold, toldToWait, tooLate } = simulate({ ...site, codesADay, layout: 'wide', slotSeconds: 120 });
      assert.deepEqual({ sold, toldToWait, tooLate }, { sold: came, toldToWait: 0, tooLate: 0 });
    }
  });
});
