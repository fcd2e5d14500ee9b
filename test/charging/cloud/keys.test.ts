import assert from 'node:assert/strict';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { asVersion, BOTH, MASTER_KEY_HEX, type TestLedger } from './databases.ts';
import { freshLedger } from './fresh-ledger.ts';

const PRICE = { minorUnits: 150, currency: 'EUR' };
const hex = (key: Uint8Array) => Buffer.from(key).toString('hex');

for (const kind of BOTH) {
  describe(`a station's key on ${kind}`, function () {
    this.timeout(60_000);
    const here = freshLedger(kind, { price: PRICE });
    const { station } = here;
    let at: TestLedger;
    before(() => {
      at = here.at;
    });
    const sell = async (id: string, amount = 60) =>
      granted(await at.ledger.issue({ client: 'app', station: id, amount }));
    const file = async (id: string, keyVersion?: number) =>
      granted(await at.ledger.provisioning(id, keyVersion === undefined ? {} : { keyVersion }));
    const replace = async (id: string) => granted(await at.ledger.replaceKey(id, 'operator one'));

    it('is new until codes were drawn under it and it was given out', async () => {
      const id = await station();
      assert.equal((await file(id)).new, true, 'nothing was sold');
      assert.equal((await file(id)).new, true, 'given out twice, and nothing was sold yet');
      await sell(id);
      const after = await file(id);
      assert.deepEqual([after.new, after.provisionedAt], [false, new Date(at.now).toISOString()]);
    });

    it('is new when it is given out for the first time, whatever was sold before', async () => {
      const id = await station();
      await sell(id);
      assert.equal((await file(id)).new, true, 'nobody can have set a station up with it');
      assert.equal((await file(id)).new, false);
    });

    it('of a next version is new, that of one that was sold under is not', async () => {
      const id = await station();
      await file(id);
      await sell(id);
      assert.equal((await file(id, 2)).new, true);
      assert.equal((await file(id, 2)).new, true, 'nothing is sold under it');
      granted(await at.ledger.updateStation(id, { keyVersion: 2 }));
      assert.equal((await file(id)).new, true);
      await sell(id);
      assert.deepEqual([(await file(id)).new, (await file(id, 1)).new], [false, false]);
    });

    it('is replaced in one step: the next version, its file, and what becomes void', async () => {
      const id = await station();
      await file(id);
      const first = await sell(id, 60);
      const second = await sell(id, 90);
      const left = (await at.ledger.listCodes({ station: id })).items[1]!;
      const receipt = receiptCode(stationKeyOf(MASTER_KEY_HEX, id, 1), {
        unit: 'min',
        step: 30,
        unused: 31,
        sequence: left.sequence,
      });
      const before = granted(await at.ledger.listOutstanding(id)).items;
      assert.deepEqual(
        before.map(({ request }) => request),
        [second.id, first.id],
      );
      const { provisioning, void: voided } = await replace(id);
      assert.deepEqual(
        [provisioning.station, provisioning.key, provisioning.keyVersion, provisioning.new],
        [id, hex(stationKeyOf(MASTER_KEY_HEX, id, 2)), 2, true],
      );
      assert.deepEqual(
        voided.map(({ request, amount, price }) => [request, amount, price?.minorUnits]),
        [
          [second.id, 90, 450],
          [first.id, 60, 300],
        ],
      );
      assert.equal(granted(await at.ledger.station(id)).keyVersion, 2);
      assert.deepEqual(granted(await at.ledger.listOutstanding(id)).items, []);
      const { items } = await at.ledger.listCodes({ station: id });
      assert.deepEqual(
        items.map((code) => code.void),
        [true, true],
      );
      // Typed before the key was replaced: its receipt is settled by the key that it was sold under.
      assert.equal(granted(await at.ledger.settle({ client: 'app', station: id, receipt })).unused, 12);
      const refund = (request: string) => at.ledger.refundExpired({ id: request, by: 'operator', why: 'new card' });
      assert.equal(granted(await refund(second.id)).refund?.minorUnits, 450);
      assert.equal(refusal(await refund(first.id)), '409 receipt-settled');
      const after = await sell(id);
      assert.equal(refusal(await refund(after.id)), '409 not-expired');
      assert.equal((await at.ledger.listCodes({ station: id })).items[0]!.void, undefined);
      const { items: audit } = await at.ledger.listAudit();
      const entry = audit.find(({ action, station: of }) => action === 'station-changed' && of === id);
      assert.deepEqual([entry?.client, entry?.detail], ['operator one', 'keyVersion']);
    });

    it('is never one that was given out before, and the numbers go on', async () => {
      const id = await station({ sequence: 'counter' });
      await sell(id);
      await file(id, 7);
      const { provisioning } = await replace(id);
      assert.equal(provisioning.keyVersion, 8);
      await sell(id);
      const { items } = await at.ledger.listCodes({ station: id });
      assert.deepEqual(
        items.map(({ sequence }) => sequence),
        [2, 1],
      );
    });

    it('leaves codes out that are settled, expired or of an operation', async () => {
      const id = await station();
      await sell(id);
      at.now += 5 * 3_600_000;
      granted(await at.ledger.serviceCode({ client: 'operator', station: id, operation: 'clear-lockout' }));
      const code = await sell(id);
      assert.deepEqual(
        (await replace(id)).void.map(({ request }) => request),
        [code.id],
      );
    });

    it('replaced by two operators at once is two versions, never the same one twice', async () => {
      const id = await station();
      const both = await Promise.all([replace(id), replace(id)]);
      assert.deepEqual(both.map(({ provisioning }) => provisioning.keyVersion).sort(), [2, 3]);
    });

    it('is not replaced at a station that is not there, is retired or was changed meanwhile', async () => {
      assert.equal(refusal(await at.ledger.replaceKey('NOBODY')), '404 unknown-station');
      assert.equal(refusal(await at.ledger.listOutstanding('NOBODY')), '404 unknown-station');
      const id = await station();
      assert.equal(refusal(await at.ledger.replaceKey(id, 'operator', [7])), '412 changed-meanwhile');
      granted(await at.ledger.retireStation(id));
      assert.equal(refusal(await at.ledger.replaceKey(id)), '410 retired-station');
    });

    it('counts as given out in a ledger of an earlier version, by what was sold and by its audit', async () => {
      const id = await station();
      await sell(id);
      await file(id, 2);
      await at.ledger.close();
      await at.execute(`drop table station_keys; ${asVersion(3)}`);
      at.ledger = await at.another();
      assert.equal((await file(id)).new, false);
      granted(await at.ledger.updateStation(id, { keyVersion: 2 }));
      await sell(id);
      assert.equal((await file(id)).new, false);
    });
  });
}
