import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MarkWriter, readMark } from '../../../charging/station/journal/mark.ts';

describe('two writers of one mark, as before and after a redeploy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mark-'));
  after(() => rmSync(folder, { recursive: true }));

  it('leave the mark of the one that came last', async () => {
    const path = join(folder, 'station.mark');
    const troubles: unknown[] = [];
    const mark = (generation: number) => ({ station: 'CP-0001', key: 'k', generation });
    for (let generation = 2; generation <= 200; generation += 2) {
      const [before, after] = [0, 1].map(() => new MarkWriter(path, (error) => troubles.push(error)));
      before!.write(mark(generation - 1));
      after!.write(mark(generation));
      await after!.written();
      assert.equal(readMark(path)?.generation, generation);
      await before!.written();
      assert.equal(readMark(path)?.generation, generation);
    }
    assert.deepEqual(troubles, []);
  });
});
