// Pictures of all that customers, operators and those at a station see, to be looked at: every state of every page, at
// phone, 800×480, 1024×600 and desktop, with text of 100 and 200 %, in both languages and colour schemes. Also says
// what a program can see of them: words beyond an edge or cut, controls on each other, English on a Chinese page.
// `node test/pages/looks.ts FOLDER [customer] [operator] [panel]`, after `npm run build`
import type { Browser } from 'playwright-core';
import { customersClouds, customersStates, speak as speakToCustomer } from './looks/customer.ts';
import { operatorsCloud, operatorsStates, speak as speakToOperator } from './looks/operator.ts';
import { PanelOfLooks, panelsStates } from './looks/panel.ts';
import { browserOf, walk } from './looks/walk.ts';

const [folder, ...named] = process.argv.slice(2);
if (!folder) throw new Error('usage: node test/pages/looks.ts FOLDER [customer] [operator] [panel]');
const both = { languages: ['en', 'zh-CN'], schemes: ['light', 'dark'], fullPage: true } as const;
const wrong: string[] = [];

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
      for await (const state of panelsStates(browser, panel)) wrong.push(...(await walk(state, how)));
    } finally {
      await panel.remove();
    }
  },
};

for (const textSize of [100, 200]) {
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
