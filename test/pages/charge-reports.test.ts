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
    await worker.evaluate(async () => {
      // As the browser does by itself when there is signal.
      const waited: Promise<unknown>[] = [];
      const event = Object.assign(new Event('sync'), {
        tag: 'reports',
        waitUntil: (work: Promise<unknown>) => waited.push(work),
      });
      self.dispatchEvent(event);
      await Promise.all(waited);
    });
    assert.notEqual((await heardOf('SITE-01')).heardAt, null);
    assert.equal(await left(), 0);
  });

  it('says of one that the charger did not make that it does not count, and drops it', async () => {
    const box = await ended('CP-0002', 0, '99999999');
    await here.page.goto(link('CP-0001', box.report(Date.now())));
    await here.page.waitForSelector('#problem:has-text("does not count")');
    assert.equal(await here.page.evaluate(() => localStorage.getItem('charge-reports')), '[]');
  });
});
