// Every state of the customer's page, each as a customer comes to it.
import type { Browser, Page } from 'playwright-core';
import { isRefused } from '../../../charging/cloud/ledger.ts';
import { receiptCode } from '../../../charging/codes/index.ts';
import { Cloud } from '../../flows/cloud/support/cloud.ts';
import { PayingCloud, referenceIn } from '../../flows/cloud/support/paying.ts';
import { visitor } from '../support.ts';
import { PATIENCE_MS, type State } from './walk.ts';

/** Later than 10 and 12 digits of a purchase are good for, with the time of the page alone. */
const DAYS = 24 * 3600 * 1000;

const STATIONS = {
  'CP-0001': { name: 'Harbour, bay 3', price: { minorUnits: 150, currency: 'EUR' }, sequence: 'counter' },
  'CP-0002': { name: 'موقف المرفأ 3', price: { minorUnits: 150, currency: 'EUR' } },
  'WH-0001': { name: 'Mill Lane', unit: 'Wh', step: 500, layout: 'long', price: { minorUnits: 75, currency: 'EUR' } },
  'DE-STUTTGART-HAUPTBAHNHOF-TIEFGARAGE-EBENE2-PLATZ17': {},
} as const;

/** A cloud that gives codes at once, and one that is paid first. */
export async function customersClouds(): Promise<{ cloud: Cloud; paidFirst: PayingCloud }> {
  const env = { OPERATOR_CONTACT: '+49 711 555 0100' };
  const [cloud, paidFirst] = await Promise.all([Cloud.start({ env }), PayingCloud.start({ env })]);
  for (const [id, more] of Object.entries({ ...STATIONS, 'OLD-01': {} })) {
    const made = await cloud.call('POST', '/stations', { id, ...more });
    if (made.status !== 201) throw new Error(await made.text());
  }
  await cloud.call('DELETE', '/stations/OLD-01');
  return { cloud, paidFirst };
}

export const speak = async (page: Page, language: 'en' | 'zh-CN') => {
  await page.click(`[data-language="${language}"]`);
};

