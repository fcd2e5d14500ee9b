import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Ledger } from '../../../charging/cloud/ledger.ts';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, freshUrl, MASTER_KEY_HEX, TestLedger } from './databases.ts';

for (const kind of BOTH) {
  describe(`four processes that open a new ledger on ${kind} in the same moment`, function () {
    this.timeout(60_000);
    it('all find it made', async () => {
      const file = new URL('./migrator-process.ts', import.meta.url).pathname;
      const processes = Array.from({ length: 4 }, () => fork(file));
      await Promise.all(processes.map((child) => once(child, 'message')));
      for (let round = 0; round < 3; round++) {
        const url = await freshUrl(kind);
        const said = processes.map((child) => once(child, 'message'));
        for (const child of processes) child.send(url);
        assert.deepEqual((await Promise.all(said)).flat(), [
          kind,
          undefined,
          kind,
          undefined,
          kind,
          undefined,
          kind,
          undefined,
        ]);
      }
      for (const child of processes) child.disconnect();
    });
  });

  describe(`replicas of the cloud on one ledger on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    let replicas: Ledger[];
    before(async () => {
      at = await TestLedger.open(kind);
      replicas = [at.ledger, await at.another(), await at.another()];
      granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter', layout: 'long' }));
    });
    after(() => Promise.all(replicas.map((ledger) => ledger.close())));
    const one = (index: number) => replicas[index % replicas.length]!;

    it('draw each number once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 300 }, (_, i) => one(i).issue({ client: 'app', station: 'CP-0001', amount: 30 })),
      );
      assert.equal(new Set(answers.map((answer) => granted(answer).id)).size, 300);
      const { items } = await at.ledger.listCodes({ station: 'CP-0001', limit: 500 });
      assert.deepEqual(
        items.map(({ sequence }) => sequence),
        Array.from({ length: 300 }, (_, index) => 300 - index),
      );
    });

    it('give one code for one idempotency key, wherever it is heard', async () => {
      for (let round = 0; round < 10; round++) {
        const call = { client: 'app', station: 'CP-0001', amount: 60, idempotencyKey: `once ${round}` };
        const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => one(i).issue(call)));
        for (const answer of answers) assert.deepEqual(answer, granted(answers[0]!));
      }
      const { items } = await at.ledger.listCodes({ station: 'CP-0001', limit: 500 });
      assert.equal(items.length, 310);
    });

    it('settle a receipt once between them', async () => {
      for (let n = 1; n <= 10; n++) {
        const terms = { unit: 'min', step: 30, unused: 50, sequence: n } as const;
        const receipt = receiptCode(stationKeyOf(MASTER_KEY_HEX, 'CP-0001'), terms);
        const call = { client: 'app', station: 'CP-0001', receipt };
        const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => one(i).settle(call)));
        const settled = answers.filter((answer) => !('refused' in answer));
        assert.equal(settled.length, 1);
        for (const answer of answers) if ('refused' in answer) assert.equal(refusal(answer), '409 receipt-settled');
      }
    });

    it('issue a reservation once between them, and make a station once', async () => {
      const { id } = granted(await at.ledger.reserve({ client: 'app', station: 'CP-0001', amount: 30 }));
      granted(await one(1).markPaid({ id, payment: 'p' }));
      const issued = await Promise.all(
        Array.from({ length: 6 }, (_, i) => one(i).issueReserved({ client: 'app', id })),
      );
      assert.equal(new Set(issued.map((answer) => granted(answer).code)).size, 1);
      const made = await Promise.all(Array.from({ length: 6 }, (_, i) => one(i).createStation({ id: 'NEW' })));
      assert.equal(made.filter((answer) => !('refused' in answer)).length, 1);
    });

    it('see each other’s changes at once', async () => {
      granted(await one(1).updateStation('CP-0001', { step: 20 }));
      assert.equal(granted(await one(2).issue({ client: 'app', station: 'CP-0001', amount: 20 })).amount, 20);
      granted(await one(2).retireStation('CP-0001'));
      assert.equal(
        refusal(await one(0).issue({ client: 'app', station: 'CP-0001', amount: 20 })),
        '410 retired-station',
      );
    });

    it('count what they did once each', async () => {
      const [day] = (await at.ledger.statistics()).days;
      assert.deepEqual([day?.issued, day?.settled], [312, 10]);
    });

    it('issue nothing for nothing at a station that another has given a price, and know it from then on', async () => {
      const { ledger } = at;
      granted(await ledger.createStation({ id: 'PRICED', sequence: 'counter' }));
      const call = { client: 'app', station: 'PRICED', amount: 30, unpriced: true, idempotencyKey: 'priced' };
      assert.equal(await one(1).priced('PRICED'), undefined);
      granted(await one(1).issue({ ...call, idempotencyKey: 'free' }));
      granted(await ledger.updateStation('PRICED', { price: { minorUnits: 100, currency: 'EUR' } }));
      assert.equal((await ledger.priced('PRICED'))?.price?.minorUnits, 100, 'who changed it knows at once');
      assert.equal(refusal(await one(1).issue(call)), '409 terms-changed');
      assert.equal((await one(1).priced('PRICED'))?.price?.minorUnits, 100);
      assert.equal((await ledger.listCodes({ station: 'PRICED' })).items.length, 1);
      granted(await one(1).issue({ ...call, idempotencyKey: 'free' }));
      granted(await ledger.updateStation('PRICED', { price: { minorUnits: 0, currency: 'EUR' } }));
      assert.equal(await one(1).priced('PRICED'), undefined);
      granted(await one(1).issue(call));
    });
  });
}
