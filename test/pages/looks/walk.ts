// One state of a page in every size, text size, language and colour scheme: what is wrong on it, and its picture.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser.ts';

const SCREENS = [
  { name: 'phone', width: 360, height: 740 },
  { name: '800x480', width: 800, height: 480 },
  { name: '1024x600', width: 1024, height: 600 },
  { name: 'desktop', width: 1280, height: 800 },
] as const;

export interface State {
  readonly name: string;
  readonly page: Page;
}

export interface Walk {
  /** Where the pictures go; none are taken without it. */
  readonly folder?: string;
  /** Presses the page's own button for that language; absent where a page shows both at once. */
  readonly speak?: (page: Page, language: 'en' | 'zh-CN') => Promise<void>;
  readonly languages: readonly ('en' | 'zh-CN')[];
  readonly schemes: readonly ('light' | 'dark')[];
  readonly screens?: readonly (typeof SCREENS)[number][];
  /** In per cent: how large the browser was told to write, for the name of the picture. */
  readonly textSize: number;
  /** All of a page that is scrolled, or what a screen shows of it. */
  readonly fullPage: boolean;
}

/** Goes through all looks of a state. Gives what is wrong, each with the look that it is wrong in. */
export async function walk({ name, page }: State, how: Walk): Promise<string[]> {
  const wrong: string[] = [];
  for (const language of how.languages) {
    await how.speak?.(page, language);
    for (const colorScheme of how.schemes) {
      await page.emulateMedia({ colorScheme });
      for (const screen of how.screens ?? SCREENS) {
        await page.setViewportSize(screen);
        const look = [screen.name, `${how.textSize}%`, language, colorScheme].join(' ');
        for (const found of await settledFaults(page, language, how)) wrong.push(`${name}, ${look}: ${found}`);
        if (!how.folder) continue;
        const folder = join(how.folder, name);
        mkdirSync(folder, { recursive: true });
        const path = join(folder, `${look.replaceAll(' ', '_').replace('%', '')}.png`);
        await page.screenshot({ path, animations: 'disabled', fullPage: how.fullPage });
      }
    }
  }
  return wrong;
}

/** How long a page is waited for: nobody is in a hurry here, and the machine may be busy. */
export const PATIENCE_MS = 120_000;

/** A browser whose owner reads text of that many per cent. */
export function browserOf(textSize: number): Promise<Browser> {
  return launchBrowser({ args: [`--blink-settings=defaultFontSize=${(16 * textSize) / 100}`] });
}

/** Faults that are still there when the page has had time to arrange itself in its new size. */
async function settledFaults(page: Page, language: string, how: Walk): Promise<string[]> {
  const until = Date.now() + 2000;
  let found = await faults(page, language, how.fullPage);
  while (found.length > 0 && Date.now() < until) {
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    found = await faults(page, language, how.fullPage);
  }
  return found;
}

/** What no reader should meet: words beyond the edge, cut or tiny, controls that lie on each other, another language. */
function faults(page: Page, language: string, scrolled: boolean): Promise<string[]> {
  return page.evaluate(
    ([spoken, scrolls]) => {
      const found: string[] = [];
      const words = (element: Element) =>
        `${element.id || element.className || element.tagName}: ${(element.textContent ?? '').trim().slice(0, 60)}`;
      /** Whether what is around it cuts its words off. */
      const hides = (element: Element) => {
        const written = document.createRange();
        written.selectNodeContents(element);
        const { left, right } = written.getBoundingClientRect();
        for (let around = element.parentElement; around; around = around.parentElement) {
          const { overflowX } = getComputedStyle(around);
          const box = around.getBoundingClientRect();
          const isShut = overflowX === 'hidden' || overflowX === 'clip';
          if (isShut && box.width > 0 && (right > box.right + 1 || left < box.left - 1)) return true;
          if (overflowX === 'auto' || overflowX === 'scroll') return false;
        }
        return false;
      };
      const root = document.querySelector('dialog[open]') ?? document.body;
      const wide = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth > wide)
        found.push(`the page is ${document.documentElement.scrollWidth} wide`);
      const shown = [...root.querySelectorAll<HTMLElement>('*')].filter((element) => {
        if (element.closest('.unseen, .oc-hidden, noscript, [aria-hidden=true], svg, .v-navigation-drawer'))
          return false;
        return element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 0;
      });
      for (const element of shown) {
        const own = [...element.childNodes].some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
        );
        if (!own && !/^(BUTTON|INPUT|SELECT)$/.test(element.tagName)) continue;
        const box = element.getBoundingClientRect();
        // Tables of figures move within their card.
        const moves = element.closest('.scroll');
        if (!moves && (box.right > wide + 1 || box.left < -1)) found.push(`beyond the edge: ${words(element)}`);
        // A phone is scrolled by its owner; a station's panel by nobody, and the plug is on it in simulation alone.
        if (!scrolls && wide > 575 && !element.closest('.oc-plug') && box.bottom > window.innerHeight + 1)
          found.push(`below the screen: ${words(element)}`);
        const card = element.closest('.card')?.getBoundingClientRect();
        if (card && !moves && (box.right > card.right + 1 || box.left < card.left - 1))
          found.push(`out of its card: ${words(element)}`);
        const { overflowX, overflowY, display } = getComputedStyle(element);
        // What a field holds is moved within it by who reads it.
        const cuts =
          element.tagName !== 'INPUT' && display !== 'inline' && (overflowX !== 'visible' || overflowY !== 'visible');
        if (cuts && element.scrollWidth > element.clientWidth + 1) found.push(`cut: ${words(element)}`);
        if (own && hides(element)) found.push(`hidden in part: ${words(element)}`);
        if (own && Number.parseFloat(getComputedStyle(element).fontSize) < 10) found.push(`tiny: ${words(element)}`);
        if (/^BUTTON$/.test(element.tagName) && element.scrollWidth > element.clientWidth + 1)
          found.push(`wider than its button: ${words(element)}`);
        const text = [...element.childNodes]
          .filter((node) => node.nodeType === Node.TEXT_NODE)
          .map((node) => node.textContent)
          .join(' ');
        const foreign =
          spoken === 'zh-CN' &&
          /[a-z]{2,} [a-z]{2,} [a-z]{2,}/i.test(text) &&
          !element.closest('[lang=en], [translate=no], [dir=auto], bdi, .long');
        if (foreign && !/OUT OF STEP/.test(text)) found.push(`English: ${words(element)}`);
      }
      const controls = shown.filter((element) => element.matches('button, input, select, summary, a'));
      for (const [index, one] of controls.entries()) {
        const a = one.getBoundingClientRect();
        for (const other of controls.slice(index + 1)) {
          const b = other.getBoundingClientRect();
          if (one.contains(other) || other.contains(one)) continue;
          const meets = a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
          if (meets) found.push(`on each other: ${words(one)} | ${words(other)}`);
        }
      }
      return found;
    },
    [language, scrolled] as const,
  );
}
