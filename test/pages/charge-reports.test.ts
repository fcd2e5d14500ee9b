// Reports of chargers without a network, carried by the phone of whoever scanned them.
import assert from 'node:assert/strict';
import type { Worker } from 'playwright-core';
import { OfflineStation } from '../charging/cloud/offline-station.ts';
import { customersPage } from './customers-page.ts';
import { violations } from './support.ts';

describe("the customer's page, given a charger's report", function () {
  this.timeout(60_000);
  const here = customersPage();
  const { open, buy, text, codesOf, receiptFor, newTab } = here;

  /** A station whose newest voucher ended with so much left; of a made-up one where nothing was bought. */
  async function ended(id: string, unused: number, journal = '0a1b2c3d'): Promise<OfflineStation> {
    const ledger = await here.cloud.ledger();
    const provisioning = await ledger.provisioning(id);
    await ledger.close();
    assert.ok(!('refused' in provisioning));
    const [latest] = await codesOf(id);
    const box = new OfflineStation(id, {
      journal,
      key: Buffer.from(provisioning.key, 'hex'),
      keyVersion: provisioning.keyVersion,
    });
    if (latest) box.begin(latest.sequence, 2, 0, 1).end(latest.sequence, 1500, unused);
    return box;
  }
  const link = (id: string, report: string, receipt = '') =>
    `${here.cloud.url}/charge/${id}#report=${report}${receipt && `&receipt=${receipt}`}`;
  const heardOf = async (id: string) => {
    const ledger = await here.cloud.ledger();
    try {
      const health = await ledger.stationReports(id);
      assert.ok(!('refused' in health));
      return health;
    } finally {
      await ledger.close();
    }
  };
  const arrived = () => here.page.waitForSelector('#report-state:has-text("arrived")');

  it('sends it, and shows what the charge came to and the refund, without typing', async () => {
    await open('CP-0001');
    await buy();
    const box = await ended('CP-0001', 93);
    await here.page.goto('about:blank');
    await here.page.goto(link('CP-0001', box.report(Date.now()), await receiptFor('CP-0001', 93)));
    await arrived();
    assert.equal(await text('#report-figures'), 'The last charge here, at outlet 1: 25 min of 60 min.');
    await here.page.waitForSelector('#refunded:has-text("€1.80")');
    assert.equal(await here.page.locator('#problem').isVisible(), false);
    assert.equal(new URL(here.page.url()).hash, '');
    const [code] = await codesOf('CP-0001');
    assert.equal(code?.settledAt !== null, true);
    assert.deepEqual(await violations(here.page), []);
  });

  it('sends it for who came only to look, without a word of refunds', async () => {
    const box = await ended('CP-0001', 93);
    await here.page.goto(link('CP-0001', box.report(Date.now()), await receiptFor('CP-0001', 93)));
    await arrived();
    assert.equal(await here.page.locator('#problem').isVisible(), false);
    assert.equal(await text('#refunded'), '');
  });

  it('keeps those of several chargers without signal, and sends them when it is back', async () => {
    await open('CP-0002');
    await here.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    const one = await ended('CP-0002', 0);
    const other = await ended('WH-0001', 0);
    await here.phone.setOffline(true);
    await here.page.goto('about:blank');
    await here.page.goto(link('CP-0002', one.report(Date.now())));
    await here.page.waitForSelector('#report-state:has-text("Kept on this phone: 1")');
    await (await newTab()).goto(link('WH-0001', other.report(Date.now())));
    await here.page.waitForSelector('#report-state:has-text("Kept on this phone: 2")');
    assert.equal((await heardOf('CP-0002')).heardAt, null);
    await here.phone.setOffline(false);
    await arrived();
    for (const id of ['CP-0002', 'WH-0001']) assert.notEqual((await heardOf(id)).heardAt, null, id);
    assert.equal(await here.page.evaluate(() => localStorage.getItem('charge-reports')), '[]');
  });

  it('leaves it to the worker, which sends it when the page is closed', async () => {
    await open('SITE-01');
    await here.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    const box = await ended('SITE-01', 0);
    await here.phone.setOffline(true);
    await here.page.goto('about:blank');
    await here.page.goto(link('SITE-01', box.report(Date.now())));
    await here.page.waitForSelector('#report-state:has-text("Kept on this phone: 1")');
    const [worker] = here.phone.serviceWorkers() as [Worker];
    const left = () => worker.evaluate(async () => (await (await caches.open('reports')).keys()).length);
    while ((await left()) === 0) await here.page.waitForTimeout(50);
    await here.page.goto('about:blank');
    await here.phone.setOffline(false);
    const synchronize = () =>
      worker.evaluate(async () => {
        // As the browser does by itself when there is signal.
        const waited: Promise<unknown>[] = [];
        const event = Object.assign(new Event('sync'), {
          tag: 'reports',
          waitUntil: (work: Promise<unknown>) => waited.push(work),
        });
        self.dispatchEvent(event);
        await Promise.all(waited);
      });
    // Others lie before and after it; one is refused for good, and the cloud is away when it comes to the last.
    await worker.evaluate(async () => {
      const cache = await caches.open('reports');
      const [request] = await cache.keys();
      const [own] = await (await cache.match(request!))!.json();
      const others = [{ station: 'SITE-01', text: 'AAAA' }, own, { station: 'CP-0002', text: 'BBBB' }];
      await cache.put(request!, new Response(JSON.stringify(others)));
      const fetched = self.fetch;
      Object.assign(self, {
        fetch: (url: string, init: RequestInit) =>
          url.includes('CP-0002') ? Promise.resolve(new Response('', { status: 503 })) : fetched(url, init),
        again: () => Object.assign(self, { fetch: fetched }),
      });
    });
    await assert.rejects(synchronize(), /503/);
    assert.notEqual((await heardOf('SITE-01')).heardAt, null);
    const texts = () =>
      worker.evaluate(async () => {
        const cache = await caches.open('reports');
        return (await (await cache.match((await cache.keys())[0]!))!.json()).map(
          (entry: { text: string }) => entry.text,
        );
      });
    assert.deepEqual(await texts(), ['BBBB']);
    await worker.evaluate(() => (self as unknown as { again(): void }).again());
    await synchronize();
    assert.equal(await left(), 0);
  });

  /** Scanned where there is no signal, from the page of another charger or none. */
  const scanOffline = async (id: string, report: string, receipt = '') => {
    await here.page.goto('about:blank');
    await here.page.goto(link(id, report, receipt));
    await here.page.waitForSelector('#report-state:has-text("Kept on this phone")');
  };

  it('shows the refund when it is sent later, by the page of another charger, and the tab that scanned it is closed', async () => {
    await open('SITE-01');
    await buy();
    await open('CP-0001');
    await buy();
    await here.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    const boxes = [await ended('SITE-01', 31, '0a1b2c3e'), await ended('CP-0001', 93, '0a1b2c3e')] as const;
    await here.phone.setOffline(true);
    await scanOffline('SITE-01', boxes[0].report(Date.now()), await receiptFor('SITE-01', 31));
    await scanOffline('CP-0001', boxes[1].report(Date.now()), await receiptFor('CP-0001', 93));
    await here.page.close();
    await newTab();
    await here.phone.setOffline(false);
    await here.page.goto(`${here.cloud.url}/charge/CP-0001`);
    await here.page.waitForSelector('#refunded:has-text("€1.80")');
    await here.page.goto(`${here.cloud.url}/charge/SITE-01`);
    await here.page.waitForSelector('#codes:has-text("12 min refunded")');
    assert.equal(await here.page.inputValue('#receipt'), '');
  });

  it('lets none keep the others waiting: what is no report, and what the cloud fails at', async () => {
    await open('CP-0002');
    await here.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    const failing = (await ended('SITE-01', 0, '0a1b2c3f')).report(Date.now());
    const good = (await ended('CP-0002', 0, '0a1b2c3f')).report(Date.now());
    let failed = 0;
    await here.phone.route('**/stations/SITE-01/reports', (route) => {
      failed += 1;
      return route.fulfill({ status: 500, headers: { 'retry-after': '1' }, body: 'no' });
    });
    await here.page.goto('about:blank');
    await here.page.goto(link('CP-0002', 'A'.repeat(5000)));
    await here.page.waitForSelector('#problem:has-text("does not count")');
    await here.phone.setOffline(true);
    await scanOffline('SITE-01', failing);
    await scanOffline('CP-0002', 'A'.repeat(4000));
    await scanOffline('CP-0002', good);
    await here.phone.setOffline(false);
    await here.page.waitForSelector('#report-state:has-text("Kept on this phone: 1")');
    assert.notEqual((await heardOf('CP-0002')).heardAt, null);
    assert.ok(failed > 0);
    await here.phone.unroute('**/stations/SITE-01/reports');
    await arrived();
  });

  it('says of one that the charger did not make that it does not count, and drops it', async () => {
    const box = await ended('CP-0002', 0, '99999999');
    await here.page.goto(link('CP-0001', box.report(Date.now())));
    await here.page.waitForSelector('#problem:has-text("does not count")');
    assert.equal(await here.page.evaluate(() => localStorage.getItem('charge-reports')), '[]');
  });
});
