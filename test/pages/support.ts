// Looking at pages as people do: in a real browser, in each language, colour scheme and size.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

const { resolve } = createRequire(import.meta.url);
const axe = readFileSync(resolve('axe-core/axe.min.js'), 'utf8');
const jsQr = resolve('jsqr');

export const LANGUAGES = ['en-GB', 'zh-CN'] as const;
const SCHEMES = ['light', 'dark'] as const;
export const SIZES = [
  { name: 'phone', width: 360, height: 740 },
  { name: 'desktop', width: 1280, height: 800 },
] as const;

export interface Look {
  readonly locale: string;
  readonly colorScheme: 'light' | 'dark';
  readonly viewport: { readonly name: string; readonly width: number; readonly height: number };
}

/** Every language in every scheme at every size. */
export const LOOKS: readonly Look[] = LANGUAGES.flatMap((locale) =>
  SCHEMES.flatMap((colorScheme) => SIZES.map((viewport) => ({ locale, colorScheme, viewport }))),
);

/** What axe-core finds wrong, each with the element; empty when all is well. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // A colour on its way to another is judged where it arrives.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    for (const change of document.getAnimations()) if (change instanceof CSSTransition) change.finish();
    // @ts-expect-error the script just run put it there.
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  });
}

/** A visitor with a phone of their own: cookies, storage and cache apart from all others. */
export async function visitor(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: SIZES[0], ...options });
  context.setDefaultTimeout(15_000);
  return context;
}

/** Errors of a page's scripts and of its content security policy, as they come. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) heard.push(message.text());
  });
  return heard;
}

/** What an independent decoder reads in a picture, by default of all that the page shows. */
export async function scanned(at: Page, picture?: Buffer): Promise<string | undefined> {
  const data = (picture ?? (await at.screenshot())).toString('base64');
  const reader = await at.context().browser()!.newPage();
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
    }, data);
  } finally {
    await reader.close();
  }
}
