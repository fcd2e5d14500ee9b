import assert from 'node:assert/strict';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, MASTER_KEY_HEX, TestLedger } from './databases.ts';

const price = { minorUnits: 150, currency: 'EUR' };

for (const kind of BOTH) {
  describe(`reserving on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind, { lapseSeconds: 600 });
      granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter', price }));
    });
    after(() => at.ledger.close());
    const reserve = (amount = 60, idempotencyKey?: string) =>
      at.ledger.reserve({ client: 'app', station: 'CP-0001', amount, idempotencyKey });
    const issueReserved = (id: string, client = 'app') => at.ledger.issueReserved({ client, id });
    const numbers = async () =>
      (await at.ledger.listCodes({ station: 'CP-0001', limit: 500 })).items.map(({ sequence }) => sequence);

    it('draws no number before it is issued, and then shows the voucher under the same id', async () => {
      const reserved = granted(await reserve());
      assert.deepEqual(reserved, {
        id: reserved.id,
        station: 'CP-0001',
        amount: 60,
        unit: 'min',
        status: 'reserved',
        reservedAt: '2026-11-22T12:00:00.000Z',
        lapsesAt: '2026-11-22T12:10:00.000Z',
        price: { minorUnits: 300, currency: 'EUR' },
      });
      assert.equal(refusal(await issueReserved(reserved.id)), '402 not-paid');
      assert.deepEqual(await at.ledger.request({ client: 'app', id: reserved.id }), reserved);
      const paid = granted(await at.ledger.markPaid({ id: reserved.id, payment: 'pay_1' }));
      assert.deepEqual(paid, { ...reserved, status: 'paid', paidAt: '2026-11-22T12:00:00.000Z' });
      assert.deepEqual(await numbers(), []);
      const issued = granted(await issueReserved(reserved.id));
      assert.deepEqual(await numbers(), [1]);
      assert.equal(issued.id, reserved.id);
      assert.deepEqual(await at.ledger.request({ client: 'app', id: reserved.id }), issued);
      assert.deepEqual(await issueReserved(reserved.id), issued);
      assert.deepEqual(await at.ledger.markPaid({ id: reserved.id, payment: 'pay_1' }), issued);
      const [row] = (await at.ledger.listCodes({ search: reserved.id })).items;
      assert.deepEqual([row?.request, row?.price?.minorUnits], [reserved.id, 300]);
      const digits = receiptCode(stationKeyOf(MASTER_KEY_HEX, 'CP-0001'), {
        unit: 'min',
        step: 30,
        unused: 155,
        sequence: 1,
      });
      assert.equal(
        granted(await at.ledger.settle({ client: 'app', station: 'CP-0001', receipt: digits })).request,
        issued.id,
      );
    });

    it('lapses when nobody pays in time, and takes no payment then', async () => {
      const { id } = granted(await reserve());
      at.now += 599_999;
      granted(await at.ledger.request({ client: 'app', id }));
      at.now += 1;
      assert.equal((granted(await at.ledger.request({ client: 'app', id })) as { status: string }).status, 'lapsed');
      assert.equal(refusal(await at.ledger.markPaid({ id, payment: 'late' })), '410 lapsed');
      assert.equal(refusal(await issueReserved(id)), '410 lapsed');
      assert.ok((await at.ledger.listAudit()).items.some(({ action }) => action === 'paid-too-late'));
    });

    it('keeps what was paid, however late it is issued', async () => {
      const { id } = granted(await reserve());
      granted(await at.ledger.markPaid({ id, payment: 'pay_2' }));
      at.now += 30 * 86_400_000;
      granted(await issueReserved(id));
    });

    it('takes one payment: the same again changes nothing, another is refused and audited', async () => {
      const { id } = granted(await reserve());
      const answers = await Promise.all(['a', 'b', 'a', 'b'].map((payment) => at.ledger.markPaid({ id, payment })));
      const kept = answers.map((answer) => ('refused' in answer ? refusal(answer) : 'paid'));
      assert.deepEqual(kept, ['paid', '409 paid-otherwise', 'paid', '409 paid-otherwise']);
      assert.equal(refusal(await at.ledger.markPaid({ id, payment: '' })), '400 malformed');
      assert.equal(refusal(await at.ledger.markPaid({ id: 'f'.repeat(32), payment: 'a' })), '404 unknown-request');
    });

    it('issues one voucher for calls at the same moment', async () => {
      const { id } = granted(await reserve());
      granted(await at.ledger.markPaid({ id, payment: 'pay_3' }));
      const before = (await numbers()).length;
      const answers = await Promise.all(Array.from({ length: 10 }, () => issueReserved(id)));
      assert.equal(new Set(answers.map((answer) => granted(answer).code)).size, 1);
      assert.equal((await numbers()).length, before + 1);
    });

    it('is for the client that reserved', async () => {
      const { id } = granted(await reserve());
      granted(await at.ledger.markPaid({ id, payment: 'pay_4' }));
      assert.equal(refusal(await issueReserved(id, 'thief')), '404 unknown-request');
      assert.equal(refusal(await at.ledger.request({ client: 'thief', id })), '404 unknown-request');
    });

    it('gives the same reservation for the same idempotency key', async () => {
      const first = granted(await reserve(60, 'key'));
      assert.deepEqual(await reserve(60, 'key'), first);
      assert.equal(refusal(await reserve(90, 'key')), '409 idempotency-key-reused');
      const together = await Promise.all(Array.from({ length: 5 }, () => reserve(60, 'key 2')));
      assert.equal(new Set(together.map((answer) => granted(answer).id)).size, 1);
    });

    it('answers the same request with the same key alike, whether it was sold at once then or is to be paid first now', async () => {
      const issue = (amount: number, idempotencyKey: string) =>
        at.ledger.issue({ client: 'app', station: 'CP-0001', amount, idempotencyKey });
      // Reserved; then the station's price, or the taking of payments, goes.
      const { id } = granted(await reserve(60, 'paid first'));
      assert.equal(refusal(await issue(60, 'paid first')), '402 not-paid');
      assert.equal(refusal(await issue(90, 'paid first')), '409 idempotency-key-reused');
      granted(await at.ledger.markPaid({ id, payment: 'paid first' }));
      const before = (await numbers()).length;
      const answers = await Promise.all([
        issue(60, 'paid first'),
        issueReserved(id),
        issue(60, 'paid first'),
        issueReserved(id),
      ]);
      assert.deepEqual(new Set(answers.map((answer) => granted(answer).id)), new Set([id]));
      assert.equal(new Set(answers.map((answer) => granted(answer).code)).size, 1);
      assert.equal((await numbers()).length, before + 1);
      // Sold at once; then it gets a price.
      const sold = granted(await issue(60, 'at once'));
      assert.deepEqual(await reserve(60, 'at once'), sold);
      assert.equal(refusal(await reserve(90, 'at once')), '409 idempotency-key-reused');
      const lapses = granted(await reserve(60, 'lapses'));
      at.now += 600_000;
      assert.equal(refusal(await issue(60, 'lapses')), '410 lapsed');
      assert.equal(refusal(await issueReserved(lapses.id)), '410 lapsed');
    });

    it('sells at the price that was reserved, and not what the station does not sell any more', async () => {
      const dear = granted(await reserve());
      const gone = granted(await reserve(30));
      for (const { id } of [dear, gone]) granted(await at.ledger.markPaid({ id, payment: id }));
      granted(await at.ledger.updateStation('CP-0001', { price: { minorUnits: 9999, currency: 'EUR' } }));
      assert.deepEqual(granted(await issueReserved(dear.id)).price, { minorUnits: 300, currency: 'EUR' });
      granted(await at.ledger.updateStation('CP-0001', { step: 60 }));
      assert.equal(refusal(await issueReserved(gone.id)), '409 terms-changed');
      granted(await at.ledger.updateStation('CP-0001', { step: 30, price }));
      granted(await issueReserved(gone.id));
    });

    it('shows the operator what waits, was paid and lapsed', async () => {
      const { items } = await at.ledger.listReservations({ limit: 500 });
      assert.ok(items.some(({ status, issued }) => status === 'lapsed' && !issued));
      assert.ok(items.some(({ payment, issued }) => payment === 'pay_1' && issued));
      const young = Date.parse('2026-11-22T12:00:00Z') + 86_400_000;
      const open = items.filter(
        ({ status, issued, reservedAt }) => !issued && status !== 'lapsed' && Date.parse(reservedAt) > young,
      );
      assert.ok(open.length > 0);
      assert.equal((await at.ledger.statistics()).waiting, open.length);
    });
  });
}
