import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { type Ledger, openLedger } from '../../../charging/cloud/ledger.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, type DatabaseKind, freshUrl, MASTER_KEY, TestLedger } from './databases.ts';

const price = { minorUnits: 150, currency: 'EUR' };
const EUR_3 = { minorUnits: 300, currency: 'EUR' };

for (const kind of BOTH) {
  describe(`payments on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    let other: Ledger;
    before(async () => {
      at = await TestLedger.open(kind, { lapseSeconds: 600 });
      other = await at.another({ lapseSeconds: 600 });
      granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter', price }));
      granted(
        await at.ledger.createStation({ id: 'KW', sequence: 'counter', price: { minorUnits: 1505, currency: 'KWD' } }),
      );
    });
    after(async () => {
      await other.close();
      await at.ledger.close();
    });

    const reserve = async (station = 'CP-0001', idempotencyKey?: string) =>
      granted(await at.ledger.reserve({ client: 'app', station, amount: 60, idempotencyKey })).id;
    const paid = (id: string, payment: string, amount?: { minorUnits: number; currency: string }) =>
      at.ledger.markPaid({ id, payment, amount });
    const open = async () => (await at.ledger.listPayments({ limit: 500 })).items;
    const reasons = async (id: string) =>
      (await open()).filter(({ request }) => request === id).map(({ why, payment }) => `${why} ${payment}`);
    const audited = async (action: string) =>
      (await at.ledger.listAudit({ limit: 500 })).items.filter((entry) => entry.action === action);
    const shown = async (id: string) => granted(await at.ledger.request({ client: 'app', id }));

    it('pay for one request each: the reference of one pays no other', async () => {
      const [first, second] = [await reserve(), await reserve()];
      granted(await paid(first, 'ref-1', EUR_3));
      assert.equal(refusal(await paid(second, 'ref-1', EUR_3)), '409 payment-used');
      assert.equal(refusal(await paid(second, ' ref-1 ', EUR_3)), '409 payment-used');
      assert.equal(((await shown(second)) as { status: string }).status, 'reserved');
      assert.equal((await audited('payment-used-again')).length, 2);
      granted(await paid(second, 'Ref-1', EUR_3));
    });

    it('pay for one request when told for two at the same moment, through two replicas', async () => {
      for (let round = 0; round < 10; round++) {
        const ids = [await reserve(), await reserve()] as const;
        const answers = await Promise.all([
          at.ledger.markPaid({ id: ids[0], payment: `both-${round}`, amount: EUR_3 }),
          other.markPaid({ id: ids[1], payment: `both-${round}`, amount: EUR_3 }),
        ]);
        const said = answers.map((answer) => ('refused' in answer ? refusal(answer) : 'paid')).sort();
        assert.deepEqual(said, ['409 payment-used', 'paid']);
      }
    });

    it('are compared in amount and currency, and one that differs is kept without a code', async () => {
      const id = await reserve();
      for (const [index, amount] of [
        { minorUnits: 299, currency: 'EUR' },
        { minorUnits: 301, currency: 'EUR' },
        { minorUnits: 3, currency: 'EUR' },
        { minorUnits: 300, currency: 'USD' },
        { minorUnits: 0, currency: 'EUR' },
      ].entries()) {
        assert.equal(refusal(await paid(id, `wrong-${index}`, amount)), '409 payment-differs');
        assert.equal(refusal(await paid(id, `wrong-${index}`, amount)), '409 payment-differs', 'told again');
      }
      assert.equal(((await shown(id)) as { status: string }).status, 'reserved');
      assert.deepEqual(
        (await reasons(id)).sort(),
        [0, 1, 2, 3, 4].map((index) => `differs wrong-${index}`),
      );
      assert.equal((await audited('paid-other-amount')).length, 5);
      // The provider corrects what it told.
      granted(await paid(id, 'wrong-0', EUR_3));
      assert.equal(((await shown(id)) as { status: string }).status, 'paid');
      const dinar = await reserve('KW');
      assert.equal(refusal(await paid(dinar, 'kw-1', { minorUnits: 301, currency: 'KWD' })), '409 payment-differs');
      granted(await paid(dinar, 'kw-2', { minorUnits: 3010, currency: 'KWD' }));
    });

    it('that are told by no reference, or one that cannot be kept, are refused as malformed', async () => {
      const id = await reserve();
      for (const payment of ['', '   ', 'x'.repeat(256), 'a\0b', '\ud800']) {
        assert.equal(refusal(await paid(id, payment)), '400 malformed', JSON.stringify(payment.slice(0, 9)));
      }
      // Two long ones that begin alike are two.
      granted(await paid(id, `${'x'.repeat(254)}1`));
      granted(await paid(await reserve(), `${'x'.repeat(254)}2`));
    });

    it('that come after their request was cancelled are shown to customer and operator', async () => {
      const id = await reserve('CP-0001', 'cancelled key');
      const cancelled = granted(await at.ledger.cancelReservation({ client: 'app', id })) as { status: string };
      assert.equal(cancelled.status, 'cancelled');
      assert.deepEqual(await at.ledger.cancelReservation({ client: 'app', id }), cancelled, 'again changes nothing');
      assert.equal(refusal(await paid(id, 'after', EUR_3)), '410 cancelled');
      assert.equal(refusal(await paid(id, 'after', EUR_3)), '410 cancelled');
      assert.equal(refusal(await at.ledger.issueReserved({ client: 'app', id })), '410 cancelled');
      assert.deepEqual(await reasons(id), ['cancelled after']);
      const [stray] = (await shown(id)).paidWithoutCode!;
      assert.deepEqual(stray, {
        payment: 'after',
        toldAt: new Date(at.now).toISOString(),
        why: 'cancelled',
        amount: EUR_3,
        returnedAt: null,
      });
      assert.equal((await audited('paid-after-cancelling')).length, 1);
      const again = await at.ledger.reserve({
        client: 'app',
        station: 'CP-0001',
        amount: 60,
        idempotencyKey: 'cancelled key',
      });
      assert.equal(refusal(again), '410 cancelled');
    });

    it('win over a cancellation that comes later, and lose to one that came first', async () => {
      const id = await reserve();
      granted(await paid(id, 'first', EUR_3));
      assert.equal(refusal(await at.ledger.cancelReservation({ client: 'app', id })), '409 already-paid');
      assert.match(granted(await at.ledger.issueReserved({ client: 'app', id })).code, /^\d{10}$/);
      assert.equal(refusal(await at.ledger.cancelReservation({ client: 'app', id })), '409 already-paid');
      for (let round = 0; round < 10; round++) {
        const both = await reserve();
        const [pay, cancel] = await Promise.all([
          other.markPaid({ id: both, payment: `race-${round}`, amount: EUR_3 }),
          at.ledger.cancelReservation({ client: 'app', id: both }),
        ]);
        const outcome = ['refused' in pay ? refusal(pay) : 'paid', 'refused' in cancel ? refusal(cancel) : 'cancelled'];
        assert.ok(['paid,409 already-paid', '410 cancelled,cancelled'].includes(`${outcome}`), `${outcome}`);
      }
    });

    it('are cancelled by their own customer alone', async () => {
      const id = await reserve();
      assert.equal(refusal(await at.ledger.cancelReservation({ client: 'thief', id })), '404 unknown-request');
      assert.equal(
        refusal(await at.ledger.cancelReservation({ client: 'app', id: 'f'.repeat(32) })),
        '404 unknown-request',
      );
      const code = granted(await at.ledger.issue({ client: 'app', station: 'CP-0001', amount: 60 })).id;
      assert.equal(refusal(await at.ledger.cancelReservation({ client: 'app', id: code })), '404 unknown-request');
      assert.equal(((await shown(id)) as { status: string }).status, 'reserved');
    });

    it('that come too late or second, or whose code nobody fetched, are listed until they were given back', async () => {
      const [late, twice, waiting] = [await reserve('CP-0001', 'late key'), await reserve(), await reserve()];
      granted(await paid(twice, 'one', EUR_3));
      assert.equal(refusal(await paid(twice, 'two', EUR_3)), '409 paid-otherwise');
      granted(await paid(waiting, 'w', EUR_3));
      at.now += 600_000;
      assert.equal(refusal(await paid(late, 'l', EUR_3)), '410 lapsed');
      const replayed = await at.ledger.reserve({
        client: 'app',
        station: 'CP-0001',
        amount: 60,
        idempotencyKey: 'late key',
      });
      assert.equal(refusal(replayed), '410 lapsed', 'the key of a reservation that lapsed');
      granted(await at.ledger.issueReserved({ client: 'app', id: twice }));
      assert.deepEqual(await reasons(late), ['late l']);
      assert.deepEqual(await reasons(twice), ['second two']);
      assert.deepEqual(await reasons(waiting), ['not-issued w']);
      assert.equal((await at.ledger.statistics()).paidWithoutCode, (await open()).length);
      assert.equal((await shown(twice)).paidWithoutCode![0]!.why, 'second', 'also beside the code');

      const back = (payment: string, why = 'asked by phone') =>
        at.ledger.returnPayment({ payment, by: 'operator', why });
      for (const payment of ['l', 'two', 'w']) granted(await back(payment));
      assert.deepEqual(await back('l'), granted(await back('l')), 'again changes nothing');
      assert.deepEqual([await reasons(late), await reasons(twice), await reasons(waiting)], [[], [], []]);
      assert.equal(refusal(await back('one')), '409 code-issued');
      assert.equal(refusal(await back('none')), '404 unknown-payment');
      assert.equal(refusal(await at.ledger.issueReserved({ client: 'app', id: waiting })), '410 cancelled');
      assert.equal((await shown(waiting)).paidWithoutCode![0]!.returnedAt, new Date(at.now).toISOString());
      const entries = await audited('payment-returned');
      assert.deepEqual(
        entries.map(({ client }) => client),
        ['operator', 'operator', 'operator'],
      );
      assert.ok(entries.every(({ detail }) => detail?.endsWith('asked by phone')));
    });

    it('give a code or are given back, never both', async () => {
      for (let round = 0; round < 10; round++) {
        const id = await reserve();
        granted(await paid(id, `one of both ${round}`, EUR_3));
        const [issued, returned] = await Promise.all([
          other.issueReserved({ client: 'app', id }),
          at.ledger.returnPayment({ payment: `one of both ${round}`, by: 'operator', why: 'asked' }),
        ]);
        assert.notEqual('refused' in issued, 'refused' in returned, JSON.stringify([issued, returned]));
      }
    });

    it('come page by page, each once', async () => {
      for (const name of ['ä', '"', '支付', '%', 'ref.1']) {
        const id = await reserve();
        await at.ledger.cancelReservation({ client: 'app', id });
        await paid(id, name, EUR_3);
      }
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await at.ledger.listPayments({ limit: 2, after });
        seen.push(...page.items.map(({ payment }) => payment));
        after = page.next ?? undefined;
      } while (after !== undefined);
      assert.equal(new Set(seen).size, seen.length);
      assert.equal(seen.length, (await open()).length);
    });

    it('of a key that is used again give what became of them: the code once it is issued', async () => {
      const call = { client: 'app', station: 'CP-0001', amount: 60, idempotencyKey: 'to the end' };
      const { id } = granted(await at.ledger.reserve(call));
      granted(await paid(id, 'the end', EUR_3));
      assert.equal((granted(await at.ledger.reserve(call)) as { status: string }).status, 'paid');
      const issued = granted(await at.ledger.issueReserved({ client: 'app', id }));
      assert.deepEqual(await at.ledger.reserve(call), issued);
    });
  });

  describe(`a ledger of version 0.1.0 on ${kind}`, function () {
    this.timeout(60_000);
    const ID = {
      issued: 'f61a37ccc481f12507adbe52d84c5930',
      paid: 'd376651e15a7908d7d0e4bfd79aef4a1',
      twice: '301fa4495fe570723ec248c38f6acd69',
      unpaid: '1778a3fc230ac24789a73d8231183923',
    };

    it('keeps its payments, each for the request that it paid first, and goes on', async () => {
      const url = await oldLedger(kind);
      let now = Date.parse('2026-11-20T12:10:00Z');
      const ledger = await openLedger({ url, masterKey: MASTER_KEY, now: () => now });
      try {
        const { items } = await ledger.listPayments();
        assert.deepEqual(
          items.map(({ payment, request, why, amount }) => [payment, request, why, amount]),
          [['pay_2', ID.paid, 'not-issued', EUR_3]],
        );
        granted(await ledger.markPaid({ id: ID.twice, payment: 'pay_2' }));
        granted(await ledger.issueReserved({ client: 'app', id: ID.twice }));
        assert.equal(
          (await ledger.listPayments()).items.length,
          1,
          'that of the other request still is without a code',
        );
        granted(await ledger.issueReserved({ client: 'app', id: ID.paid }));
        assert.deepEqual((await ledger.listPayments()).items, []);
        assert.equal(granted(await ledger.issueReserved({ client: 'app', id: ID.issued })).code, '0328554372');
        assert.equal(refusal(await ledger.markPaid({ id: ID.unpaid, payment: 'pay_1' })), '409 payment-used');
        granted(await ledger.markPaid({ id: ID.unpaid, payment: 'pay_3', amount: EUR_3 }));
        now += 1000;
        granted(await ledger.updateStation('OLD', { name: 'A currency that is in no list goes on' }));
        granted(await ledger.issue({ client: 'app', station: 'OLD', amount: 30 }));
      } finally {
        await ledger.close();
      }
      const again = await openLedger({ url, masterKey: MASTER_KEY, now: () => now });
      assert.equal((await again.listPayments()).items.length, 1);
      await again.close();
    });
  });
}

async function oldLedger(kind: DatabaseKind): Promise<string> {
  const url = await freshUrl(kind);
  const statements = readFileSync(join(import.meta.dirname, 'ledger-0.1.0.sql'), 'utf8');
  if (kind === 'sqlite') {
    const path = url.slice('sqlite:'.length);
    mkdirSync(dirname(path), { recursive: true });
    const file = new DatabaseSync(path);
    file.exec(statements);
    file.close();
    return url;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statements);
  await client.end();
  return url;
}
