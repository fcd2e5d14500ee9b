// Stations with several outlets, and codes of the wide family.
import assert from 'node:assert/strict';
import { receiptCode, stationKey, voucherCode } from '../../../charging/codes/index.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, MASTER_KEY, TestLedger } from './databases.ts';

for (const kind of BOTH) {
  describe(`stations with several outlets on ${kind}`, function () {
    this.timeout(120_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());
    const issue = (station: string, amount: number) => at.ledger.issue({ client: 'app', station, amount });
    const terms = { unit: 'min', step: 30 } as const;

    it('are wide with slots of two minutes, unless told otherwise, and have 1 to 20 of them', async () => {
      const many = granted(await at.ledger.createStation({ id: 'MANY', outlets: 4 }));
      assert.deepEqual([many.outlets, many.layout, many.slotSeconds, many.mostAmount], [4, 'wide', 120, 97 * 30]);
      const told = granted(await at.ledger.createStation({ id: 'TOLD', outlets: 2, layout: 'long', slotSeconds: 300 }));
      assert.deepEqual([told.outlets, told.layout, told.slotSeconds], [2, 'long', 300]);
      for (const outlets of [0, 21, 1.5]) {
        assert.equal(refusal(await at.ledger.createStation({ id: `X${outlets}`, outlets })), '422 station-not-valid');
      }
      assert.equal(granted(await at.ledger.provisioning('MANY')).outlets, 4);
    });

    it('keep layout and slots when their number changes', async () => {
      const one = granted(await at.ledger.createStation({ id: 'GROWS' }));
      const grown = granted(await at.ledger.updateStation('GROWS', { outlets: 8 }));
      assert.deepEqual(
        [grown.outlets, grown.layout, grown.slotSeconds, grown.revision],
        [8, one.layout, one.slotSeconds, one.revision + 1],
      );
      assert.equal(refusal(await at.ledger.updateStation('GROWS', { outlets: 21 })), '422 station-not-valid');
      assert.equal(granted(await at.ledger.station('GROWS')).outlets, 8);
    });

    it('sell codes that live a day, in their own family alone', async () => {
      granted(await at.ledger.createStation({ id: 'WIDE', layout: 'wide', slotSeconds: 120 }));
      const slot = Math.floor(at.now / 120_000);
      const bought = granted(await issue('WIDE', 60));
      const key = stationKey(MASTER_KEY, 'WIDE', 1);
      const grant = { ...terms, quantity: 2, sequence: slot };
      assert.equal(bought.code, voucherCode(key, { layout: 'wide', ...grant }));
      assert.equal(bought.rescue.code, voucherCode(key, { layout: 'wide-long', ...grant }));
      assert.deepEqual([bought.code.length, bought.rescue.code.length], [12, 14]);
      assert.equal(Date.parse(bought.expiresAt!), (slot + 768) * 120_000);
      const read = (layout: 'rescue' | 'wide' | 'wide-long' | 'compact' | 'long') =>
        at.ledger.request({ client: 'app', id: bought.id, layout });
      for (const layout of ['rescue', 'wide-long', 'long'] as const) {
        const answer = granted(await read(layout));
        assert.ok('code' in answer);
        assert.equal(answer.code, bought.rescue.code);
      }
      assert.equal(refusal(await read('compact')), '422 layout-too-small');
      assert.equal(refusal(await issue('WIDE', 98 * 30)), '422 amount-not-sold');
    });

    it('draw an eighth of the window ahead at once, then one each slot', async () => {
      granted(await at.ledger.createStation({ id: 'BUSY', layout: 'wide', slotSeconds: 120 }));
      const answers = await Promise.all(Array.from({ length: 130 }, () => issue('BUSY', 30)));
      assert.equal(answers.filter((answer) => !('refused' in answer)).length, 129);
      assert.equal(refusal(answers.find((answer) => 'refused' in answer)), '429 too-many-codes');
      at.now += 120_000;
      granted(await issue('BUSY', 30));
      assert.equal(refusal(await issue('BUSY', 30)), '429 too-many-codes');
    });

    it('have their receipts settled by 14 digits, and the ledger keeps where each is known from', async () => {
      granted(await at.ledger.createStation({ id: 'BACK', outlets: 2 }));
      const key = stationKey(MASTER_KEY, 'BACK', 1);
      const first = Math.floor(at.now / 120_000);
      for (let i = 0; i < 3; i++) granted(await issue('BACK', 60));
      const receipt = (sequence: number, layout: 'wide-long' | 'long') =>
        receiptCode(key, { ...terms, unused: 77, sequence, layout });
      const settle = (digits: string, anyClient = false) =>
        at.ledger.settle({ client: anyClient ? 'op' : 'app', station: 'BACK', receipt: digits, anyClient });
      assert.equal(refusal(await settle(receipt(first, 'long'))), '404 unknown-receipt');
      assert.equal(
        granted(await settle(receipt(first, 'wide-long'))).unused,
        Math.floor((60 * 77 * 10_000) / 155) / 10_000,
      );
      granted(await settle(receipt(first + 1, 'wide-long'), true));
      const { items } = await at.ledger.listCodes({ station: 'BACK' });
      const oldest = items.find(({ sequence }) => sequence === first + 2)!;
      at.now = (first + 2 + 769) * 120_000;
      granted(await at.ledger.refundExpired({ id: oldest.request!, by: 'op', why: 'never typed' }));
      const settled = await at.ledger.listSettled({ search: 'BACK' });
      assert.deepEqual(
        settled.items.toSorted((a, b) => a.sequence - b.sequence).map(({ source }) => source),
        ['typed', 'operator', 'expired'],
      );
    });
  });
}
