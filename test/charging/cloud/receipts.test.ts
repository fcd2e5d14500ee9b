import assert from 'node:assert/strict';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, MASTER_KEY_HEX, type TestLedger } from './databases.ts';
import { freshLedger } from './fresh-ledger.ts';

const price = { minorUnits: 150, currency: 'EUR' };

for (const kind of BOTH) {
  describe(`settling receipts on ${kind}`, function () {
    this.timeout(60_000);
    const here = freshLedger(kind, { sequence: 'counter' });
    const { station } = here;
    let at: TestLedger;
    before(() => {
      at = here.at;
    });
    const issue = async (id: string, amount = 60, client = 'app') =>
      granted(await at.ledger.issue({ client, station: id, amount }));
    const receipt = (id: string, sequence: number, unused: number, version = 1, step = 30) =>
      receiptCode(stationKeyOf(MASTER_KEY_HEX, id, version), { unit: 'min', step, unused, sequence });
    const settle = (id: string, digits: string, client = 'app') =>
      at.ledger.settle({ client, station: id, receipt: digits });

    it('gives back what was left, in amounts and in money, never more than it was', async () => {
      const id = await station({ price });
      const { id: request } = await issue(id, 60);
      assert.deepEqual(await settle(id, receipt(id, 1, 69)), {
        request,
        bought: 60,
        // 60 × 69 ÷ 155 = 26.709677…
        unused: 26.7096,
        unit: 'min',
        // 300 × 69 ÷ 155 = 133.54…: rounded to the nearest it would be more than was left.
        refund: { minorUnits: 133, currency: 'EUR' },
      });
    });

    it('gives everything back for a receipt of everything, and nothing for one of nothing', async () => {
      const id = await station({ price });
      await issue(id, 90);
      await issue(id, 90);
      const whole = granted(await settle(id, receipt(id, 1, 155)));
      assert.deepEqual([whole.unused, whole.refund?.minorUnits], [90, 450]);
      const none = granted(await settle(id, receipt(id, 2, 0)));
      assert.deepEqual([none.unused, none.refund?.minorUnits], [0, 0]);
    });

    it('takes the digits as people write them', async () => {
      const id = await station();
      await issue(id);
      const digits = receipt(id, 1, 10);
      granted(await settle(id, ` ${digits.slice(0, 4)} ${digits.slice(4, 8)}-${digits.slice(8)} `));
    });

    it('settles each once, and tells again what it gave', async () => {
      const id = await station({ price });
      await issue(id);
      const first = granted(await settle(id, receipt(id, 1, 40)));
      const again = await settle(id, receipt(id, 1, 40));
      assert.equal(refusal(again), '409 receipt-settled');
      assert.deepEqual((again as { refused: { settled: unknown } }).refused.settled, first);
      // A second receipt of the same voucher gives nothing either.
      assert.equal(refusal(await settle(id, receipt(id, 1, 39))), '409 receipt-settled');
    });

    it('settles one of many calls at the same moment', async () => {
      const id = await station();
      await issue(id);
      const answers = await Promise.all(Array.from({ length: 20 }, () => settle(id, receipt(id, 1, 40))));
      assert.equal(answers.filter((answer) => !('refused' in answer)).length, 1);
      assert.ok(answers.every((answer) => !('refused' in answer) || refusal(answer) === '409 receipt-settled'));
    });

    it('tells mistyped digits from a receipt that is not this station’s', async () => {
      const id = await station();
      const other = await station();
      await issue(id);
      await issue(other);
      const right = receipt(id, 1, 40);
      const swapped = right.slice(0, 3) + right[4] + right[3] + right.slice(5);
      for (const digits of ['', '1234', 'abc', `${right}0`, swapped === right ? '000000000001' : swapped]) {
        assert.equal(refusal(await settle(id, digits)), '422 receipt-mistyped', digits);
      }
      assert.equal(refusal(await settle(id, receipt(other, 1, 40))), '404 unknown-receipt');
      assert.equal(refusal(await settle(id, receipt(id, 2, 40))), '404 unknown-receipt');
      granted(await settle(id, right));
    });

    it('is for the client that bought the voucher, or for the operator', async () => {
      const id = await station();
      await issue(id, 60, 'buyer');
      assert.equal(refusal(await settle(id, receipt(id, 1, 40), 'thief')), '404 unknown-receipt');
      granted(await at.ledger.settle({ client: 'op', station: id, receipt: receipt(id, 1, 40), anyClient: true }));
    });

    it('is for a stranger, too, who has the code or the id of the request beside the receipt', async () => {
      const id = await station({ price });
      const bought: Awaited<ReturnType<typeof issue>>[] = [];
      for (let n = 1; n <= 4; n++) bought.push(await issue(id, 60, 'buyer'));
      const claim = (n: number, proof: { code?: string; request?: string }, unused = 40) =>
        at.ledger.settle({
          client: 'stranger',
          address: `10.0.0.${n}`,
          station: id,
          receipt: receipt(id, n, unused),
          ...proof,
        });
      for (const proof of [
        {},
        { code: bought[1]!.code },
        { code: bought[1]!.rescue.code },
        { code: '' },
        { code: '0000000000' },
        { request: bought[1]!.id },
        { request: 'f'.repeat(32) },
        { code: bought[0]!.code, request: bought[1]!.id },
      ]) {
        assert.equal(refusal(await claim(1, proof)), '404 unknown-receipt', JSON.stringify(proof));
      }
      const first = granted(await claim(1, { code: bought[0]!.display }));
      assert.deepEqual([first.request, first.refund], [bought[0]!.id, { minorUnits: 77, currency: 'EUR' }]);
      assert.equal(granted(await claim(2, { code: bought[1]!.rescue.code })).request, bought[1]!.id);
      assert.equal(granted(await claim(3, { request: bought[2]!.id.toUpperCase() })).request, bought[2]!.id);
      assert.equal(refusal(await claim(3, { request: bought[2]!.id })), '409 receipt-settled');
      assert.equal(refusal(await settle(id, receipt(id, 3, 40), 'buyer')), '409 receipt-settled');
      const { items } = await at.ledger.listSettled({ limit: 500 });
      assert.equal(items.find(({ request }) => request === bought[2]!.id)!.settledBy, 'stranger');
    });

    it('counts what strangers get wrong by address and station, and never keeps the buyer out for it', async () => {
      const [id, elsewhere] = [await station(), await station()];
      const code = await issue(id, 60, 'buyer');
      await issue(elsewhere, 60, 'someone');
      let strangers = 0;
      const guess = (address: string, where = id, proof: object = { code: code.code }) =>
        at.ledger.settle({
          client: `stranger ${++strangers}`,
          address,
          station: where,
          receipt: receipt(id, 900, 1),
          ...proof,
        });
      for (let n = 0; n < 10; n++) assert.equal(refusal(await guess('10.1.1.1')), '404 unknown-receipt');
      // Another cookie is no other address, with or without a code.
      for (const proof of [{}, { code: code.code }]) {
        const answer = await guess('10.1.1.1', id, proof);
        assert.equal(refusal(answer), '429 too-many-receipts');
        assert.equal((answer as { refused: { retryAfterSeconds: number } }).refused.retryAfterSeconds, 900);
      }
      assert.equal(refusal(await guess('10.1.1.2')), '404 unknown-receipt', 'another address');
      assert.equal(refusal(await guess('10.1.1.1', elsewhere)), '404 unknown-receipt', 'another station');
      granted(
        await at.ledger.settle({ client: 'buyer', address: '10.1.1.1', station: id, receipt: receipt(id, 1, 40) }),
      );
    });

    it('hears whoever has the code or the request, also from an address whose strangers are not heard any more', async () => {
      const id = await station();
      const bought = [await issue(id, 60, 'buyer'), await issue(id, 60, 'buyer'), await issue(id, 60, 'buyer')];
      let claims = 0;
      const claim = (digits: string, proof: { code?: string; request?: string }, address = '10.3.3.3') =>
        at.ledger.settle({ client: `phone ${++claims}`, address, station: id, receipt: digits, ...proof });
      for (let n = 0; n < 10; n++) assert.equal(refusal(await claim(receipt(id, 65, n), {})), '404 unknown-receipt');
      assert.equal(refusal(await claim(receipt(id, 1, 40), {})), '429 too-many-receipts');
      granted(await claim(receipt(id, 1, 40), { code: bought[0]!.code }));
      granted(await claim(receipt(id, 2, 40), { request: bought[1]!.id }));
      // Who has the code and guesses at the receipt is heard ten times for that purchase, and only there.
      for (let n = 0; n < 10; n++) {
        assert.equal(refusal(await claim(receipt(id, 67, n), { code: bought[2]!.code })), '404 unknown-receipt');
      }
      for (const proof of [{ code: bought[2]!.rescue.code }, { request: bought[2]!.id }]) {
        assert.equal(refusal(await claim(receipt(id, 3, 40), proof)), '429 too-many-receipts');
      }
      granted(await claim(receipt(id, 3, 40), { code: bought[2]!.code }, '10.3.3.4'));
    });

    it('says where the money goes back to: the payment that it was bought with, if there was one', async () => {
      const id = await station({ price });
      const { id: reserved } = granted(await at.ledger.reserve({ client: 'app', station: id, amount: 60 }));
      granted(await at.ledger.markPaid({ id: reserved, payment: `pi_${id}` }));
      granted(await at.ledger.issueReserved({ client: 'app', id: reserved }));
      await issue(id, 60);
      const settlement = granted(
        await at.ledger.settle({ client: 'other', station: id, receipt: receipt(id, 1, 155), request: reserved }),
      );
      assert.deepEqual([settlement.refund?.minorUnits, settlement.refundTo], [300, 'payment']);
      assert.ok(!('refundTo' in granted(await settle(id, receipt(id, 2, 155)))), 'sold without one: against the slip');
      const settled = (await at.ledger.listSettled({ limit: 500 })).items.filter((item) => item.station === id);
      assert.deepEqual(settled.map(({ payment }) => payment).sort(), [`pi_${id}`, undefined]);
    });

    it('gives an expired code back that nobody typed, once, by an operator who says why', async () => {
      const id = await station({ price, sequence: 'clock' });
      const code = await issue(id, 60, 'buyer');
      const refund = (why = 'the customer called') => at.ledger.refundExpired({ id: code.id, by: 'operator', why });
      const listed = async () => (await at.ledger.listCodes({ station: id })).items[0]!;
      assert.equal(refusal(await refund()), '409 not-expired');
      at.now = Date.parse(code.expiresAt!);
      assert.equal(refusal(await refund()), '409 not-expired', 'its 12 digits are still good');
      assert.ok(!('expired' in (await listed())));
      at.now = Date.parse(code.rescue.expiresAt!);
      assert.equal((await listed()).expired, true);
      assert.equal(refusal(await refund(' ')), '400 malformed');
      assert.equal(
        refusal(await at.ledger.refundExpired({ id: 'f'.repeat(32), by: 'operator', why: 'x' })),
        '404 unknown-request',
      );
      const answers = await Promise.all(Array.from({ length: 5 }, () => refund()));
      const [given] = answers.filter((answer) => !('refused' in answer));
      assert.deepEqual(given, {
        request: code.id,
        bought: 60,
        unused: 60,
        unit: 'min',
        refund: { minorUnits: 300, currency: 'EUR' },
      });
      assert.equal(
        answers.filter((answer) => 'refused' in answer && refusal(answer) === '409 receipt-settled').length,
        4,
      );
      assert.ok(!('expired' in (await listed())), 'settled');
      const entries = (await at.ledger.listAudit({ limit: 500 })).items.filter(
        ({ action, station: where }) => action === 'expired-code-refunded' && where === id,
      );
      assert.equal(entries.length, 1);
      assert.equal(entries[0]!.client, 'operator');
      assert.match(entries[0]!.detail!, new RegExp(`${code.id}.*the customer called`));
      // A station whose clock was set back honoured it all the same: its receipt gives nothing more.
      assert.equal(
        refusal(await settle(id, receipt(id, Math.floor(Date.parse(code.issuedAt) / 300_000), 40), 'buyer')),
        '409 receipt-settled',
      );
    });

    it('takes a code of a station that counts for expired when 48 newer ones were drawn', async () => {
      const id = await station({ price });
      const { id: request } = await issue(id);
      for (let n = 0; n < 47; n++) await issue(id);
      assert.equal(
        refusal(await at.ledger.refundExpired({ id: request, by: 'operator', why: 'lost' })),
        '409 not-expired',
      );
      await issue(id);
      assert.equal(granted(await at.ledger.refundExpired({ id: request, by: 'operator', why: 'lost' })).unused, 60);
    });

    it('finds a voucher of long ago among hundreds, by the terms it was sold under', async () => {
      const id = await station({ price });
      const { id: request } = await issue(id, 60);
      granted(await at.ledger.updateStation(id, { keyVersion: 2, step: 20 }));
      await Promise.all(Array.from({ length: 400 }, () => issue(id, 20)));
      assert.equal(granted(await settle(id, receipt(id, 1, 155))).request, request);
      assert.equal(granted(await settle(id, receipt(id, 65, 155, 2, 20))).bought, 20);
    });

    it('finds a voucher behind a hundred thousand of others, which it does not read through', async () => {
      const id = await station();
      const { id: request } = await issue(id, 60, 'buyer');
      const numbers =
        kind === 'sqlite'
          ? 'with recursive numbers (n) as (select 2 union all select n + 1 from numbers where n < 100000)'
          : 'with numbers (n) as (select generate_series(2, 100000))';
      await at.execute(`${numbers} insert into codes (station, sequence, kind, terms, quantity, client, issued_at)
        select station, n, kind, terms, quantity, 'other', issued_at from numbers, codes
        where station = (select number from stations where id = '${id}')`);
      const claim = (client: string, digits: string, proof: { request?: string } = {}) =>
        at.ledger.settle({ client, address: '10.4.4.4', station: id, receipt: digits, ...proof });
      assert.equal(refusal(await claim('stranger', receipt(id, 1, 40))), '404 unknown-receipt');
      assert.equal(granted(await claim('stranger', receipt(id, 1, 40), { request })).request, request);
      assert.equal(refusal(await claim('buyer', receipt(id, 1, 40))), '409 receipt-settled');
    });

    it('takes ten wrong receipts, then one each quarter of an hour; right ones cost nothing', async () => {
      const id = await station();
      for (let n = 1; n <= 12; n++) await issue(id);
      for (let n = 1; n <= 11; n++) granted(await settle(id, receipt(id, n, 40)));
      for (let n = 0; n < 10; n++)
        assert.equal(refusal(await settle(id, receipt(id, 900 + n, 40))), '404 unknown-receipt');
      for (let n = 0; n < 3; n++) {
        const answer = await settle(id, receipt(id, 12, 40));
        assert.equal(refusal(answer), '429 too-many-receipts');
        assert.equal((answer as { refused: { retryAfterSeconds: number } }).refused.retryAfterSeconds, 900);
      }
      // Another client is not kept out by it.
      assert.equal(refusal(await settle(id, receipt(id, 950, 40), 'other')), '404 unknown-receipt');
      at.now += 900_000;
      granted(await settle(id, receipt(id, 12, 40)));
      const { items } = await at.ledger.listAudit({ limit: 500 });
      const here = items.filter(({ station: where, action }) => where === id && action === 'unknown-receipt');
      assert.equal(here.length, 11);
    });

    it('settles vouchers of a station that was retired meanwhile', async () => {
      const id = await station();
      await issue(id);
      granted(await at.ledger.retireStation(id));
      granted(await settle(id, receipt(id, 1, 40)));
    });

    it('shows what was settled, the latest first, page by page', async () => {
      const all: string[] = [];
      let after: string | undefined;
      do {
        const page = await at.ledger.listSettled({ limit: 7, after });
        all.push(...page.items.map(({ settledAt, station: where, sequence }) => `${settledAt} ${where}/${sequence}`));
        after = page.next ?? undefined;
      } while (after !== undefined);
      assert.equal(new Set(all).size, all.length);
      assert.ok(all.length > 20);
      const times = all.map((line) => line.slice(0, 24));
      assert.deepEqual(times, times.toSorted().toReversed());
    });
  });
}
