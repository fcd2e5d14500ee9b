// The panel on the small screens that stations have: what a customer must photograph or copy down is whole on it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Applications, until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { violations } from './support.ts';

const jsQr = join(createRequire(import.meta.url).resolve('jsqr'), '../../dist/jsQR.js');

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

describe('the panel', function () {
  this.timeout(90_000);
  let running: Applications;
  let browser: Browser;
  let page: Page;
  let receipt: string;
  before(async () => {
    [running, browser] = await Promise.all([Applications.start(), launchBrowser()]);
    page = await browser.newPage();
    await page.goto(`${running.charger}/dashboard`);
    await page.locator('.oc-display').waitFor();
    const { code } = await running.buy(60);
    running.plug(true);
    await running.keys(`${code}#`);
    await until('the relay is on', () => running.relayPin() === '1');
    running.plug(false);
    receipt = (await running.settled('the receipt', ({ state }) => state === 'receipt')).receipt!;
    await page.locator('.oc-qr').waitFor();
  });
  after(async () => {
    await browser?.close();
    await running?.remove();
  });

  const overlap = (one: Box, other: Box) =>
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height;

  /** What an independent decoder reads from a picture of the whole screen. */
  async function scanned(): Promise<string | undefined> {
    const picture = (await page.screenshot()).toString('base64');
    const reader = await browser.newPage();
    try {
      await reader.addScriptTag({ path: jsQr });
      return await reader.evaluate(async (data) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext('2d')!;
        context.drawImage(image, 0, 0);
        const pixels = context.getImageData(0, 0, image.width, image.height);
        // @ts-expect-error the script just loaded put it there.
        return globalThis.jsQR(pixels.data, pixels.width, pixels.height)?.data as string | undefined;
      }, picture);
    } finally {
      await reader.close();
    }
  }

  for (const [width, height] of [
    [800, 480],
    [1024, 600],
    [1280, 800],
  ] as const) {
    it(`shows the receipt's code and digits whole at ${width}×${height}, with both languages beside them`, async () => {
      await page.setViewportSize({ width, height });
      const boxes = new Map<string, Box>();
      for (const part of ['.oc-qr', '.oc-digits', '.oc-words[lang=en]', '.oc-words[lang=zh-CN]']) {
        const box = await page.locator(part).boundingBox();
        assert.ok(box, part);
        assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, part);
        for (const [other, there] of boxes) assert.ok(!overlap(box, there), `${part} lies on ${other}`);
        boxes.set(part, box);
      }
      assert.equal((await page.locator('.oc-digits').innerText()).replaceAll(' ', ''), receipt);
      assert.equal(
        await page
          .locator('.oc-words')
          .getByText(/\d{4} \d{4} \d{4}/)
          .count(),
        0,
        'the digits stand once',
      );
      assert.match((await scanned()) ?? 'nothing', new RegExp(`/charge/CP-0001\\?receipt=${receipt}$`));
    });
  }

  it('has nothing that axe-core finds wrong on a small screen', async () => {
    await page.setViewportSize({ width: 800, height: 480 });
    assert.deepEqual(await violations(page), []);
  });

  it('has every key of the keypad on a small screen', async () => {
    await page.setViewportSize({ width: 800, height: 480 });
    for (const button of await page.locator('.oc-keypad button').all()) {
      const box = (await button.boundingBox())!;
      assert.ok(box.y + box.height <= 480 && box.height >= 44 && box.width >= 44, await button.innerText());
    }
  });

  describe('with a keyboard or a scanner beside it', () => {
    type Stroke = { key: string; code?: string; shiftKey?: boolean };
    const keys = (text: string): Stroke[] => [...text].map((key) => ({ key }));
    const enter: Stroke = { key: 'Enter' };
    const type = (...strokes: Stroke[]) =>
      page.evaluate((all) => {
        for (const stroke of all)
          document.body.dispatchEvent(new KeyboardEvent('keydown', { ...stroke, bubbles: true, cancelable: true }));
      }, strokes);
    const shown = (text: RegExp) => page.locator('.oc-words[lang=en]').getByText(text).waitFor();
    const accepted = () => running.settled('the code is good', ({ outcome }) => outcome === 'accepted');

    it('takes the code out of what was scanned, with its prefix, as a link, and ended by Tab or twice', async () => {
      for (const [before, ...endings] of [
        [']Q1', enter],
        ['https://cloud.example/charge/CP-0001?code=', { key: 'Tab' }],
        ['', enter, enter],
      ] as const) {
        const { code } = await running.buy(30);
        await type(...keys('99'), ...keys('*'), ...keys(before + code), ...endings);
        await accepted();
        await type(...keys('1*'));
        await running.settled('it is forgotten', ({ outcome }) => outcome === null);
      }
    });

    it('takes digits with Shift, and those of a French keyboard', async () => {
      const { code } = await running.buy(30);
      const french = '&é"\'(-è_çà';
      const stroke = (digit: string, shifted: boolean): Stroke => {
        const place = '1234567890'.indexOf(digit);
        return { key: shifted ? '!@#$%^&*()'[place]! : french[place]!, code: `Digit${digit}`, shiftKey: shifted };
      };
      await type(...[...code].map((digit) => stroke(digit, false)), enter);
      await accepted();
    });

    it('says that Num Lock is off, and that there is no code in a receipt', async () => {
      await type({ key: 'Home', code: 'Numpad7' });
      await shown(/Num Lock is off/);
      await type(...keys(`https://cloud.example/charge/CP-0001?receipt=${receipt}`), enter);
      await shown(/No code in that/);
    });
  });
});
