// The journal of 0.1.0, as a power cut left it in the middle of a charge, killed at each step of its migration.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SCHEMA_VERSION } from '../../../charging/station/journal/tables.ts';
import { dataFolderOf010 } from '../../fixtures/from-0.1.0.ts';
import { Bench, Hands, lastReceipt, MINUTE, newFolder, removeFolders } from './support.ts';

describe('the journal that 0.1.0 left in the middle of a charge', function () {
  this.timeout(300_000);
  const old = dataFolderOf010();
  const {
    station: stationId,
    key,
    ...terms
  } = JSON.parse(readFileSync(join(old.path, 'charger/station.json'), 'utf8'));
  const { bought, receipts, cutAt } = old.facts;
  const wall = Date.parse(cutAt) + MINUTE;
  after(() => {
    old.remove();
    removeFolders();
  });

  const copy = () => {
    const folder = newFolder();
    cpSync(join(old.path, 'charger/journal'), folder, { recursive: true });
    return folder;
  };
  /** Opened once more by a machine that has power again. */
  const opened = (folder: string) => {
    const clocks = Object.assign(new Hands(), { wall, builtMs: wall - 86_400_000, boot: 7 });
    const settings = { ...terms, stationId, key: new Uint8Array(Buffer.from(key, 'hex')) };
    return new Bench(settings, { folder, clocks });
  };

  it('goes on wherever its migration is killed: nothing twice, nothing lost, its session open and its receipts there', () => {
    let killed = 0;
    for (let step = 1; ; step++) {
      const folder = copy();
      const given = JSON.stringify({ settings: { ...terms, stationId, key }, folder, wall });
      const { status, signal, stderr } = spawnSync(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'opener-process.ts'), given, String(step)],
        { encoding: 'utf8' },
      );
      assert.ok(status === 0 || signal === 'SIGKILL', stderr);
      const { station, ...bench } = opened(folder);
      for (const name of ['settled', 'unsettled', 'open'] as const) {
        assert.equal(station.verify(bought[name].code).outcome, 'used', `${name}, killed at step ${step}`);
      }
      assert.equal(station.verify(bought.unused.code).outcome, 'accepted');
      const session = station.openVouchers()[0];
      assert.equal(session?.voucher.amount, 90);
      assert.deepEqual(station.fateOf(bought.open.code), session);
      assert.equal(station.fateOf(bought.settled.code)?.receipt, receipts.settled);
      assert.equal(station.fateOf(bought.unsettled.code)?.receipt, receipts.unsettled);
      assert.equal(lastReceipt(station)?.receipt, receipts.unsettled);
      station.close([{ ...session!, ended: 'unplugged' }]);
      station.dispose();
      const db = new DatabaseSync(join(bench.folder, 'journal.sqlite'), { readOnly: true });
      assert.deepEqual({ ...db.prepare('PRAGMA user_version').get() }, { user_version: SCHEMA_VERSION });
      db.close();
      if (status === 0) break;
      killed++;
    }
    assert.ok(killed > 10, `${killed} steps`);
  });
});
