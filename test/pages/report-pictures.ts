// Reports as pictures: drawn as a panel of 800×480 draws its QR code, taken as a screenshot, read back by a decoder that shares
// nothing with what drew it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { qrCode } from '../../flows/assembly/qr-code.ts';
import { launchBrowser } from '../support/browser.ts';

const jsQr = join(createRequire(import.meta.url).resolve('jsqr'), '../../dist/jsQR.js');
const PANEL = { width: 800, height: 480 };
const QUIET = 4;

export class ReportPictures {
  readonly #browser: Browser;
  readonly #panel: Page;
  readonly #decoder: Page;

  private constructor(browser: Browser, panel: Page, decoder: Page) {
    this.#browser = browser;
    this.#panel = panel;
    this.#decoder = decoder;
  }

  static async open(): Promise<ReportPictures> {
    const browser = await launchBrowser();
    const panel = await browser.newPage({ viewport: PANEL });
    await panel.setContent('<body style="margin:0"><canvas width="800" height="480"></canvas>');
    const decoder = await browser.newPage();
    await decoder.addScriptTag({ path: jsQr });
    return new ReportPictures(browser, panel, decoder);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** The report's text as it is read from the picture of its link. */
  readonly carry = async (text: string): Promise<string> => {
    const link = `https://charge.example.org/charge/MODEL-00#report=${text}&receipt=041873629150`;
    const rows = qrCode(link);
    const pixels = Math.floor(PANEL.height / (rows.length + 2 * QUIET));
    await this.#panel.evaluate(draw, { rows: rows.map((row) => row.map(Number)), pixels, quiet: QUIET });
    const read = await this.#decoder.evaluate(decode, (await this.#panel.screenshot()).toString('base64'));
    return /#report=([\w-]+)&receipt=/.exec(read ?? '')?.[1] ?? '';
  };
}

function draw({ rows, pixels, quiet }: { rows: number[][]; pixels: number; quiet: number }): void {
  const canvas = document.querySelector('canvas')!;
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000';
  for (const [y, row] of rows.entries()) {
    for (const [x, dark] of row.entries()) {
      if (dark) context.fillRect((x + quiet) * pixels, (y + quiet) * pixels, pixels, pixels);
    }
  }
}

async function decode(picture: string): Promise<string | undefined> {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
  // @ts-expect-error the script just loaded put it there.
  return globalThis.jsQR(data, width, height)?.data as string | undefined;
}
