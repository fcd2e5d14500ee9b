// The operator's dashboard, at a cloud that has sold for a while and is open for trying out.
import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { receiptCode } from '../../charging/codes/index.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { launchBrowser } from '../support/browser.ts';
import { complaints, SIZES, visitor } from './support.ts';

/** Numbers and their units are kept on one line by a space that does not break. */
export const plain = (text: string) => text.replaceAll('\u00a0', ' ');

/** What the tests of one `describe` have before them: read its fields within a test or a hook. */
export class OperatorsPage {
  cloud!: Cloud;
  browser!: Browser;
  context!: BrowserContext;
  page!: Page;
  /** Errors of the page's scripts and of its content security policy. */
  wrong: string[] = [];

  readonly open = async (name: string, at: Page = this.page): Promise<void> => {
    await at.goto(`${this.cloud.url}/dashboard/${name}`);
    await at.waitForSelector('.operator h1');
    await at.waitForSelector('.operator[aria-busy="false"]');
  };
  readonly row = (words: string): Locator => this.page.locator(`tbody tr:has-text("${words}")`);
  readonly press = (name: string): Promise<void> => this.page.click(`dialog[open] button:has-text("${name}")`);
}

/** Starts the cloud and the browser of this `describe`, and gives each of its tests a browser window. */
export function operatorsPage(): OperatorsPage {
  const here = new OperatorsPage();
  before(async () => {
    [here.cloud, here.browser] = await Promise.all([Cloud.start(), launchBrowser()]);
    const { cloud } = here;
    for (const [id, more] of Object.entries({
      'CP-0001': { name: 'Harbour, bay 3', price: { minorUnits: 150, currency: 'EUR' }, sequence: 'counter' },
      'WH-0001': { name: 'Mill Lane', unit: 'Wh', step: 500, sequence: 'counter' },
    })) {
      assert.equal((await cloud.call('POST', '/stations', { id, ...more })).status, 201);
    }
    for (let sold = 0; sold < 60; sold++) {
      const call = { station: sold % 3 ? 'CP-0001' : 'WH-0001', amount: sold % 3 ? 60 : 1000 };
      assert.equal((await cloud.call('POST', '/charging-requests', call)).status, 201);
    }
    for (let often = 0; often < 5; often++) await cloud.call('POST', '/stations/WH-0001/synchronizations');
    const ledger = await cloud.ledger();
    const provisioning = await ledger.provisioning('CP-0001');
    const [latest] = (await ledger.listCodes({ station: 'CP-0001', limit: 1 })).items;
    await ledger.close();
    assert.ok(!('refused' in provisioning));
    const key = Buffer.from(provisioning.key, 'hex');
    const receipt = receiptCode(key, { unit: 'min', step: 30, unused: 93, sequence: latest!.sequence });
    assert.equal((await cloud.call('POST', '/receipts', { station: 'CP-0001', receipt })).status, 200);
  });
  after(async () => {
    await here.browser?.close();
    await here.cloud?.remove();
  });
  beforeEach(async () => {
    here.context = await visitor(here.browser, { viewport: SIZES[1] });
    here.page = await here.context.newPage();
    here.wrong = complaints(here.page);
  });
  afterEach(async () => {
    await here.context.close();
    assert.deepEqual(here.wrong, []);
  });
  return here;
}
