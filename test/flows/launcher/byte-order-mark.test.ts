import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadMasterKey } from '../../../api/master-key.ts';
import { chargerEnvironment } from '../../../flows/charger/environment.ts';
import { places } from '../../../flows/launcher/environment.ts';

const MARK = '\uFEFF';

describe('a file that an editor on Windows began with a byte order mark', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mark-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives the master key all the same', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, `${MARK}${'ab'.repeat(32)}\r\n`);
    for (const at of [
      { masterKeyFile: file, env: {} },
      { masterKeyFile: join(folder, 'none'), env: { MASTER_KEY_FILE: file } },
    ]) {
      assert.deepEqual(await loadMasterKey(at, at.env), new Uint8Array(32).fill(0xab));
    }
  });

  it('provisions a station all the same', () => {
    const env = { DATA_DIR: folder, GPIO_DRIVER: 'simulated' };
    const { stationFile } = places(env);
    mkdirSync(dirname(stationFile), { recursive: true });
    const terms = { unit: 'min', step: 30, layout: 'compact', sequence: 'clock', slotSeconds: 300 };
    writeFileSync(stationFile, MARK + JSON.stringify({ station: 'CP-0007', key: 'cd'.repeat(32), ...terms }));
    const { STATION_ID, STATION_KEY } = chargerEnvironment('simulated', env);
    assert.deepEqual([STATION_ID, STATION_KEY], ['CP-0007', 'cd'.repeat(32)]);
  });
});
