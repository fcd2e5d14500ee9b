// The customer's page on a phone of its own for each test, at a cloud that sells at five stations.
import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { algorithmOf } from '../../charging/codes/index.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { launchBrowser } from '../support/browser.ts';
import { complaints, visitor } from './support.ts';

/** What the tests of one `describe` have before them: read its fields within a test or a hook. */
export class CustomersPage {
  cloud!: Cloud;
  browser!: Browser;
  phone!: BrowserContext;
  page!: Page;
  /** Errors of the page's scripts and of its content security policy. */
  wrong: string[] = [];

  readonly open = async (station = 'CP-0001', at: Page = this.page): Promise<void> => {
    await at.goto(`${this.cloud.url}/charge/${station}`);
    await at.waitForSelector('#order:not([hidden])');
  };
  /** Another tab of the same phone, in place of the one that was there. */
  readonly newTab = async (): Promise<Page> => {
    this.page = await this.phone.newPage();
    return this.page;
  };
  readonly shown = (at: Page = this.page): Promise<string | null> =>
    at.locator('#ticket-code').getAttribute('data-code');
  readonly digits = async (at: Page = this.page): Promise<string> => ((await this.shown(at)) ?? '').replaceAll(' ', '');
  readonly buy = async (at: Page = this.page): Promise<string> => {
    await at.click('#get');
    await at.waitForSelector('#ticket:not([hidden])');
    return this.digits(at);
  };
  readonly text = (selector: string): Promise<string> => this.page.locator(selector).innerText();
  readonly codesOf = async (station: string) => {
    const ledger = await this.cloud.ledger();
    try {
      return (await ledger.listCodes({ station, limit: 500 })).items;
    } finally {
      await ledger.close();
    }
  };
  /** The receipt of the station's newest voucher, or of the one with that number. */
  readonly receiptFor = async (station: string, unused: number, of?: number): Promise<string> => {
    const ledger = await this.cloud.ledger();
    try {
      const provisioning = await ledger.provisioning(station);
      assert.ok(!('refused' in provisioning));
      const [latest] = (await ledger.listCodes({ station, limit: 1 })).items;
      const { unit, step, layout, key } = provisioning;
      const sequence = of ?? latest!.sequence;
      const grant = { kind: 'receipt', unit, step, unused } as const;
      return algorithmOf(layout).make(Buffer.from(key, 'hex'), grant)(sequence);
    } finally {
      await ledger.close();
    }
  };
}

/** Starts the cloud and the browser of this `describe`, and gives each of its tests a phone. */
export function customersPage(): CustomersPage {
  const here = new CustomersPage();
  before(async () => {
    [here.cloud, here.browser] = await Promise.all([Cloud.start(), launchBrowser()]);
    const price = { minorUnits: 150, currency: 'EUR' };
    for (const [id, more] of Object.entries({
      'CP-0001': { name: 'Harbour, bay 3', price, sequence: 'counter' },
      'CP-0002': { price },
      'WH-0001': { unit: 'Wh', step: 500 },
      'SITE-01': { price, layout: 'wide', slotSeconds: 120, outlets: 12 },
      'OLD-01': {},
    })) {
      const created = await here.cloud.call('POST', '/stations', { id, ...more });
      assert.equal(created.status, 201);
    }
    assert.equal((await here.cloud.call('DELETE', '/stations/OLD-01')).status, 200);
  });
  after(async () => {
    await here.browser?.close();
    await here.cloud?.remove();
  });
  beforeEach(async () => {
    here.phone = await visitor(here.browser);
    here.page = await here.phone.newPage();
    here.wrong = complaints(here.page);
  });
  afterEach(async () => {
    await here.phone.close();
    assert.deepEqual(here.wrong, []);
  });
  return here;
}
