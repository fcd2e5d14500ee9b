// The panel on the small screens that stations have: what a customer must photograph or copy down is whole on it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { CATALOGUES } from '../../charging/station/conversation/words.ts';
import { Applications, until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { browserOf } from './looks/walk.ts';
import { scanned, violations } from './support.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

describe('the display on the panel', () => {
  it('warns of danger in red on every screen that has words for it', async () => {
    const file = join(import.meta.dirname, '../../flows/charger/panel/display.vue');
    const script = /<script>([\s\S]*)<\/script>/.exec(readFileSync(file, 'utf8'))![1]!;
    const { default: display } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
    const kind = (screen: string) => display.computed.kind.call({ screen });
    const dangers = Object.entries(CATALOGUES.en.screens).filter(([, { danger }]) => danger !== undefined);
    assert.ok(dangers.length >= 5);
    for (const [screen] of dangers) assert.equal(kind(screen), 'fault', screen);
    assert.deepEqual(['idle', 'charging-min', 'charging-Wh'].map(kind), ['other', 'charging', 'charging']);
  });
});

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

  for (const textSize of [100, 200]) {
    describe(`with text of ${textSize} %`, () => {
      let large: Browser;
      let there: Page;
      before(async () => {
        large = await browserOf(textSize);
        there = await large.newPage();
        await there.goto(`${running.charger}/dashboard`);
        await there.locator('.oc-qr').waitFor();
      });
      after(() => large?.close());

      const whole = async (part: Locator, { width, height }: { width: number; height: number }) => {
        const box = (await part.boundingBox())!;
        const cut = await part.evaluate((element) => element.scrollWidth > element.clientWidth + 1);
        const beyond = box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height;
        assert.ok(!cut && !beyond, `${await part.textContent()}: ${JSON.stringify(box)}`);
        return box;
      };

      for (const [width, height] of [
        [800, 480],
        [1024, 600],
        [1280, 800],
      ] as const) {
        it(`shows the receipt's code and digits whole at ${width}×${height}, with both languages beside them`, async () => {
          await there.setViewportSize({ width, height });
          const boxes = new Map<string, Box>();
          for (const part of ['.oc-qr', '.oc-digits', '.oc-words[lang=en]', '.oc-words[lang=zh-CN]']) {
            const box = await whole(there.locator(part), { width, height });
            for (const [other, beside] of boxes) assert.ok(!overlap(box, beside), `${part} lies on ${other}`);
            boxes.set(part, box);
          }
          assert.equal((await there.locator('.oc-digits').innerText()).replaceAll(' ', ''), receipt);
          const digits = there.locator('.oc-words').getByText(/\d{4} \d{4} \d{4}/);
          assert.equal(await digits.count(), 0, 'the digits stand once');
          assert.match((await scanned(there)) ?? 'nothing', new RegExp(`/charge/CP-0001\\?receipt=${receipt}$`));
        });

        it(`has every key of the keypad whole at ${width}×${height}, large enough for a thumb`, async () => {
          await there.setViewportSize({ width, height });
          for (const button of await there.locator('.oc-keypad button').all()) {
            const box = await whole(button, { width, height });
            assert.ok(box.height >= 44 && box.width >= 44, await button.innerText());
          }
        });
      }
    });
  }

  it('has nothing that axe-core finds wrong on a small screen', async () => {
    await page.setViewportSize({ width: 800, height: 480 });
    assert.deepEqual(await violations(page), []);
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
