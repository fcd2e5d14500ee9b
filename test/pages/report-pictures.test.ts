import assert from 'node:assert/strict';
import { TestLedger } from '../charging/cloud/databases.ts';
import { runModel } from '../charging/cloud/reports-model.ts';
import { ReportPictures } from './report-pictures.ts';

describe('reports that leave as pictures alone', function () {
  this.timeout(120_000);

  it('are heard as they were sealed: a sample; `npm run model:reports` does it with 1,000 sessions', async () => {
    const [at, pictures] = await Promise.all([TestLedger.open('sqlite'), ReportPictures.open()]);
    try {
      const { heard } = await runModel(at, { stations: 2, sessions: 30, seed: 15, carry: pictures.carry });
      assert.ok(heard >= 20, `${heard} heard`);
    } finally {
      await Promise.all([at.ledger.close(), pictures.close()]);
    }
  });
});
