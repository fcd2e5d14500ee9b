// What reports told, on the dashboard: stations at a glance, what is not known of them, alarms.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { OfflineStation } from '../charging/cloud/offline-station.ts';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { operatorsPage, plain } from './operators-page.ts';

describe("the operator's dashboard: reports", function () {
  this.timeout(60_000);
  const here = operatorsPage();
  const { open, row } = here;
  let page: Page;
  let cloud: Cloud;
  beforeEach(() => {
    ({ page, cloud } = here);
  });

  async function report(id: string, make: (box: OfflineStation) => void): Promise<void> {
    const ledger = await cloud.ledger();
    const provisioning = await ledger.provisioning(id);
    await ledger.close();
    assert.ok(!('refused' in provisioning));
    const box = new OfflineStation(id, { key: Buffer.from(provisioning.key, 'hex') });
    make(box);
    const heard = await cloud.call('POST', `/stations/${id}/reports`, { report: box.report(Date.now()) });
    assert.equal(heard.status, 200);
  }

  it('shows each station by its newest report, with what is not known and what is wrong', async () => {
    await report('WH-0001', (box) => {
      // The twenty that were sold to it; the first was closed and is not listed.
      for (let n = 1; n <= 20; n++) box.begin(n, 2, 0).end(n, 1000);
      box.begin(21, 1, 0).end(21, 500);
      Object.assign(box, { meterWh: 20_600, faults: [3, 99], lockouts: 2, wrongGuesses: 11, closings: 2500 });
    });
    await open('reports');
    const station = plain(await row('Mill Lane').innerText());
    for (const words of [
      /21 ended.*1 of them not known, 1 that nobody bought/,
      /20\.5 kWh, metered 20\.6 kWh/,
      /11 wrong, locked 2 times/,
    ]) {
      assert.match(station.replace(/\s+/g, ' '), words);
    }
    assert.match(station, /contactor closed that should be open, fault 99/);
    assert.match(station, /2\.5% of their life/);
    assert.match(await row('Harbour').innerText(), /never/);

    const alarms = page.locator('section:has(h2:has-text("Alarms")) tbody tr');
    assert.equal(await alarms.count(), 3);
    const cloned = alarms.filter({ hasText: 'somebody else has its key' });
    assert.match(plain(await cloned.innerText()), /number 21, outlet 1, steps: 1/);
    await cloned.locator('button').click();
    await page.waitForFunction(
      () => document.querySelectorAll('section h2 ~ table tbody tr, .card .heading ~ table tbody tr').length === 2,
    );

    await row('Mill Lane').last().locator('button').click();
    await page.waitForSelector('dialog[open]:has-text("voucher 1, as they ended")');
    await page.keyboard.press('Escape');
    await page.selectOption('form.filter select', 'missing');
    await page.waitForFunction(() => !document.body.innerText.includes('Harbour, bay 3'));
    await page.click('button[lang="zh-CN"]');
    await page.waitForSelector('td:has-text("其中 1 未知")');
  });

  it('says on the overview that there are alarms, and leads to them', async () => {
    await open('overview');
    await page.click('.tiles a:has-text("alarms to look at")');
    await page.waitForSelector('h1:has-text("Reports")');
  });
});
