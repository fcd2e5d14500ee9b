// Every page and dialog of the operator's dashboard, with something to show on each.
import type { Browser, Page } from 'playwright-core';
import { isRefused } from '../../../charging/cloud/ledger.ts';
import { receiptCode } from '../../../charging/codes/index.ts';
import { Cloud } from '../../flows/cloud/support/cloud.ts';
import { visitor } from '../support.ts';
import { PATIENCE_MS, type State } from './walk.ts';

const price = { minorUnits: 150, currency: 'EUR' };
const EUR_3 = { minorUnits: 300, currency: 'EUR' };

/** A cloud where codes were sold, settled, paid too late and left to expire, and keys made and revoked. */
export async function operatorsCloud(): Promise<Cloud> {
  const cloud = await Cloud.start({ env: { PUBLIC_CHARGING: 'true', ADMIN_PASSWORD: 'correct horse battery staple' } });
  const ledger = await cloud.ledger();
  const done = <Answer extends object>(answer: Answer) => {
    if (isRefused(answer)) throw new Error(JSON.stringify(answer));
    return answer as Exclude<Answer, { refused: unknown }>;
  };
  const counter = { sequence: 'counter' } as const;
  done(await ledger.createStation({ id: 'CP-0001', name: 'Harbour car park, bay 3', price, ...counter }));
  done(await ledger.createStation({ id: 'CP-0002', name: 'موقف المرفأ 3', price, ...counter }));
  done(await ledger.createStation({ id: 'WH-0001', name: 'Mill Lane', unit: 'Wh', step: 500, ...counter }));
  done(await ledger.createStation({ id: 'DE-STUTTGART-HAUPTBAHNHOF-TIEFGARAGE-EBENE2-PLATZ17' }));
  done(await ledger.createStation({ id: 'OLD-01' }));
  await ledger.retireStation('OLD-01');
  for (let sold = 0; sold < 60; sold++) {
    const [station, amount] = sold % 3 ? (['CP-0001', 60] as const) : (['WH-0001', 12_500] as const);
    done(await ledger.issue({ client: 'our app', station, amount }));
  }
  for (let often = 0; often < 5; often++) done(await ledger.synchronize({ client: 'our app', station: 'WH-0001' }));
  const { unit, step, key } = done(await ledger.provisioning('CP-0001'));
  const [latest] = (await ledger.listCodes({ station: 'CP-0001', limit: 1 })).items;
  const receipt = receiptCode(Buffer.from(key, 'hex'), { unit, step, unused: 93, sequence: latest!.sequence });
  done(await ledger.settle({ client: 'our app', station: 'CP-0001', receipt }));
  const reserved = done(await ledger.reserve({ client: 'our app', station: 'CP-0001', amount: 60 }));
  await ledger.cancelReservation({ client: 'our app', id: reserved.id });
  await ledger.markPaid({ id: reserved.id, payment: 'pi_3PqYhT2eZvKYlo2C1vNZ2Hws', amount: EUR_3 });
  await ledger.close();
  return cloud;
}

/** Presses the page's own button, also behind a dialog. */
export const speak = async (page: Page, language: 'en' | 'zh-CN') => {
  await page.evaluate((lang) => {
    document.querySelector<HTMLElement>(`.operator header button[lang="${lang}"]`)!.click();
  }, language);
};

export async function* operatorsStates(browser: Browser, cloud: Cloud): AsyncGenerator<State> {
  const context = await visitor(browser, {
    httpCredentials: { username: 'admin', password: 'correct horse battery staple' },
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const open = async (name: string) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${cloud.url}/dashboard/${name}`);
    await page.waitForSelector('.operator h1');
    await page.waitForSelector('.operator[aria-busy="false"]');
    await speak(page, 'en');
  };
  const dialog = async (name: string, button: string, ready = 'dialog[open]') => {
    await page.click(button);
    await page.waitForSelector(ready);
    return { name, page };
  };
  const row = 'tbody tr:has-text("CP-0001")';

  await open('overview');
  await page.waitForSelector('.charts figure');
  for (const summary of await page.locator('.charts summary').all()) await summary.click();
  yield { name: 'overview', page };
  await open('stations');
  await page.waitForSelector(row);
  yield { name: 'stations', page };
  await page.selectOption('select', 'retired');
  await page.waitForSelector('tbody tr:has-text("OLD-01")');
  yield { name: 'stations-retired', page };
  for (const [name, button, ready] of [
    ['station-new', '.heading button.main', 'dialog[open]'],
    ['station-set-up', `${row} .buttons button >> nth=0`, 'dialog[open] .label path'],
    ['station-change', `${row} .buttons button >> nth=1`, 'dialog[open]'],
    ['station-service', `${row} .buttons button >> nth=2`, 'dialog[open]'],
    ['station-new-key', `${row} .buttons button >> nth=3`, 'dialog[open] li'],
    ['station-retire', `${row} .buttons button >> nth=4`, 'dialog[open]'],
  ] as const) {
    await open('stations');
    await page.waitForSelector(row);
    yield await dialog(name, button, ready);
    if (name === 'station-service')
      yield await dialog('station-service-code', 'dialog[open] .choices button >> nth=0', 'dialog[open] .code');
    if (name === 'station-change') {
      await page.fill('dialog[open] input[inputmode="decimal"]', '1.505');
      yield await dialog('station-price-wrong', 'dialog[open] button.main', 'dialog[open] .problem');
    }
  }
  await open('codes');
  await page.waitForSelector('tbody tr');
  yield { name: 'codes', page };
  yield await dialog('codes-csv', '.heading button');
  for (const list of ['listSettled', 'listPayments']) {
    await open('codes');
    await page.selectOption('select', list);
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    yield { name: `codes-${list}`, page };
  }
  yield await dialog('payment-return', 'tbody button');
  const ledger = await cloud.ledger();
  const made = await ledger.createStation({ id: 'FAST', price, sequence: 'counter' });
  const first = await ledger.issue({ client: 'our app', station: 'FAST', amount: 60 });
  if (isRefused(made) || isRefused(first)) throw new Error('no code to expire');
  await Promise.all(Array.from({ length: 48 }, () => ledger.issue({ client: 'app', station: 'FAST', amount: 30 })));
  await ledger.close();
  await open('codes');
  await page.fill('input[type="search"]', first.id);
  yield await dialog('code-refund', 'tbody button', 'dialog[open]');
  await open('access');
  yield await dialog('key-new', '.heading button.main');
  await page.fill('dialog[open] input', 'our app');
  yield await dialog('key-made', 'dialog[open] button.main', 'dialog[open] .secret');
  await open('access');
  await page.waitForSelector('tbody tr:has-text("our app")');
  yield { name: 'access', page };
  yield await dialog('key-revoke', 'tbody tr:has-text("our app") button');
  await context.close();
}
