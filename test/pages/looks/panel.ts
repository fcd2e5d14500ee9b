// Every screen of the station's panel, with the longest values that a station shows. The panel is the charger's own; its
// display is told by the test what to show, as `run session` tells it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { sealReport } from '../../../charging/codes/report.ts';
import type { DisplayLanguage, Screen, ScreenName } from '../../../charging/station/conversation/screens.ts';
import { EN_OUTLETS } from '../../../charging/station/conversation/words/en-outlets.ts';
import { CATALOGUES, words } from '../../../charging/station/conversation/words.ts';
import { shippedFlow } from '../../../flows/server/user-folder.ts';
import { Applications } from '../../support/applications.ts';
import { PATIENCE_MS, type State } from './walk.ts';

interface FlowNode {
  readonly type: string;
  readonly id: string;
  readonly z?: string;
  readonly wires?: readonly (readonly string[])[];
}

export class PanelOfLooks {
  readonly #running: Applications;
  readonly #folder: string;
  #told: { readonly screen: Screen; readonly outlets: readonly object[] } | undefined;
  private constructor(running: Applications, folder: string) {
    this.#running = running;
    this.#folder = folder;
  }

  static async start(): Promise<PanelOfLooks> {
    const folder = mkdtempSync(join(tmpdir(), 'offline-charging-looks-'));
    mkdirSync(join(folder, 'charger/node-red'), { recursive: true });
    const flow = shippedFlow('charger');
    const nodes = JSON.parse(readFileSync(flow, 'utf8')) as FlowNode[];
    const display = nodes.find(({ type }) => type === 'show display')!;
    const session = nodes.find(({ type }) => type === 'run session')!;
    // The session's own screens stay away: what is told is what is seen.
    const told = nodes.map((node) =>
      node === session ? { ...node, wires: node.wires!.map((wires) => wires.filter((id) => id !== display.id)) } : node,
    );
    const [place, answer, hearing] = ['1', '2', '3'].map((last) => `f00d00000000000${last}`);
    const added = [
      { id: place, type: 'http in', z: display.z, x: 100, y: 900, url: '/looks', method: 'post', wires: [[hearing]] },
      {
        id: hearing,
        type: 'function',
        z: display.z,
        x: 300,
        y: 900,
        outputs: 2,
        func: 'return [{ topic: "display", payload: msg.payload }, { ...msg, payload: "" }];',
        wires: [[display.id], [answer]],
      },
      { id: answer, type: 'http response', z: display.z, x: 500, y: 900, wires: [] },
    ];
    writeFileSync(join(folder, 'charger/node-red/flow.json'), JSON.stringify([...told, ...added]));
    const env = { STATION_PRICE: '0.25 € / 30 min' };
    return new PanelOfLooks(await Applications.start({ dataDir: folder, env }), folder);
  }

  get address(): string {
    return `${this.#running.charger}/dashboard`;
  }

