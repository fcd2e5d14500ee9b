// Pictures of all that customers, operators and those at a station see, to be looked at: every state of every page, at
// phone, 800×480, 1024×600 and desktop, with text of 100 and 200 %, in both languages and colour schemes. Also says
// what a program can see of them: words beyond an edge or cut, controls on each other, English on a Chinese page.
// `node test/pages/looks.ts FOLDER [customer] [operator] [panel]`
import { launchBrowser } from '../support/browser.ts';
import { customersClouds, customersStates, speak as speakToCustomer } from './looks/customer.ts';
import { operatorsCloud, operatorsStates, speak as speakToOperator } from './looks/operator.ts';
import { PanelOfLooks, panelsStates } from './looks/panel.ts';
import { walk } from './looks/walk.ts';

const [folder, ...named] = process.argv.slice(2);
if (!folder) throw new Error('usage: node test/pages/looks.ts FOLDER [customer] [operator] [panel]');
const wanted = (page: string) => named.length === 0 || named.includes(page);
const both = { languages: ['en', 'zh-CN'], schemes: ['light', 'dark'], fullPage: true } as const;

const browser = await launchBrowser();
const wrong: string[] = [];
try {
  if (wanted('customer')) {
    const clouds = await customersClouds();
    try {
      for await (const state of customersStates(browser, clouds))
        wrong.push(...(await walk(state, { ...both, folder: `${folder}/customer`, speak: speakToCustomer })));
    } finally {
      await Promise.all([clouds.cloud.remove(), clouds.paidFirst.remove()]);
    }
  }
  if (wanted('operator')) {
    const cloud = await operatorsCloud();
    try {
      for await (const state of operatorsStates(browser, cloud))
        wrong.push(...(await walk(state, { ...both, folder: `${folder}/operator`, speak: speakToOperator })));
    } finally {
      await cloud.remove();
    }
  }
  if (wanted('panel')) {
    const panel = await PanelOfLooks.start();
    try {
      const once = { languages: ['en'], schemes: ['light'], fullPage: false } as const;
      for await (const state of panelsStates(browser, panel))
        wrong.push(...(await walk(state, { ...once, folder: `${folder}/panel` })));
    } finally {
      await panel.remove();
    }
  }
} finally {
  await browser.close();
}
for (const line of wrong) console.log(line);
console.log(`Pictures are in ${folder}; ${wrong.length} faults were seen in them.`);
process.exitCode = wrong.length > 0 ? 1 : 0;
