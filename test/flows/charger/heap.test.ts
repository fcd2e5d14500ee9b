import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

/** Of 40 MB that live, and as much again and again that lives just long enough to become old. */
const PROGRAM = `
  import { getHeapStatistics } from 'node:v8';
  const keep = () => Array.from({ length: 2_000 }, (_, i) => ({ i, text: Array.from({ length: 100 }, (_, k) => i * k + 0.5) }));
  const living = Array.from({ length: 20 }, keep);
  const passing = [];
  let most = 0;
  for (let round = 0; round < 200; round++) {
    passing.push(keep());
    if (passing.length > 4) passing.shift();
    most = Math.max(most, getHeapStatistics().used_heap_size);
  }
  console.log(most / 1e6, living.length);
`;

function mostMegabytes(first: string): number {
  const flags = ['--max-semi-space-size=1', '--input-type=module', '-e', `${first}\n${PROGRAM}`];
  return Number.parseFloat(execFileSync(process.execPath, flags, { encoding: 'utf8' }));
}

describe("a charger's heap", function () {
  this.timeout(60_000);
  it('holds less garbage than V8 would let it', () => {
    const heap = new URL('../../../flows/charger/heap.ts', import.meta.url).href;
    const usual = mostMegabytes('');
    const small = mostMegabytes(`import { keepHeapSmall } from ${JSON.stringify(heap)}; keepHeapSmall();`);
    assert.ok(small < usual * 0.85, `${small} MB beside ${usual}`);
  });
});
