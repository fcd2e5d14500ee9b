import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { launchBrowser } from '../support/browser.ts';
import { complaints, LANGUAGES, SIZES, violations, visitor } from './support.ts';

describe("the operator's button for a new memory card", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let wrong: string[];

  before(async () => {
    [cloud, browser] = await Promise.all([Cloud.start(), launchBrowser()]);
    for (const id of ['CARD-1', 'CARD-2']) {
      const body = { id, sequence: 'counter', price: { minorUnits: 150, currency: 'EUR' } };
      assert.equal((await cloud.call('POST', '/stations', body)).status, 201);
      assert.equal((await cloud.call('GET', `/stations/${id}/provisioning`)).status, 200);
      for (let sold = 0; sold < 2; sold++) {
        assert.equal((await cloud.call('POST', '/charging-requests', { station: id, amount: 60 })).status, 201);
      }
    }
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
  });
  const begin = async (locale: string) => {
    context = await visitor(browser, { viewport: SIZES[1], locale });
    page = await context.newPage();
    wrong = complaints(page);
  };
  const open = async (name: string) => {
    await page.goto(`${cloud.url}/dashboard/${name}`);
    await page.waitForSelector('.operator h1');
    await page.waitForSelector('.operator[aria-busy="false"]');
  };
  const row = (words: string) => page.locator(`tbody tr:has-text("${words}")`);
  afterEach(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });

  it('warns, says how many codes become void, raises the key version and gives the file at once', async () => {
    await begin('en-GB');
    await open('stations');
    await row('CARD-1').locator('button:has-text("New SD card / new key")').click();
    const dialog = page.locator('dialog[open]');
    await dialog.locator('h2:has-text("Give CARD-1 a new key?")').waitFor();
    const words = await dialog.innerText();
    assert.match(words, /before the station starts on a new memory card or on one restored from an image/);
    assert.match(words, /Up to 2 codes that were sold and may not have been typed yet become void/);
    assert.deepEqual(await violations(page), []);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.locator('button:has-text("New key and file")').click(),
    ]);
    assert.equal(file.suggestedFilename(), 'station-CARD-1.json');
    const given = JSON.parse(readFileSync((await file.path())!, 'utf8'));
    assert.deepEqual(
      [given.station, given.keyVersion, given.new, given.page],
      ['CARD-1', 2, true, `${cloud.url}/charge/CARD-1`],
    );
    await page.locator('dialog[open]:has-text("CARD-1 has key version 2 now")').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.click('dialog[open] button:has-text("Done")');

    await open('codes');
    const sold = row('CARD-1');
    assert.equal(await sold.count(), 2);
    await sold.first().locator('button:has-text("Refund")').click();
    await page.fill('dialog[open] input', 'new memory card');
    await page.click('dialog[open] button:has-text("Refund")');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    await page.locator('tbody tr:has-text("CARD-1"):has-text("€3.00"):has-text("unused")').waitFor();
    assert.match(await row('CARD-1').last().innerText(), /void: of an earlier key/);
  });

  it('begins with the question however many codes become void, on a phone too', async () => {
    const body = { id: 'CARD-3', sequence: 'counter', price: { minorUnits: 150, currency: 'EUR' } };
    assert.equal((await cloud.call('POST', '/stations', body)).status, 201);
    assert.equal((await cloud.call('GET', '/stations/CARD-3/provisioning')).status, 200);
    for (let sold = 0; sold < 30; sold++)
      assert.equal((await cloud.call('POST', '/charging-requests', { station: 'CARD-3', amount: 60 })).status, 201);
    await begin('en-GB');
    await page.setViewportSize(SIZES[0]);
    await open('stations');
    await row('CARD-3').locator('button:has-text("New SD card / new key")').click();
    await page.waitForFunction(() => document.querySelectorAll('dialog[open] li').length === 30);
    const heading = (await page.locator('dialog[open] h2').boundingBox())!;
    assert.ok(heading.y >= 0 && heading.y + heading.height <= SIZES[0].height, JSON.stringify(heading));
    const list = (await page.locator('dialog[open] ul').boundingBox())!;
    assert.ok(list.height <= 200, `${list.height}`);
    assert.deepEqual(await violations(page), []);
  });

  for (const locale of LANGUAGES) {
    it(`says in ${locale} that a file of a key that was sold under is not for a new card`, async () => {
      await begin(locale);
      await open('stations');
      await row('CARD-2')
        .locator(locale === 'zh-CN' ? 'button:has-text("部署")' : 'button:has-text("Set up")')
        .click();
      const said =
        locale === 'zh-CN' ? /充电桩会拒绝出售/ : /On a new or restored memory card the station refuses to sell/;
      await page.waitForSelector('dialog[open] .label svg path');
      assert.match(await page.locator('dialog[open]').innerText(), said);
      assert.deepEqual(await violations(page), []);
    });
  }
});
