// Every screen of the station's panel, with the longest values that a station shows. The panel is the charger's own; its
// display is told by the test what to show, as `run session` tells it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { ScreenName } from '../../../charging/station/conversation/screens.ts';
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
    return new PanelOfLooks(await Applications.start({ dataDir: folder }), folder);
  }

  get address(): string {
    return `${this.#running.charger}/dashboard`;
  }

  async tell(payload: object): Promise<void> {
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

/** As long as they get: 155 steps of 1 kWh or 30 min, 16 digits typed. */
function valuesOf(name: ScreenName, fault: string, reason: string): Record<string, string | number> {
  const left = /Wh|paused/.test(name) ? 155_000 : '77:30:00';
  const digits = name === 'typed' ? '1234567890123456' : '0235 5491 9887';
  const has = CATALOGUES.en.screens[name].lines.some((line) => line.includes('{digits}'));
  return {
    left,
    used: 155_000,
    elapsed: '77:30:00',
    seconds: 900,
    wait: '59:59',
    fault,
    reason,
    ...(has && { digits }),
  };
}

export async function* panelsStates(browser: Browser, panel: PanelOfLooks): AsyncGenerator<State> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(panel.address);
  await page.locator('.oc-display').waitFor();
  const { screens, faults } = CATALOGUES.en;
  const all: readonly [string, ScreenName, string, string][] = [
    ...(Object.keys(screens) as ScreenName[]).map(
      (name) => [name, name, 'relay-stuck-on', 'service'] as [string, ScreenName, string, string],
    ),
    ...Object.keys(faults).map(
      (fault) => [`fault-${fault}`, 'fault', fault, 'fault'] as [string, ScreenName, string, string],
    ),
    ...['typed-danger', 'out-of-order', 'fault-kept'].map(
      (name) => [`${name}-leakage`, name, 'residual-current', 'fault'] as [string, ScreenName, string, string],
    ),
  ];
  for (const [state, name, fault, reason] of all) {
    const values = valuesOf(name, fault, reason);
    const screen = { name, values };
    const said = { en: words(screen, 'en'), 'zh-CN': words(screen, 'zh-CN') };
    await panel.tell({ screen: name, values, words: said, lines: said.en, station: 'CP-0001' });
    const isReceipt = /receipt/.test(name);
    const chinese = said['zh-CN'].filter((line) => !(isReceipt && /^[\d ]+$/.test(line))).join('');
    await page.waitForFunction(
      (expected) =>
        [...document.querySelectorAll('.oc-words[lang="zh-CN"] p')].map((line) => line.textContent!.trim()).join('') ===
        expected,
      chinese,
    );
    yield { name: state, page };
  }
  await page.close();
}
