import assert from 'node:assert/strict';
import { verdict } from './report.ts';

describe('what the kernel rig says of times', () => {
  it('is judged by the worst of them, however good their median', () => {
    assert.equal(verdict({ median: 40, worst: 100 }, 100, 10), 'ok');
    assert.equal(verdict({ median: 40, worst: 101 }, 100, 10), 'slow');
    assert.equal(verdict({ median: 83, worst: 207 }, 100, 10), 'slow');
    assert.equal(verdict({ median: 40, worst: 5_000 }, 100, 10), 'FAIL');
  });

  it('excuses nothing on a processor that is not emulated', () => {
    assert.equal(verdict({ median: 40, worst: 101 }, 100, 1), 'FAIL');
  });

  it('is a failure where there are none', () => {
    assert.equal(verdict({ median: Number.NaN, worst: Number.NaN }, 100, 10), 'FAIL');
  });
});
