import assert from 'node:assert/strict';
import {
  compactCode,
  longCode,
  serviceCodeOf,
  stationKeyOf,
  wideCode,
  wideLongCode,
} from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, MASTER_KEY_HEX, type TestLedger } from './databases.ts';
import { freshLedger } from './fresh-ledger.ts';

const key = (station: string, version = 1) => stationKeyOf(MASTER_KEY_HEX, station, version);
const SLOT = Date.parse('2026-11-22T12:00:00Z') / 300_000;

for (const kind of BOTH) {
  describe(`issuing codes on ${kind}`, function () {
    this.timeout(60_000);
    const here = freshLedger(kind);
    const { station } = here;
    let at: TestLedger;
    before(async () => {
      at = here.at;
      granted(await at.ledger.createStation({ id: 'CP-0001' }));
    });
    const issue = (id: string, amount: number, idempotencyKey?: string, client = 'app') =>
      at.ledger.issue({ client, station: id, amount, idempotencyKey });

    it('gives the code of the slot that the clock is in, as an independent implementation makes it', async () => {
      const answer = granted(await issue('CP-0001', 60));
      assert.equal(answer.code, compactCode(key('CP-0001'), 'min', 30, 2, SLOT));
      assert.equal(answer.display.replaceAll(' ', ''), answer.code);
      assert.deepEqual(
        { ...answer, id: '', code: '', display: '', rescue: answer.rescue.expiresAt },
        {
          id: '',
          station: 'CP-0001',
          amount: 60,
          unit: 'min',
          code: '',
          display: '',
          issuedAt: '2026-11-22T12:00:00.000Z',
          expiresAt: '2026-11-22T14:00:00.000Z',
          // The same voucher in 12 digits, which the station hears for two hours more.
          rescue: '2026-11-22T16:00:00.000Z',
        },
      );
    });

    it('numbers a station without a clock from 1, one by one, and its codes do not expire by time', async () => {
      const id = await station({ sequence: 'counter', unit: 'Wh', step: 500 });
      const codes = [granted(await issue(id, 500)), granted(await issue(id, 1000)), granted(await issue(id, 15_500))];
      assert.deepEqual(
        codes.map(({ code }) => code),
        [1, 2, 31].map((quantity, index) => compactCode(key(id), 'Wh', 500, quantity, index + 1)),
      );
      assert.ok(codes.every(({ expiresAt }) => expiresAt === null));
    });

    it('runs at most an eighth of the window ahead of the clock, and says when to come back', async () => {
      for (const [layout, ahead] of [
        ['compact', 4],
        ['long', 8],
        ['wide', 128],
      ] as const) {
        const id = await station({ layout });
        for (let i = 0; i <= ahead; i++) granted(await issue(id, 30));
        at.now += 100_000;
        const answer = await issue(id, 30);
        assert.equal(refusal(answer), '429 too-many-codes');
        assert.equal((answer as { refused: { retryAfterSeconds: number } }).refused.retryAfterSeconds, 200);
        at.now += 199_000;
        assert.equal(refusal(await issue(id, 30)), '429 too-many-codes');
        at.now += 1000;
        granted(await issue(id, 30));
        granted(await at.ledger.synchronize({ client: 'app', station: id }));
      }
    });

    it('tells neither who paid nor an operator to wait by what was drawn without payment', async () => {
      const id = await station({ price: { minorUnits: 100, currency: 'EUR' } });
      const slot = Math.floor(at.now / 300_000);
      let payments = 0;
      const buy = async () => {
        const reserved = granted(await at.ledger.reserve({ client: 'buyer', station: id, amount: 60 }));
        granted(await at.ledger.markPaid({ id: reserved.id, payment: `${id} ${++payments}` }));
        return at.ledger.issueReserved({ client: 'buyer', id: reserved.id });
      };
      const service = () => at.ledger.serviceCode({ client: 'op', station: id, operation: 'clear-lockout' });
      for (let ahead = 0; ahead <= 4; ahead++) granted(await issue(id, 30));
      assert.equal(refusal(await issue(id, 30)), '429 too-many-codes');

      const paid = granted(await buy());
      // In 10 digits a station would take it as proof of a slot that has not come.
      assert.equal(paid.code, longCode(key(id), 'min', 30, 2, slot + 5));
      assert.equal(paid.rescue.code, paid.code);
      assert.equal(paid.expiresAt, paid.rescue.expiresAt);
      assert.deepEqual(granted(await at.ledger.request({ client: 'buyer', id: paid.id })), paid);
      const compact = await at.ledger.request({ client: 'buyer', id: paid.id, layout: 'compact' });
      assert.equal(refusal(compact), '422 layout-too-small');

      assert.equal(granted(await service()).code, serviceCodeOf(key(id), 'clear-lockout', slot + 6));
      assert.equal(granted(await buy()).code, longCode(key(id), 'min', 30, 2, slot + 7));
      assert.equal(granted(await buy()).code, longCode(key(id), 'min', 30, 2, slot + 8));
      assert.equal(refusal(await buy()), '429 too-many-codes');
      for (let ahead = 9; ahead <= 12; ahead++) {
        assert.equal(granted(await service()).code, serviceCodeOf(key(id), 'clear-lockout', slot + ahead));
      }
      assert.equal(refusal(await service()), '429 too-many-codes');
    });

    it('gives what was paid for in the usual digits where its number is within an eighth of the window', async () => {
      const id = await station();
      const slot = Math.floor(at.now / 300_000);
      for (let ahead = 0; ahead < 4; ahead++) granted(await issue(id, 30));
      const reserved = granted(await at.ledger.reserve({ client: 'buyer', station: id, amount: 30 }));
      granted(await at.ledger.markPaid({ id: reserved.id, payment: `${id} 1` }));
      const paid = granted(await at.ledger.issueReserved({ client: 'buyer', id: reserved.id }));
      assert.equal(paid.code, compactCode(key(id), 'min', 30, 1, slot + 4));
    });

    it('draws vouchers and service codes from one line of numbers', async () => {
      const id = await station({ sequence: 'counter' });
      const first = granted(await issue(id, 30));
      const service = granted(await at.ledger.serviceCode({ client: 'op', station: id, operation: 'test-relay' }));
      const last = granted(await issue(id, 30));
      assert.equal(first.code, compactCode(key(id), 'min', 30, 1, 1));
      assert.equal(service.code, serviceCodeOf(key(id), 'test-relay', 2));
      assert.equal(last.code, compactCode(key(id), 'min', 30, 1, 3));
      assert.equal(service.display.replaceAll(' ', ''), service.code);
    });

    it('gives all who synchronize within a slot the same code, which draws no number', async () => {
      const id = await station();
      const slot = Math.floor(at.now / 300_000);
      const code = async (client: string) => granted(await at.ledger.synchronize({ client, station: id })).code;
      const asked = await Promise.all(Array.from({ length: 200 }, (_, index) => code(`stranger ${index}`)));
      assert.deepEqual(new Set(asked), new Set([serviceCodeOf(key(id), 'synchronize', slot)]));
      const reserved = granted(await at.ledger.reserve({ client: 'buyer', station: id, amount: 30 }));
      granted(await at.ledger.markPaid({ id: reserved.id, payment: 'p 1' }));
      const paid = granted(await at.ledger.issueReserved({ client: 'buyer', id: reserved.id }));
      assert.equal(paid.code, compactCode(key(id), 'min', 30, 1, slot));
      granted(await at.ledger.serviceCode({ client: 'op', station: id, operation: 'clear-lockout' }));
      assert.equal((await at.ledger.listCodes({ station: id })).items.length, 2);
      at.now += 300_000;
      assert.equal(await code('later'), serviceCodeOf(key(id), 'synchronize', slot + 1));
    });

    it('synchronizes a counter to the newest number drawn, however often it is asked', async () => {
      const id = await station({ sequence: 'counter' });
      const code = async () => granted(await at.ledger.synchronize({ client: 'app', station: id })).code;
      assert.equal(await code(), serviceCodeOf(key(id), 'synchronize', 0));
      for (let i = 0; i < 3; i++) granted(await issue(id, 30));
      for (let i = 0; i < 100; i++) assert.equal(await code(), serviceCodeOf(key(id), 'synchronize', 3));
      assert.equal(granted(await issue(id, 30)).code, compactCode(key(id), 'min', 30, 1, 4));
    });

    it('goes on after the numbers that synchronizations had drawn before', async () => {
      const id = await station({ sequence: 'counter' });
      granted(await at.ledger.serviceCode({ client: 'op', station: id, operation: 'test-relay' }));
      await at.execute(
        `UPDATE codes SET kind = 1 WHERE sequence = 1 AND station = (SELECT number FROM stations WHERE id = '${id}')`,
      );
      const { items } = await at.ledger.listCodes({ station: id });
      assert.deepEqual(
        items.map(({ kind, sequence }) => [kind, sequence]),
        [['synchronize', 1]],
      );
      assert.equal(granted(await issue(id, 30)).code, compactCode(key(id), 'min', 30, 1, 2));
      const sync = granted(await at.ledger.synchronize({ client: 'app', station: id }));
      assert.equal(sync.code, serviceCodeOf(key(id), 'synchronize', 2));
    });

    it('sells only multiples of the step, up to what the layout holds', async () => {
      const compact = await station();
      const long = await station({ layout: 'long', step: 5 });
      for (const amount of [0, -30, 45, 1e9, 0.5, 961, 1e300, 29.999999, 30 * 32]) {
        assert.equal(refusal(await issue(compact, amount)), '422 amount-not-sold', String(amount));
      }
      granted(await issue(compact, 30 * 31));
      granted(await issue(long, 5 * 155));
      assert.equal(refusal(await issue(long, 5 * 156)), '422 amount-not-sold');
      for (const amount of ['60', null, Number.NaN, Number.POSITIVE_INFINITY, undefined, {}]) {
        assert.equal(refusal(await issue(compact, amount as number)), '400 malformed');
      }
    });

    it('knows no station that was not made, and keeps strange ids in the audit', async () => {
      for (const id of [
        'CP-9999',
        '',
        "'; drop table codes; --",
        'a/b',
        'line\nbreak',
        '\0',
        '\ud800',
        'x'.repeat(300),
      ]) {
        assert.equal(refusal(await issue(id, 30)), '404 unknown-station');
        assert.equal(
          refusal(await at.ledger.reserve({ client: 'app', station: id, amount: 30 })),
          '404 unknown-station',
        );
        assert.equal(refusal(await at.ledger.station(id)), '404 unknown-station');
        assert.equal(
          refusal(await at.ledger.settle({ client: 'app', station: id, receipt: '1' })),
          '404 unknown-station',
        );
      }
      const { items } = await at.ledger.listAudit({ limit: 500 });
      assert.ok(items.some(({ action, detail }) => action === 'strange-station-id' && detail?.includes('drop table')));
      granted(await issue('CP-0001', 30));
    });

    it('draws the numbers of calls that arrive together each once, also for many stations', async () => {
      const ids = [await station({ sequence: 'counter' }), await station({ sequence: 'counter' })];
      const answers = await Promise.all(
        Array.from({ length: 300 }, (_, index) => issue(ids[index % 2]!, 30 * (1 + (index % 31)))),
      );
      assert.equal(new Set(answers.map((answer) => granted(answer).id)).size, 300);
      for (const id of ids) {
        const { items } = await at.ledger.listCodes({ station: id, limit: 500 });
        assert.deepEqual(
          items.map(({ sequence }) => sequence),
          Array.from({ length: 150 }, (_, index) => 150 - index),
        );
      }
    });

    it('answers the good calls of a batch when others in it are refused', async () => {
      const id = await station({ sequence: 'counter' });
      const answers = await Promise.all([issue(id, 30), issue('nowhere', 30), issue(id, 31), issue(id, 60)]);
      assert.equal(granted(answers[0]!).code, compactCode(key(id), 'min', 30, 1, 1));
      assert.equal(refusal(answers[1]), '404 unknown-station');
      assert.equal(refusal(answers[2]), '422 amount-not-sold');
      assert.equal(granted(answers[3]!).code, compactCode(key(id), 'min', 30, 2, 2));
    });

    describe('with an idempotency key', function () {
      this.timeout(60_000);
      it('gives the same answer again, and 409 for another body', async () => {
        const id = await station({ sequence: 'counter' });
        const other = await station({ sequence: 'counter' });
        const first = granted(await issue(id, 60, 'key one'));
        assert.deepEqual(await issue(id, 60, 'key one'), first);
        at.now += 86_400_000;
        assert.deepEqual(await issue(id, 60, 'key one'), first);
        assert.equal(refusal(await issue(id, 90, 'key one')), '409 idempotency-key-reused');
        assert.equal(refusal(await issue(other, 60, 'key one')), '409 idempotency-key-reused');
        const sync = await at.ledger.synchronize({ client: 'app', station: id, idempotencyKey: 'key one' });
        assert.equal(refusal(sync), '409 idempotency-key-reused');
        assert.notEqual(granted(await issue(id, 60, 'key two')).code, first.code);
      });

      it('remembers it for three days, and takes the key as a new one then', async () => {
        const id = await station({ sequence: 'counter' });
        const first = granted(await issue(id, 60, 'three days'));
        at.now += 3 * 86_400_000 - 1;
        assert.deepEqual(await issue(id, 60, 'three days'), first);
        at.now += 1;
        const second = granted(await issue(id, 60, 'three days'));
        assert.notEqual(second.id, first.id);
        assert.deepEqual(await issue(id, 60, 'three days'), second);
      });

      it('keeps the keys of each client apart', async () => {
        const id = await station({ sequence: 'counter' });
        const mine = granted(await issue(id, 60, 'same', 'one'));
        const theirs = granted(await issue(id, 90, 'same', 'two'));
        assert.notEqual(mine.id, theirs.id);
        assert.deepEqual(await issue(id, 60, 'same', 'one'), mine);
      });

      it('gives one code for calls that arrive together, and 409 to those among them with another body', async () => {
        const id = await station({ sequence: 'counter' });
        const answers = await Promise.all(
          Array.from({ length: 40 }, (_, index) => issue(id, index % 4 === 3 ? 90 : 60, 'together')),
        );
        const first = granted(answers[0]!);
        for (const [index, answer] of answers.entries()) {
          if (index % 4 === 3) assert.equal(refusal(answer), '409 idempotency-key-reused');
          else assert.deepEqual(answer, first);
        }
        assert.equal((await at.ledger.listCodes({ station: id })).items.length, 1);
      });

      it('holds for synchronizations too, and is free again after a refusal', async () => {
        const id = await station({ sequence: 'counter' });
        const sync = () => at.ledger.synchronize({ client: 'app', station: id, idempotencyKey: 'sync' });
        const first = granted(await sync());
        granted(await issue(id, 30));
        at.now += 3_600_000;
        assert.deepEqual(await sync(), first);
        const other = await station({ sequence: 'counter' });
        const elsewhere = await at.ledger.synchronize({ client: 'app', station: other, idempotencyKey: 'sync' });
        assert.equal(refusal(elsewhere), '409 idempotency-key-reused');
        assert.equal(refusal(await issue(id, 30, 'sync')), '409 idempotency-key-reused');
        assert.equal(refusal(await issue(id, 31, 'again')), '422 amount-not-sold');
        granted(await issue(id, 30, 'again'));
        assert.equal(refusal(await issue(id, 30, '')), '400 malformed');
        assert.equal(refusal(await issue(id, 30, 'x'.repeat(256))), '400 malformed');
      });
    });

    describe('and showing them again', function () {
      this.timeout(60_000);
      it('shows the same voucher in either layout, each with its own expiry', async () => {
        const id = await station();
        const slot = Math.floor(at.now / 300_000);
        const issued = granted(await issue(id, 60));
        assert.deepEqual(await at.ledger.request({ client: 'app', id: issued.id }), issued);
        assert.deepEqual(await at.ledger.request({ client: 'app', id: issued.id, layout: 'compact' }), issued);
        const long = granted(await at.ledger.request({ client: 'app', id: issued.id, layout: 'long' }));
        assert.deepEqual(long, {
          ...issued,
          code: longCode(key(id), 'min', 30, 2, slot),
          display: (long as { display: string }).display,
          expiresAt: new Date((slot + 48) * 300_000).toISOString(),
        });
      });

      it('of a wide station are of its own family, and no other', async () => {
        const id = await station({ layout: 'wide', slotSeconds: 120 });
        const n = Math.floor(at.now / 120_000);
        const issued = granted(await issue(id, 97 * 30));
        assert.equal(issued.code, wideCode(key(id), 'min', 30, 97, n));
        assert.equal(issued.rescue.code, wideLongCode(key(id), 'min', 30, 97, n));
        assert.equal(issued.rescue.display.replaceAll(' ', ''), issued.rescue.code);
        const expiresAt = new Date((n + 768) * 120_000).toISOString();
        assert.deepEqual([issued.expiresAt, issued.rescue.expiresAt], [expiresAt, expiresAt]);
        for (const layout of ['rescue', 'long'] as const) {
          const again = granted(await at.ledger.request({ client: 'app', id: issued.id, layout })) as typeof issued;
          assert.equal(again.code, issued.rescue.code);
        }
        assert.equal(
          refusal(await at.ledger.request({ client: 'app', id: issued.id, layout: 'compact' })),
          '422 layout-too-small',
        );
        assert.equal(refusal(await issue(id, 98 * 30)), '422 amount-not-sold');
        // Once it sells wide codes no more, what it sold stays what it was.
        granted(await at.ledger.updateStation(id, { layout: 'compact' }));
        assert.deepEqual(await at.ledger.request({ client: 'app', id: issued.id }), issued);
      });

      it('refuses the compact layout for more than it holds', async () => {
        const id = await station({ layout: 'long' });
        const issued = granted(await issue(id, 30 * 32));
        const answer = await at.ledger.request({ client: 'app', id: issued.id, layout: 'compact' });
        assert.equal(refusal(answer), '422 layout-too-small');
      });

      it('shows it to nobody else, and audits who asked', async () => {
        const id = await station({ sequence: 'counter' });
        const issued = granted(await issue(id, 60));
        await at.ledger.serviceCode({ client: 'app', station: id, operation: 'clear-lockout' });
        assert.equal(refusal(await at.ledger.request({ client: 'spy', id: issued.id })), '404 unknown-request');
        for (const made of ['0'.repeat(32), 'f'.repeat(32), issued.id.toUpperCase(), '', "' or 1=1", `${issued.id}0`]) {
          assert.equal(refusal(await at.ledger.request({ client: 'spy', id: made })), '404 unknown-request');
        }
        const { items } = await at.ledger.listAudit({ limit: 500 });
        const spied = items.filter(({ client }) => client === 'spy').map(({ action }) => action);
        assert.deepEqual(spied.toSorted(), ['foreign-request', ...Array(6).fill('made-up-request-id')]);
      });

      it('has ids that neither count nor resemble each other', async () => {
        const id = await station({ sequence: 'counter' });
        const ids = new Set<string>();
        for (let i = 0; i < 20; i++) ids.add(granted(await issue(id, 30)).id.slice(0, 8));
        assert.equal(ids.size, 20);
      });
    });

    it('keeps the terms that a voucher was sold under, whatever the station sells later', async () => {
      const id = await station({ sequence: 'counter', price: { minorUnits: 150, currency: 'EUR' } });
      const issued = granted(await issue(id, 60));
      assert.deepEqual(issued.price, { minorUnits: 300, currency: 'EUR' });
      granted(
        await at.ledger.updateStation(id, { step: 20, keyVersion: 2, price: { minorUnits: 999, currency: 'CNY' } }),
      );
      assert.deepEqual(await at.ledger.request({ client: 'app', id: issued.id }), issued);
      const next = granted(await issue(id, 60));
      assert.equal(next.code, compactCode(key(id, 2), 'min', 20, 3, 2));
      assert.deepEqual(next.price, { minorUnits: 2997, currency: 'CNY' });
    });

    it('gives a retired station nothing, and still shows what it was given', async () => {
      const id = await station({ sequence: 'counter' });
      const issued = granted(await issue(id, 60));
      granted(await at.ledger.retireStation(id));
      assert.equal(refusal(await issue(id, 60)), '410 retired-station');
      assert.equal(refusal(await at.ledger.synchronize({ client: 'app', station: id })), '410 retired-station');
      assert.deepEqual(await at.ledger.request({ client: 'app', id: issued.id }), issued);
    });
  });
}
