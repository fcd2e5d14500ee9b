// The moving picture of the README, taken anew: `node test/pages/moving-picture.ts`. A charge on the customer's page and the
// station's panel, as they are after `npm start`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Applications } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { animated } from './animated-png.ts';

const FILE = join(import.meta.dirname, '../../docs/pictures/charge.png');
const SIZE = { width: 760, height: 456 };

const [running, browser] = await Promise.all([Applications.start(), launchBrowser()]);
try {
  const phone = await (await browser.newContext({ viewport: { width: 360, height: 720 }, locale: 'en' })).newPage();
  const panel = await browser.newPage({ viewport: { width: 1024, height: 768 } });
  const strip = await browser.newPage({ viewport: SIZE });
  const frames: { png: Buffer; seconds: number }[] = [];

  const shot = async (page: Page) => (await page.screenshot({ animations: 'disabled' })).toString('base64');
  async function take(words: string, seconds: number): Promise<void> {
    // The plug of the simulation stands below the panel.
    await panel.mouse.move(300, 300);
    await panel.mouse.wheel(0, -2000);
    await panel.waitForFunction("document.querySelector('.oc-panel').getBoundingClientRect().top >= 0");
    const image = async (page: Page, width: number) =>
      `<img src="data:image/png;base64,${await shot(page)}" style="width:${width}px;border:1px solid #999;border-radius:6px">`;
    await strip.setContent(`<body style="margin:8px;background:#fff;font:600 17px system-ui,sans-serif;color:#222">
      <div style="height:32px">${words}</div>
      <div style="display:flex;gap:10px">${await image(phone, 196)}${await image(panel, 524)}</div></body>`);
    frames.push({ png: await strip.screenshot(), seconds });
  }

  await phone.goto(`${running.cloud}/charge/CP-0001`);
  await phone.locator('#get').waitFor();
  await panel.goto(`${running.charger}/dashboard`);
  const plug = panel.getByRole('switch');
  await plug.waitFor();
  await take('1 · The phone asks the cloud. The station has no network.', 3);

  await phone.locator('#get').click();
  const ticket = phone.locator('#ticket-code[data-code]');
  await ticket.waitFor();
  const code = (await ticket.getAttribute('data-code'))!.replaceAll(' ', '');
  await take('2 · It gets a code, which stays readable without signal.', 3);

  await plug.click();
  for (const digit of code.slice(0, 6)) await panel.getByRole('button', { name: digit, exact: true }).click();
  await take('3 · The customer plugs in and types the code at the station.', 2.5);

  for (const digit of code.slice(6)) await panel.getByRole('button', { name: digit, exact: true }).click();
  await panel.getByRole('button', { name: /^#/ }).click();
  await panel.locator('.oc-panel.oc-charging').waitFor();
  await panel.locator('.oc-on').waitFor();
  await take('4 · Genuine, unused, meant for it, a vehicle is there: the relay closes.', 3.5);

  await plug.click();
  await running.settled('the receipt', ({ state }) => state === 'receipt');
  const { receipt } = await running.state();
  await panel
    .getByText(new RegExp(receipt!.replace(/(....)(....)(....)/, '$1\\s*$2\\s*$3')))
    .first()
    .waitFor();
  await take('5 · Unplugged early, it shows a receipt for what is left …', 3);

  await phone.goto(`${running.cloud}/charge/CP-0001?receipt=${receipt}`);
  await phone.getByRole('button', { name: /refund/i }).click();
  await phone.locator('#refunded').filter({ hasText: /\d/ }).waitFor();
  await phone.locator('#refunded').scrollIntoViewIfNeeded();
  await take('6 · … and the cloud gives that back, once.', 3.5);

  const picture = animated(frames);
  writeFileSync(FILE, picture);
  console.log(`${FILE}: ${frames.length} pictures, ${Math.round(picture.length / 1000)} kB`);
} finally {
  await browser.close();
  await running.remove();
}
