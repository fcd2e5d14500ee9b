import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, CLOCK, newFolder, removeFolders } from '../../charging/station/support.ts';
import { Applications } from '../../support/applications.ts';

describe('npm start on the journal of another station', () => {
  after(removeFolders);

  for (const [name, only, env] of [
    ['with the cloud', undefined, { STATION_ID: 'CP-2' }],
    ['the charger alone', 'charger', { STATION_ID: 'CP-2', STATION_KEY: 'ab'.repeat(32) }],
  ] as const) {
    it(`${name}: says whose it is in one line, and nothing starts`, async () => {
      const dataDir = newFolder();
      new Bench(CLOCK, { folder: join(dataDir, 'charger', 'journal') }).station.dispose();
      await assert.rejects(Applications.start({ dataDir, env, ...(only && { only }) }), ({ message }: Error) => {
        const [ended, said, ...more] = message.trimEnd().split('\n');
        assert.equal(ended, 'ended with 1:');
        assert.match(said!, /^The journal in .* belongs to station CP-0001, not to CP-2: .*STATION_ID.*DATA_DIR/);
        assert.deepEqual(more, []);
        return true;
      });
      assert.deepEqual(readdirSync(dataDir), ['charger']);
      assert.ok(!existsSync(join(dataDir, 'charger', 'station.json')), 'no station was provisioned');
    });
  }
});
