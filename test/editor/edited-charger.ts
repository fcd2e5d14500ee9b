// A charger in a Node-RED of its own whose flow is changed as an editor changes it, by the admin API, while somebody charges.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LayoutName, stationKey, voucherCode } from '../../charging/codes/index.ts';
import { exampleFlows } from '../../flows/assembly/examples.ts';
import type { FlowNode } from '../../flows/assembly/flow-node.ts';
import { until } from '../support/applications.ts';
import { Editor } from '../support/editor.ts';

/** As the editor's Deploy button has them: full, modified flows, modified nodes. */
export const DEPLOYMENTS = ['full', 'flows', 'nodes'] as const;
export type Deployment = (typeof DEPLOYMENTS)[number];

interface Outlet {
  readonly state: string;
  readonly relay: boolean;
  readonly delivered: number;
  readonly receipt: string | null;
  readonly vouchers: readonly { readonly sequence: number; readonly amount: number }[];
}

const KEY = stationKey(new Uint8Array(32).fill(7), 'CP-TRY', 1);
const TERMS = { unit: 'min', step: 30 } as const;
const QUANTITY = 2;
/** Beside the charger's, and changed by nobody: what looks at it, and where nodes are moved to. */
const OBSERVER = 'observer';
const MOST_MS = 1000;
export const ELSEWHERE = 'elsewhere';
const NOT_OF_A_CHARGER = ['tab', 'group', 'comment', 'global-config', 'code issuer', 'manage ledger'];

export class EditedCharger {
  readonly editor: Editor;
  readonly outlets: number;
  readonly #outlet: number;
  #sequence = 0;
  /** Milliseconds for which the relay was seen open for sure, since the charge began. */
  #openMs = 0;
  #beganAt = 0;

  private constructor(editor: Editor, outlets: number) {
    this.editor = editor;
    this.outlets = outlets;
    this.#outlet = Math.min(2, outlets);
  }

  static async start(outlets: number): Promise<EditedCharger> {
    const editor = await Editor.start(flowOf(outlets), { STATION_KEY: Buffer.from(KEY).toString('hex') });
    const charger = new EditedCharger(editor, outlets);
    await charger.isReady();
    return charger;
  }

  end(): Promise<void> {
    return this.editor.end();
  }

  async deploy(flow: readonly FlowNode[], deployment: Deployment): Promise<void> {
    await this.#post('/flows', flow, { 'node-red-deployment-type': deployment });
  }

  async flows(state: 'start' | 'stop'): Promise<void> {
    await this.#post('/flows/state', { state });
  }

