// The pictures of the README, taken anew: `node test/pages/pictures.ts`. A cloud with a month of sales behind it, in a
// real browser. On a machine without Chinese fonts the Chinese ones come out as boxes.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { loadMasterKey } from '../../api/master-key.ts';
import { isRefused, openLedger } from '../../charging/cloud/ledger.ts';
import { receiptCode } from '../../charging/codes/index.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { Applications } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { type Look, SIZES, visitor } from './support.ts';

const DAY = 24 * 3600 * 1000;
const DAYS = 30;
const pictures = join(import.meta.dirname, '../../docs/pictures');
const dataDir = mkdtempSync(join(tmpdir(), 'offline-charging-pictures-'));
const [phone, desktop] = SIZES;

/** The same figures each time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

async function sellForAMonth(): Promise<void> {
  mkdirSync(join(dataDir, 'cloud'), { recursive: true });
  let now = Date.now() - DAYS * DAY;
  const masterKey = await loadMasterKey({ masterKeyFile: join(dataDir, 'master.key') }, {});
  const url = `sqlite:${join(dataDir, 'cloud', 'ledger.sqlite')}`;
  const ledger = await openLedger({ url, masterKey, now: () => now });
  const price = { minorUnits: 150, currency: 'EUR' };
  await ledger.createStation({ id: 'CP-0001', name: 'Harbour car park, bay 3', price, sequence: 'counter' });
  await ledger.createStation({ id: 'CP-0002', name: 'Harbour car park, bay 4', price, sequence: 'counter' });
  await ledger.createStation({ id: 'WH-0001', name: 'Mill Lane', unit: 'Wh', step: 500, sequence: 'counter' });
  const throwDice = dice(7);
  for (let day = 0; day < DAYS; day++) {
    const busy = 3 + Math.floor(throwDice() * 9);
    for (let sold = 0; sold < busy; sold++) {
      now += DAY / 12;
      for (const [station, step] of [
        ['CP-0001', 30],
        ['WH-0001', 500],
      ] as const) {
        await ledger.issue({ client: 'pictures', station, amount: step * (1 + Math.floor(throwDice() * 6)) });
        if (throwDice() < 0.3) await settleLatest(station);
      }
    }
    if (day % 6 === 0) await ledger.synchronize({ client: 'pictures', station: 'WH-0001' });
    now = Date.now() - (DAYS - day - 1) * DAY;
  }
  await ledger.close();

  async function settleLatest(station: string): Promise<void> {
    const provisioning = await ledger.provisioning(station);
    if (isRefused(provisioning)) return;
    const [latest] = (await ledger.listCodes({ station, limit: 1 })).items;
    const { unit, step, key } = provisioning;
    const unused = 20 + Math.floor(throwDice() * 100);
    const receipt = receiptCode(Buffer.from(key, 'hex'), { unit, step, unused, sequence: latest!.sequence });
    await ledger.settle({ client: 'pictures', station, receipt });
  }
}

/** Only what a page of the documents shows: the package holds them all. */
const shown = new Set(
  ['../../README.md', '../../docs/pages.md'].flatMap((file) =>
    [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/pictures\/([\w-]+\.png)/g)].map(
      ([, name]) => name,
    ),
  ),
);
async function take(page: Page, name: string): Promise<void> {
  if (shown.has(`${name}.png`)) await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' });
}

async function customer(browser: Browser, cloud: Cloud, look: Look, name: string): Promise<void> {
  const context = await visitor(browser, look);
  const page = await context.newPage();
  await page.goto(`${cloud.url}/charge/CP-0001`);
  await page.waitForSelector('#order:not([hidden])');
  await take(page, `${name}-order`);
  await page.click('#get');
  await page.waitForSelector('#ticket:not([hidden])');
  await take(page, `${name}-code`);
  await context.close();
}

async function operator(browser: Browser, cloud: Cloud, look: Look, name: string): Promise<void> {
  const context = await visitor(browser, look);
  const page = await context.newPage();
  for (const path of ['overview', 'stations']) {
    await page.goto(`${cloud.url}/dashboard/${path}`);
    await page.waitForSelector('.operator[aria-busy="false"] .card');
    await take(page, `${name}-${path}`);
  }
  await context.close();
}

/** A charge, as the station's own panel shows it. */
async function panel(browser: Browser): Promise<void> {
  const running = await Applications.start();
  try {
    const page = await browser.newPage({ viewport: { width: 1024, height: 600 } });
    await page.goto(`${running.charger}/dashboard`);
    await page.locator('.oc-panel').waitFor();
    const { code } = await running.buy(60);
    running.plug(true);
    await running.keys(`${code}#`);
    await page.locator('.oc-panel.oc-charging').waitFor();
    await page.locator('.oc-on').waitFor();
    await take(page, 'panel-charging');
    await page.close();
  } finally {
    await running.remove();
  }
}

await sellForAMonth();
const [cloud, browser] = await Promise.all([Cloud.start({ dataDir }), launchBrowser()]);
try {
  await customer(browser, cloud, { locale: 'en-GB', colorScheme: 'light', viewport: phone }, 'charge');
  await customer(browser, cloud, { locale: 'zh-CN', colorScheme: 'dark', viewport: phone }, 'charge-zh-dark');
  await operator(browser, cloud, { locale: 'en-GB', colorScheme: 'light', viewport: desktop }, 'operator');
  await operator(browser, cloud, { locale: 'zh-CN', colorScheme: 'dark', viewport: phone }, 'operator-phone-zh-dark');
  await panel(browser);
} finally {
  await browser.close();
  await cloud.remove();
  rmSync(dataDir, { recursive: true, force: true });
}