  /** Tells it what to show, and waits until the page shows it. */
  async tell(page: Page, screen: Screen, outlets: readonly object[], language: DisplayLanguage = 'en'): Promise<void> {
    this.#told = { screen, outlets };
    const said = { en: words(screen, 'en'), 'zh-CN': words(screen, 'zh-CN') };
    await this.#post({
      ...{ screen: screen.name, values: screen.values, words: said, lines: said.en, station: 'CP-0001', language },
      ...{ outlets, report: longestReport },
    });
    // The digits of a receipt stand once, below the words.
    const others = said[language].filter((line) => !/receipt/.test(screen.name) || !/^[\d ]+$/.test(line));
    await page.waitForFunction(
      ([expected, spoken]) => {
        const lines = [...document.querySelectorAll('.oc-words p')].map((line) => line.textContent!.trim()).join('');
        return lines === expected && document.querySelector(`.oc-panel[lang="${spoken}"]`);
      },
      [others.map((line) => line.trim()).join(''), language] as const,
    );
  }

  /** The same in another language. */
  async speak(page: Page, language: DisplayLanguage): Promise<void> {
    if (this.#told) await this.tell(page, this.#told.screen, this.#told.outlets, language);
  }

  async #post(payload: object): Promise<void> {
    const response = await fetch(`${this.#running.charger}/looks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  }

  async remove(): Promise<void> {
    await this.#running.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Of the code that a panel shows: how many modules wide it is, its quiet zone with it, and how many points each of them is. */
export async function codeOn(page: Page): Promise<{ readonly modules: number; readonly points: number }> {
  const [modules, width] = await page
    .locator('.oc-qr')
    .evaluate((code) => [Number(code.getAttribute('viewBox')!.split(' ')[2]), code.getBoundingClientRect().width]);
  return { modules: modules!, points: width! / modules! };
}

/** Of a site with 20 outlets, all charging. */
const longestReport = sealReport(new Uint8Array(32).fill(7), {
  ...{ journal: 'ffffffff', keyVersion: 3, boot: 900, number: 90_000, timeSeconds: 1_900_000_000, highest: 16_000_000 },
  totals: {
    ...{ closed: 90_000, delivered: 400_000_000, meterWh: 90_000_000, relayClosings: 99_000 },
    ...{ wrongGuesses: 900, lockouts: 90 },
  },
  faults: [3, 9, 13],
  closed: Array.from({ length: 20 }, (_, turn) => ({
    ...{ sequence: 15_999_000 - turn * 70, outlet: turn + 1, quantity: 90, delivered: 155_000 },
    ...{ unused: 150, reason: 2, minutesAgo: 1000 + turn },
  })),
  open: Array.from({ length: 20 }, (_, turn) => ({
    ...{ sequence: 15_999_900 - turn, outlet: turn + 1, quantity: 90, delivered: 155_000 },
  })),
  sureTimeSeconds: 1_900_000_000,
});

/** As long as they get: 155 steps of 1 kWh or 30 min, 16 digits typed. */
function valuesOf(name: ScreenName, fault: string, reason: string): Screen['values'] {
  const { lines } = CATALOGUES.en.screens[name];
  const has = (gap: string) => lines.some((line) => line.includes(`{${gap}`));
  return {
    left: has('left:energy') ? 155_000 : '77:30:00',
    ...{ used: 155_000, elapsed: '77:30:00', seconds: 900, wait: '59:59', reason, more: 3, outlets: 20 },
    ...(['fault', 'advice', 'warning'].some(has) ? { fault } : {}),
    ...{ outlet: 12, amount: 155_000, unit: 'Wh', free: '', plugged: '3,7,12', broken: '' },
    ...(has('digits') && {
      digits: name === 'typed' ? '1234567890123456' : name === 'typed-outlet' ? '12' : '88269 7586 14605',
    }),
    ...(name === 'report' && { report: longestReport }),
  };
}

const OF_OUTLETS = [
  { state: 'free', vehicle: false, remaining: 0, amount: 0 },
  { state: 'free', vehicle: true, remaining: 0, amount: 0 },
  { state: 'charging', vehicle: true, remaining: 44.2, amount: 60 },
  { state: 'charging', vehicle: true, remaining: 615, amount: 4650 },
  { state: 'waiting', vehicle: false, waitsFor: 'vehicle', remaining: 0, amount: 30 },
  { state: 'fault', vehicle: false, remaining: 0, amount: 0, fault: 'meter-silent' },
  { state: 'waiting', vehicle: true, waitsFor: 'power', remaining: 0, amount: 30 },
  { state: 'paused', vehicle: true, remaining: 20, amount: 30 },
  { state: 'stopping', vehicle: true, remaining: 20, amount: 30 },
];

/** A site in which all that an outlet can be is going on. */
function outletsOf(count: number, unit: 'min' | 'Wh' = 'min'): object[] {
  return Array.from({ length: count }, (_, index) => {
    const factor = unit === 'min' ? 1 : 33;
    const { remaining, amount, ...is } = OF_OUTLETS[(index * 2) % OF_OUTLETS.length]!;
    const name = ['Left wall', 'Gate', 'Right wall'][index % 3];
    return {
      outlet: index + 1,
      name,
      unit,
      delivered: 0,
      ...is,
      remaining: remaining * factor,
      amount: amount * factor,
    };
  });
}

const ONE = [{ outlet: 1, unit: 'min', delivered: 15, state: 'charging', vehicle: true, remaining: 45, amount: 60 }];

/** Each screen under a name, with the longest values that it can have, and the outlets beside it. */
export function* screensToSee(): Generator<readonly [string, Screen, readonly object[]]> {
  const { screens, faults } = CATALOGUES.en;
  const screen = (name: ScreenName, fault = 'relay-stuck-on', reason = 'service', more: Screen['values'] = {}) => ({
    name,
    values: { ...valuesOf(name, fault, reason), ...more },
  });
  const ofSeveral = new Set(Object.keys(EN_OUTLETS));
  for (const name of Object.keys(screens) as ScreenName[]) {
    const isOfSeveral = ofSeveral.has(name) && !/^(paused|ask-add$|your-next$|replaced)/.test(name);
    yield [name, screen(name), isOfSeveral ? outletsOf(12) : ONE];
  }
  for (const fault of Object.keys(faults)) yield [`fault-${fault}`, screen('fault', fault, 'fault'), ONE];
  for (const name of ['typed-danger', 'out-of-order', 'fault-kept'] as const)
    yield [`${name}-leakage`, screen(name, 'residual-current', 'fault'), ONE];
  for (const count of [2, 6, 20])
    for (const name of ['idle-several', 'choose', 'receipt-at-Wh'] as const)
      yield [
        `${name}-of-${count}`,
        screen(name, 'meter-silent', 'service', { free: '1,2,3,5', broken: '6' }),
        outletsOf(count, count === 6 ? 'Wh' : 'min'),
      ];
  for (const name of ['idle-several', 'choose', 'ask-add-at', 'typed-danger', 'outlet-charging-min'] as const)
    yield [
      `${name}-danger`,
      screen(name, 'relay-stuck-on', 'fault', { danger: 'relay-stuck-on', dangerAt: 12 }),
      outletsOf(12),
    ];
}

/** All that a station's panel can show; `seen` picks some of it by name. */
export async function* panelsStates(browser: Browser, panel: PanelOfLooks, seen = /./): AsyncGenerator<State> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(panel.address);
  await page.locator('.oc-panel').waitFor();
  for (const [name, screen, outlets] of screensToSee()) {
    if (!seen.test(name)) continue;
    await panel.tell(page, screen, outlets);
    yield { name, page };
  }
  await page.close();
}
