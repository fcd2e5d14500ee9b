// What the operator looks for: a part of a request's id as a customer reads it out, a day, a station, among what was settled too.
import assert from 'node:assert/strict';
import { receiptCode } from '../../../charging/codes/index.ts';
import { granted } from './answers.ts';
import { BOTH, TestLedger } from './databases.ts';

const DAY = 24 * 3600 * 1000;

for (const kind of BOTH) {
  describe(`the operator's lists on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    /** Of each code its station, its request's id, and when it was issued. */
    const sold: { station: string; request: string; day: number }[] = [];
    const start = Date.UTC(2026, 5, 1);

    before(async () => {
      at = await TestLedger.open(kind);
      for (const id of ['CP-0001', 'beef-07']) granted(await at.ledger.createStation({ id, sequence: 'counter' }));
      for (let day = 0; day < 6; day++) {
        at.now = start + day * DAY;
        for (const station of ['CP-0001', 'beef-07']) {
          const { id } = granted(await at.ledger.issue({ client: 'app', station, amount: 60 }));
          sold.push({ station, request: id, day });
          if (day % 2 === 1) continue;
          const provisioning = granted(await at.ledger.provisioning(station));
          const [latest] = (await at.ledger.listCodes({ station, limit: 1 })).items;
          const { unit, step, key } = provisioning;
          const receipt = receiptCode(Buffer.from(key, 'hex'), { unit, step, unused: 77, sequence: latest!.sequence });
          granted(await at.ledger.settle({ client: 'app', station, receipt }));
        }
      }
    });
    after(() => at.ledger.close());

    const date = (day: number) => new Date(start + day * DAY).toISOString().slice(0, 10);

    it('find a request by any part of its id from four digits on, in letters of either case', async () => {
      for (const { request } of sold) {
        for (const part of [request.slice(0, 8), request.slice(10, 20).toUpperCase(), request.slice(-6), request]) {
          const { items } = await at.ledger.listCodes({ search: part });
          assert.ok(
            items.some((item) => item.request === request),
            part,
          );
          assert.ok(
            items.every((item) => item.request!.includes(part.toLowerCase())),
            part,
          );
        }
      }
      assert.deepEqual((await at.ledger.listCodes({ search: 'abc' })).items, [], 'three digits are no part');
    });

    it('take what is a station’s id for that, though it could be part of a request’s', async () => {
      const { items } = await at.ledger.listCodes({ search: 'beef' });
      assert.deepEqual([...new Set(items.map(({ station }) => station))], ['beef-07']);
    });

    it('page through what holds a part, each once', async () => {
      const part = sold[0]!.request.slice(0, 4);
      const all = (await at.ledger.listCodes({ search: part })).items.map(({ request }) => request);
      const paged: (string | null)[] = [];
      let after: string | undefined;
      do {
        const page = await at.ledger.listCodes({ search: part, limit: 1, after });
        paged.push(...page.items.map(({ request }) => request));
        after = page.next ?? undefined;
      } while (after !== undefined);
      assert.deepEqual(paged, all);
    });

    it('show the codes of a day, of both stations or of one', async () => {
      const { items } = await at.ledger.listCodes({ from: date(2), to: date(4) });
      assert.deepEqual(
        items.map(({ request }) => request).sort(),
        sold
          .filter(({ day }) => day === 2 || day === 3)
          .map(({ request }) => request)
          .sort(),
      );
      const one = await at.ledger.listCodes({ search: 'CP-0001', from: date(2), to: date(3) });
      assert.deepEqual(
        one.items.map(({ request }) => request),
        sold.filter(({ day, station }) => day === 2 && station === 'CP-0001').map(({ request }) => request),
      );
    });

    it('search what was settled by station, by request and by the day it was settled', async () => {
      const settled = sold.filter(({ day }) => day % 2 === 0);
      const requests = (items: readonly { request: string | null }[]) => items.map(({ request }) => request).sort();
      const of = (chosen: typeof sold) => chosen.map(({ request }) => request).sort();
      assert.deepEqual(requests((await at.ledger.listSettled()).items), of(settled));
      assert.deepEqual(
        requests((await at.ledger.listSettled({ search: 'beef' })).items),
        of(settled.filter(({ station }) => station === 'beef-07')),
      );
      for (const { request } of settled) {
        assert.deepEqual(requests((await at.ledger.listSettled({ search: request })).items), [request]);
        assert.ok(requests((await at.ledger.listSettled({ search: request.slice(3, 13) })).items).includes(request));
      }
      assert.deepEqual((await at.ledger.listSettled({ search: sold.find(({ day }) => day === 1)!.request })).items, []);
      assert.deepEqual(
        requests((await at.ledger.listSettled({ from: date(2), to: date(4) })).items),
        of(settled.filter(({ day }) => day === 2)),
      );
      assert.deepEqual((await at.ledger.listSettled({ search: 'nowhere' })).items, []);
    });
  });
}
