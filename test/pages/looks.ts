// Pictures of all that customers, operators and those at a station see, to be looked at: every state of every page, at
// phone, 800×480, 1024×600 and desktop, with text of 100 and 200 %, in both languages and colour schemes. Also says
// what a program can see of them: words beyond an edge or cut, controls on each other, English on a Chinese page.
// `node test/pages/looks.ts FOLDER [customer] [operator] [panel] [characters]`, after `npm run build`. `characters` writes the
// displays of 20×4 and 16×2 as text, and needs no browser.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { charactersOfAll } from './looks/characters.ts';
import { customersClouds, customersStates, speak as speakToCustomer } from './looks/customer.ts';
import { operatorsCloud, operatorsStates, speak as speakToOperator } from './looks/operator.ts';
import { codeOn, PanelOfLooks, panelsStates } from './looks/panel.ts';
import { browserOf, walk } from './looks/walk.ts';

const [folder, ...named] = process.argv.slice(2);
if (!folder) throw new Error('usage: node test/pages/looks.ts FOLDER [customer] [operator] [panel] [characters]');
const both = { languages: ['en', 'zh-CN'], schemes: ['light', 'dark'], fullPage: true } as const;
const wrong: string[] = [];
const SEVEN_INCHES = [
  { width: 800, height: 480 },
  { width: 1024, height: 600 },
] as const;
/** How wide such a screen is. */
const SCREEN_MM = 154;
const ARM_MM = 600;
/** The main camera of a phone: pixels and angle of the long side. */
const CAMERA_PIXELS = 4032;
const CAMERA_DEGREES = 68;

const PAGES = {
  async customer(browser: Browser, textSize: number) {
    const clouds = await customersClouds();
    try {
      const how = { ...both, textSize, folder: `${folder}/customer`, speak: speakToCustomer };
      for await (const state of customersStates(browser, clouds)) wrong.push(...(await walk(state, how)));
    } finally {
      await Promise.all([clouds.cloud.remove(), clouds.paidFirst.remove()]);
    }
  },
  async operator(browser: Browser, textSize: number) {
    const cloud = await operatorsCloud();
    try {
      const how = { ...both, textSize, folder: `${folder}/operator`, speak: speakToOperator };
      for await (const state of operatorsStates(browser, cloud)) wrong.push(...(await walk(state, how)));
    } finally {
      await cloud.remove();
    }
  },
  async panel(browser: Browser, textSize: number) {
    const panel = await PanelOfLooks.start();
    try {
      // Nobody scrolls a panel.
      const speak = panel.speak.bind(panel);
      const how = { ...both, textSize, folder: `${folder}/panel`, speak, fullPage: false };
      for await (const state of panelsStates(browser, panel)) {
        wrong.push(...(await walk(state, how)));
        if (state.name === 'receipt-at-Wh-of-20' && textSize === 100) await sayHowLarge(state.page);
      }
    } finally {
      await panel.remove();
    }
  },
};

/** How large a module of the longest report is, in millimetres and as a phone's camera sees it at arm's length. */
async function sayHowLarge(page: Page): Promise<void> {
  for (const { width, height } of SEVEN_INCHES) {
    await page.setViewportSize({ width, height });
    const { modules, points } = await codeOn(page);
    const mm = (points * SCREEN_MM) / width;
    const seen = 2 * ARM_MM * Math.tan((CAMERA_DEGREES * Math.PI) / 360);
    console.log(
      `longest report at ${width}×${height}: ${modules - 8} modules of ${points} points, ${mm.toFixed(2)} mm each on 7 inches; from ` +
        `${ARM_MM / 10} cm a camera of ${CAMERA_PIXELS} pixels sees ${((mm * CAMERA_PIXELS) / seen).toFixed(1)} of them a module`,
    );
  }
}

if (named.length === 0 || named.includes('characters')) {
  const { text, wrong: tooLong } = charactersOfAll();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'characters.txt'), text);
  wrong.push(...tooLong);
}
const needsBrowser = named.length === 0 || Object.keys(PAGES).some((name) => named.includes(name));
for (const textSize of needsBrowser ? [100, 200] : []) {
  const browser = await browserOf(textSize);
  try {
    for (const [name, take] of Object.entries(PAGES))
      if (named.length === 0 || named.includes(name)) await take(browser, textSize);
  } finally {
    await browser.close();
  }
}
for (const line of wrong) console.log(line);
console.log(`Pictures are in ${folder}; ${wrong.length} faults were seen in them.`);
process.exitCode = wrong.length > 0 ? 1 : 0;
