// The panel on the small screens that stations have: what a customer must photograph or copy down is whole on it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { EN_OUTLETS } from '../../charging/station/conversation/words/en-outlets.ts';
import { CATALOGUES } from '../../charging/station/conversation/words.ts';
import { Applications, until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { codeOn, PanelOfLooks, panelsStates } from './looks/panel.ts';
import { browserOf, walk } from './looks/walk.ts';
import { scanned, violations } from './support.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const LANGUAGES = ['en', 'zh-CN'] as const;
const SMALL = [
  { name: '800x480', width: 800, height: 480 },
  { name: '1024x600', width: 1024, height: 600 },
] as const;

/** Of somebody who looks from outside. */
const PHONE = { name: 'phone', width: 360, height: 740 } as const;

/** Of two colours `rgb(…)`, as WCAG 2.2 defines it. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = [...colour.matchAll(/\d+/g)].map(([part]) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [dark, light] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('the display on the panel', () => {
  it('warns of danger in red on every screen that has words for it', async () => {
    const file = join(import.meta.dirname, '../../flows/charger/panel/display.vue');
    const script = /<script>([\s\S]*)<\/script>/.exec(readFileSync(file, 'utf8'))![1]!;
    const { default: display } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
    const kind = (screen: string, values = {}) => display.computed.kind.call({ screen, values });
    const dangers = Object.entries(CATALOGUES.en.screens).filter(([, { danger }]) => danger !== undefined);
    const ofOne = dangers.filter(([screen]) => !Object.hasOwn(EN_OUTLETS, screen));
    assert.ok(ofOne.length >= 5);
    for (const [screen] of ofOne) assert.equal(kind(screen), 'fault', screen);
    assert.deepEqual(
      ['idle', 'charging-min', 'outlet-charging-Wh'].map((screen) => kind(screen)),
      ['other', 'charging', 'charging'],
    );
    assert.equal(kind('choose', { danger: 'relay-stuck-on', dangerAt: 5 }), 'fault');
  });
});

describe('every screen of the panel', function () {
  this.timeout(180_000);
  let panel: PanelOfLooks;
  before(async () => {
    panel = await PanelOfLooks.start();
  });
  after(() => panel?.remove());

  const overlap = (one: Box, other: Box) =>
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height;

  const whole = async (part: Locator, { width, height }: { width: number; height: number }) => {
    const box = (await part.boundingBox())!;
    const cut = await part.evaluate((element) => element.scrollWidth > element.clientWidth + 1);
    const beyond = box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height;
    assert.ok(!cut && !beyond, `${await part.textContent()}: ${JSON.stringify(box)}`);
    return box;
  };

  /** Words of the display that begin on one line and end on another. */
  const brokenWords = (page: Page) =>
    page.locator('.oc-line').evaluateAll((lines) =>
      lines.flatMap((line) => {
        const text = line.firstChild;
        if (text === null) return [];
        return [...(text.textContent ?? '').matchAll(/[A-Za-z0-9]+/g)].flatMap(({ 0: word, index }) => {
          const range = document.createRange();
          range.setStart(text, index);
          range.setEnd(text, index + word.length);
          return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1 ? [word] : [];
        });
      }),
    );

  for (const textSize of [100, 200]) {
    it(`has the receipt's code, its digits, the words and every key whole with text of ${textSize} %`, async () => {
      const browser = await browserOf(textSize);
      try {
        for await (const { page } of panelsStates(browser, panel, /^receipt-min$/)) {
          for (const size of [...SMALL, { width: 1280, height: 800 }]) {
            await page.setViewportSize(size);
            for (const language of LANGUAGES) {
              await panel.speak(page, language);
              const boxes = new Map<string, Box>();
              assert.deepEqual(await brokenWords(page), [], `${size.width}×${size.height}`);
              for (const part of ['.oc-qr', '.oc-digits', '.oc-words', '.oc-language']) {
                const box = await whole(page.locator(part), size);
                for (const [other, beside] of boxes) assert.ok(!overlap(box, beside), `${part} lies on ${other}`);
                boxes.set(part, box);
              }
            }
            const keys = await page.locator('.oc-keypad button').all();
            assert.equal(keys.length, 12);
            for (const key of keys) {
              const box = await whole(key, size);
              assert.ok(box.height >= 44 && box.width >= 44, `${await key.innerText()} ${JSON.stringify([box, size])}`);
            }
          }
          const digits = page.locator('.oc-words').getByText(/\d{5} \d{4} \d{5}/);
          assert.equal(await digits.count(), 0, 'the digits stand once');
          assert.equal(await page.locator('.oc-digits').innerText(), '88269 7586 14605');
        }
      } finally {
        await browser.close();
      }
    });
  }

  it('shows the longest report so that a phone reads it at 800×480, with the digits of its receipt beside it', async () => {
    const browser = await launchBrowser();
    try {
      for await (const { page } of panelsStates(browser, panel, /^receipt-at-Wh-of-20$/)) {
        await page.setViewportSize(SMALL[0]);
        const { modules, points } = await codeOn(page);
        assert.equal(points, 3, `${modules} modules of ${points} points`);
        assert.match(
          (await scanned(page)) ?? 'nothing',
          /\/charge\/CP-0001#report=[\w-]{400,}&receipt=88269758614605$/,
        );
        assert.equal(await page.locator('.oc-qr').count(), 1);
      }
    } finally {
      await browser.close();
    }
  });

  it('is whole with 1, 2, 6, 12 and 20 outlets at 800×480, 1024×600 and on a phone, in both languages, light and dark', async () => {
    const seen = /^(idle|idle-several|idle-several-of-\d+|choose-of-20|choose-danger|outlet-fault|receipt-next-at-Wh)$/;
    const browser = await launchBrowser();
    const wrong: string[] = [];
    let states = 0;
    try {
      for await (const state of panelsStates(browser, panel, seen)) {
        states++;
        const how = { languages: LANGUAGES, schemes: ['light', 'dark'], textSize: 100, fullPage: false } as const;
        wrong.push(...(await walk(state, { ...how, screens: [...SMALL, PHONE], speak: panel.speak.bind(panel) })));
        if (state.name !== 'idle-several-of-20' && state.name !== 'choose-danger') continue;
        for (const colorScheme of ['light', 'dark'] as const) {
          await state.page.emulateMedia({ colorScheme });
          wrong.push(...(await violations(state.page)));
        }
      }
    } finally {
      await browser.close();
    }
    assert.deepEqual(wrong, []);
    assert.equal(states, 9);
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
    page = await browser.newPage({ viewport: { width: 800, height: 480 } });
    await page.goto(`${running.charger}/dashboard`);
    await page.locator('.oc-panel').waitFor();
  });
  after(async () => {
    await browser?.close();
    await running?.remove();
  });

  it('leads phones to the page that sells codes, and to it with the receipt when a charge has ended', async () => {
    await page.locator('.oc-qr').waitFor();
    assert.match((await scanned(page)) ?? 'nothing', /\/charge\/CP-0001$/);
    const { code } = await running.buy(60);
    running.plug(true);
    await running.keys(`${code}#`);
    await until('the relay is on', () => running.relayPin() === '1');
    running.plug(false);
    receipt = (await running.settled('the receipt', ({ state }) => state === 'receipt')).receipt!;
    await page.locator('.oc-digits').waitFor();
    assert.match(
      (await scanned(page)) ?? 'nothing',
      new RegExp(`/charge/CP-0001(\\?|#report=[\\w-]+&)receipt=${receipt}$`),
    );
  });

  /** What the words of a button stand on, light and dark. */
  async function grounds(button: Locator): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const ground = await button.evaluate((element) => {
        const own = getComputedStyle(element).backgroundColor;
        return own === 'rgba(0, 0, 0, 0)' ? getComputedStyle(element.closest('.oc-panel')!).backgroundColor : own;
      });
      found.push(ground);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    return found;
  }

  it('shows the latest report at the press of a button, whole on a small screen, and takes it away again', async () => {
    await running.keys('*');
    const button = page.locator('.oc-asks', { hasText: 'Report' });
    await button.waitFor();
    const buttons = await page.locator('.oc-head > *').evaluateAll((all) =>
      all.map((each) => {
        const { left, right, top, bottom } = each.getBoundingClientRect();
        return { left, right, top, bottom, cut: each.scrollWidth > each.clientWidth + 1 };
      }),
    );
    for (const [index, { left, right, cut }] of buttons.entries()) {
      assert.ok(!cut && right <= 800 && left >= (buttons[index - 1]?.right ?? 0), JSON.stringify(buttons));
    }
    const isNot = await grounds(button);
    await button.click();
    await page.locator('.oc-asks[aria-pressed=true]').waitFor();
    assert.match((await scanned(page)) ?? 'nothing', /\/charge\/CP-0001#report=[\w-]{40,}$/);
    assert.deepEqual(await violations(page), []);
    const isPressed = await grounds(button);
    // WCAG 2.2, 1.4.11: who cannot hear its state must see it.
    for (const [look, ground] of isPressed.entries()) {
      const ratio = contrast(ground, isNot[look]!);
      assert.ok(ratio >= 3, `${ground} after ${isNot[look]}: ${ratio}`);
    }
    assert.equal(await page.locator('.oc-how').count(), 0, 'how to buy stands beside the code that buys');
    await button.click();
    await page.locator('.oc-asks[aria-pressed=false]').waitFor();
    assert.match((await scanned(page)) ?? 'nothing', /\/charge\/CP-0001$/);
    await button.click();
    await page.locator('.oc-asks[aria-pressed=true]').waitFor();
    await running.keys('12');
    await button.waitFor({ state: 'detached' });
    await running.keys('*');
    await page.locator('.oc-asks[aria-pressed=false]').waitFor();
  });

  it('speaks the other language at the press of a key, the keypad too', async () => {
    await page.locator('.oc-language').click();
    await page.locator('.oc-panel[lang=zh-CN]').waitFor();
    await page.getByRole('button', { name: '# 确认', exact: true }).waitFor();
    await page.locator('.oc-language').click();
    await page.locator('.oc-panel[lang=en]').waitFor();
    await page.getByRole('button', { name: '# OK', exact: true }).waitFor();
  });

  it('has nothing that axe-core finds wrong', async () => {
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
    const shown = (text: RegExp) => page.locator('.oc-words').getByText(text).waitFor();
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