export async function* customersStates(
  browser: Browser,
  { cloud, paidFirst }: { cloud: Cloud; paidFirst: PayingCloud },
): AsyncGenerator<State> {
  const open = async (station: string, at = cloud, clock?: 'clock') => {
    const context = await visitor(browser);
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    if (clock) await page.clock.install();
    await page.goto(`${at.url}/charge/${station}`);
    await page.waitForSelector('#order:not([hidden]), #problem:not([hidden])');
    return page;
  };
  const buy = async (page: Page) => {
    await page.click('#get');
    await page.waitForSelector('#ticket:not([hidden])');
  };
  const problem = (page: Page) => page.waitForSelector('#problem:not([hidden])');
  const receiptOf = async (station: string, unused: number) => {
    const ledger = await cloud.ledger();
    try {
      const terms = await ledger.provisioning(station);
      if (isRefused(terms)) throw new Error(terms.refused.detail);
      const [latest] = (await ledger.listCodes({ station, limit: 1 })).items;
      const { unit, step, key } = terms;
      return receiptCode(Buffer.from(key, 'hex'), { unit, step, unused, sequence: latest!.sequence });
    } finally {
      await ledger.close();
    }
  };
  async function* seen(name: string, page: Page): AsyncGenerator<State> {
    yield { name, page };
    await page.context().close();
  }

  for (const [index, station] of Object.keys(STATIONS).entries()) {
    const page = await open(station);
    await page.click('#says-title');
    await page.click('#says details summary');
    await page.click('#elsewhere summary');
    yield* seen(`order-${['counter', 'right-to-left', 'energy', 'long-number'][index]}`, page);
  }
  for (const station of ['CP-0001', 'WH-0001']) {
    const page = await open(station);
    await buy(page);
    yield* seen(`code-${station.slice(0, 2)}`, page);
  }
  {
    const page = await open('CP-0001');
    await buy(page);
    await page.click('#says-locked');
    await page.waitForFunction(() => (document.getElementById('ticket-code')?.dataset.digits ?? '').length === 12);
    yield { name: 'locked', page };
    await page.click('#says-step');
    await page.waitForSelector('#ticket-sync:not([hidden])');
    yield* seen('out-of-step', page);
  }
  {
    const page = await open('CP-0002');
    await page.click('#says-title');
    await page.click('#says-clock');
    await page.waitForSelector('#lone-sync:not([hidden])');
    yield* seen('clock', page);
  }
  {
    const page = await open('CP-0002', cloud, 'clock');
    await buy(page);
    const left = await page.evaluate(
      () => JSON.parse(localStorage.getItem('charge:CP-0002:codes')!)[0].endsAt - Date.now(),
    );
    await page.clock.fastForward(left + 60_000);
    await page.waitForSelector('#ticket-expiry:has-text("need not pay again")');
    yield { name: 'expired-with-rescue', page };
    await page.clock.fastForward(3 * DAYS);
    await page.waitForSelector('#ticket.over');
    yield* seen('expired', page);
  }
  {
    const page = await open('CP-0001');
    await buy(page);
    await page.context().setOffline(true);
    await page.waitForSelector('#wire:not(:empty)');
    await page.click('#says-step');
    await problem(page);
    yield { name: 'offline-out-of-step', page };
    await page.click('#problem-close');
    await page.click('#hide');
    await page.click('#get');
    await problem(page);
    yield* seen('offline-order', page);
  }
  {
    const page = await open('CP-0001');
    await page.route('**/charging-requests', (route) =>
      route.fulfill({ status: 429, headers: { 'retry-after': '60' } }),
    );
    await page.click('#get');
    await problem(page);
    yield* seen('busy', page);
  }
  yield* seen('unknown', await open('NONE'));
  yield* seen('retired', await open('OLD-01'));
  {
    const page = await open('CP-0001');
    await buy(page);
    await page.fill('#receipt', '1234');
    await page.click('#refund button.main');
    await page.waitForSelector('#receipt-error:not([hidden])');
    yield { name: 'refund-mistyped', page };
    await page.fill('#receipt', await receiptOf('CP-0001', 93));
    await page.click('#refund button.main');
    await page.waitForSelector('#refunded:not(:empty)');
    await page.click('#hide');
    await buy(page);
    yield* seen('refunded-and-history', page);
  }
  {
    const ledger = await cloud.ledger();
    const bought = await ledger.issue({ client: 'counter', station: 'CP-0001', amount: 60 });
    await ledger.close();
    if (isRefused(bought)) throw new Error(bought.refused.detail);
    const receipt = await receiptOf('CP-0001', 155);
    const page = await open('CP-0001');
    await page.fill('#receipt', receipt);
    await page.click('#refund button.main');
    await page.waitForSelector('#elsewhere[open]');
    yield { name: 'refund-elsewhere', page };
    await page.fill('#proof', '12345');
    await page.click('#refund button.main');
    await page.waitForSelector('#receipt-error:not([hidden])');
    yield { name: 'refund-elsewhere-mistyped', page };
    await page.fill('#proof', bought.code);
    await page.click('#refund button.main');
    await page.waitForSelector('#refunded:not(:empty)');
    yield* seen('refunded-elsewhere', page);
  }
  {
    const page = await open('CP-0001', paidFirst.cloud);
    await page.click('#get');
    await page.waitForSelector('#payment:not([hidden])');
    yield { name: 'payment', page };
    const reference = referenceIn((await page.getAttribute('#pay', 'href'))!);
    const { client_reference_id: request } = paidFirst.stripe.sessions.get(reference);
    await page.click('#pay-drop');
    await page.waitForSelector('#order:not([hidden])');
    const status = async () => (await page.request.get(`${paidFirst.cloud.url}/charging-requests/${request}`)).json();
    for (let tries = 0; tries < 500 && (await status()).status !== 'cancelled'; tries++);
    await paidFirst.pay(reference);
    await paidFirst.tell(paidFirst.stripe.payAgain(reference));
    await page.reload();
    await page.waitForSelector('#stray:not([hidden])');
    yield* seen('stray-payments', page);
  }
}