  async #post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const answer = await fetch(this.editor.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
  }

  /** The outlet as the session has it; undefined where no session runs. */
  async state(): Promise<Outlet | undefined> {
    // One that is on its way while nodes are deployed anew is never answered.
    const signal = AbortSignal.timeout(MOST_MS);
    const answer = await fetch(`${this.editor.url}/observed`, { signal }).catch(() => undefined);
    if (!answer?.ok) return undefined;
    const { outlets } = (await answer.json()) as { outlets: readonly Outlet[] };
    return outlets[this.#outlet - 1];
  }

  get relay(): '0' | '1' {
    return readFileSync(this.#pin('relay'), 'utf8').trim() === '1' ? '1' : '0';
  }

  /** Of the outlets where nobody charges. */
  get othersAreOff(): boolean {
    const all = Array.from({ length: this.outlets }, (_, index) => index + 1);
    return all.every((outlet) => outlet === this.#outlet || readFileSync(this.#pin('relay', outlet), 'utf8') !== '1\n');
  }

  plug(connected: boolean): void {
    mkdirSync(this.#pins, { recursive: true });
    writeFileSync(this.#pin('vehicle'), connected ? '1\n' : '0\n');
  }

  get #pins(): string {
    return join(this.editor.folder, 'offline-charging/pins');
  }

  #pin(line: string, outlet = this.#outlet): string {
    return join(this.#pins, outlet === 1 ? line : `${line}-${outlet}`);
  }

  /** Buys, types, plugs in: a charge of an hour begins. */
  async charge(): Promise<void> {
    this.#sequence += 1;
    const layout: LayoutName = this.outlets > 1 ? 'wide' : 'compact';
    const code = voucherCode(KEY, { layout, ...TERMS, quantity: QUANTITY, sequence: this.#sequence });
    await this.type(`${code}#${this.outlets > 1 ? `${this.#outlet}#` : ''}`);
    this.plug(true);
    this.#openMs = 0;
    this.#beganAt = performance.now();
    await this.charges('it charges');
  }

  type(keys: string): Promise<void> {
    return this.#post('/type', { keys });
  }

  /** Nobody charges, and a code may be typed. */
  async isReady(): Promise<void> {
    this.plug(false);
    await this.until('the session is ready', async () => (await this.state())?.state === 'free');
  }

  /** The relay is closed, and a session knows why: that of the newest code. */
  async isCharging(): Promise<boolean> {
    const { state, vouchers } = (await this.state()) ?? {};
    return this.relay === '1' && state === 'charging' && vouchers?.[0]?.sequence === this.#sequence;
  }

  async charges(what: string): Promise<void> {
    await this.until(what, () => this.isCharging());
  }

  /** Waits until the relay is open, and counts from then how long it was for sure, until `work` is done. */
  async off(what: string, work: () => Promise<unknown>): Promise<void> {
    await this.until(what, () => this.relay === '0');
    const from = performance.now();
    await work();
    assert.equal(this.relay, '0', 'it closed again');
    this.#openMs += performance.now() - from;
  }

  /** One session, of one voucher, and no more of it gone than the relay can have been closed. */
  async isWhole(): Promise<void> {
    const { delivered, vouchers, receipt } = (await this.state())!;
    const most = performance.now() - this.#beganAt - this.#openMs;
    assert.equal(vouchers.length, 1);
    assert.equal(receipt, null);
    assert.ok(delivered * 60_000 <= most, `${delivered} min are gone of ${most / 60_000} min`);
    assert.ok(this.othersAreOff);
  }

  /** Unplugged: the relay opens whatever is missing, and when all is there again what is left stands on a receipt. */
  async unplug(): Promise<void> {
    this.plug(false);
    await this.until('the relay is open', () => this.relay === '0');
  }

  async isClosed(): Promise<void> {
    await this.until('the session is closed', async () => {
      const { state, vouchers, receipt } = (await this.state()) ?? {};
      return state === 'free' && vouchers?.[0]?.sequence === this.#sequence && receipt !== null;
    });
    assert.equal(this.relay, '0');
    assert.ok(this.othersAreOff);
  }

  async until(what: string, test: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
    try {
      await until(what, test, withinMs);
    } catch (error) {
      const state = JSON.stringify(await this.state().catch(String));
      throw new Error(`${(error as Error).message}: ${state}\n${this.editor.output.slice(-2000)}`);
    }
  }
}

/** The nodes of it that an editor could change: all that do something. */
export function nodesOf(flow: readonly FlowNode[]): readonly FlowNode[] {
  return flow.filter(({ type, z }) => !NOT_OF_A_CHARGER.includes(type) && z !== OBSERVER);
}

/** The charger's flow as it is an example, with a key and outlets of its own, quick to see a vehicle. */
export function flowOf(outlets: number): FlowNode[] {
  const flow = exampleFlows()['charger flow']!;
  const station = flow.find(({ type }) => type === 'charging station')!;
  const more = outlets > 1 ? { outlets: String(outlets), layout: 'wide' } : {};
  const pins = (line: string) =>
    Array.from({ length: outlets }, (_, index) => (index === 0 ? line : `${line}-${index + 1}`)).join('; ');
  const set: Readonly<Record<string, object>> = {
    'charging station': { sequence: 'counter', ...more },
    'detect vehicle': { closeMs: '30', line: pins('vehicle') },
    'control relay': { line: pins('relay'), leastSeconds: '0', mostClosings: '0' },
  };
  const registering = flow.filter(({ type }) => ['code issuer', 'manage ledger'].includes(type)).map(({ id }) => id);
  const charger = flow
    .filter(
      ({ id, wires }) => !registering.includes(id) && !registering.includes(String((wires as string[][])?.[0]?.[0])),
    )
    .map((node) => ({ ...node, ...set[node.type] }));
  return [...charger, ...observing(station.id), { id: ELSEWHERE, type: 'tab', label: 'Elsewhere' } as FlowNode];
}

function observing(station: string): FlowNode[] {
  const node = (id: string, type: string, more: object) => ({ id, type, z: OBSERVER, x: 100, y: 100, ...more });
  const simulate = { station, version: 1, line: 'vehicle' };
  return [
    { id: OBSERVER, type: 'tab', label: 'Observer' },
    node('observed-in', 'http in', { url: '/observed', method: 'get', wires: [['observed']] }),
    node('observed', 'simulate station', { ...simulate, does: 'state', wires: [['answer'], ['answer']] }),
    node('typed-in', 'http in', { url: '/type', method: 'post', wires: [['typed']] }),
    node('typed', 'simulate station', { ...simulate, does: 'keys', wires: [['answer'], ['answer']] }),
    node('answer', 'http response', { wires: [] }),
  ] as FlowNode[];
}
