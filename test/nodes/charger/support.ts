// A charger in a real Node-RED of the test's own: real journal, real simulated pins, codes made as the cloud makes them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LayoutName,
  type Operation,
  serviceCode,
  stationKey,
  voucherCode,
} from '../../../charging/codes/index.ts';
import chargingStation from '../../../nodes/charging-station/charging-station.ts';
import controlRelay from '../../../nodes/control-relay/control-relay.ts';
import detectVehicle from '../../../nodes/detect-vehicle/detect-vehicle.ts';
import readKeypad from '../../../nodes/read-keypad/read-keypad.ts';
import readMeter from '../../../nodes/read-meter/read-meter.ts';
import runSession from '../../../nodes/run-session/run-session.ts';
import type { Message, RED, RedNode } from '../../../nodes/shared/red.ts';
import showDisplay from '../../../nodes/show-display/show-display.ts';
import simulateStation from '../../../nodes/simulate-station/simulate-station.ts';
import verifyCode from '../../../nodes/verify-code/verify-code.ts';

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly wires?: readonly (readonly string[])[];
  readonly [setting: string]: unknown;
}

/** What the helper leaves on a node, and `done` counted. */
export interface TestNode extends RedNode {
  receive(message: Message): void;
  on(event: string, listener: (...values: never[]) => void): void;
}

interface Helper {
  init(runtimePath: string): void;
  settings(settings: object): void;
  load(nodes: readonly ((red: RED) => void)[], flow: readonly FlowNode[], credentials: object): Promise<void>;
  setFlows(flow: readonly FlowNode[], type: string, credentials: object): Promise<void>;
  unload(): Promise<void>;
  log(): { args: [{ level: number; id?: string; msg: unknown }][] };
  getNode(id: string): TestNode;
}

/** Node-RED's levels of errors and warnings in the log. */
const ERROR = 20;
const WARNING = 30;

const require = createRequire(import.meta.url);
const helper = require('node-red-node-test-helper') as Helper;
helper.init(require.resolve('node-red'));

const ALL = [
  chargingStation,
  verifyCode,
  detectVehicle,
  controlRelay,
  runSession,
  readKeypad,
  readMeter,
  showDisplay,
  simulateStation,
];

export const KEY = stationKey(new Uint8Array(32).fill(7), 'CP-0001', 1);
const TERMS = { unit: 'min', step: 30 } as const;

/** The code for `quantity` × 30 min. Stations of these tests count: the first number is 1. */
export function code(sequence: number, quantity = 2, layout: LayoutName = 'compact'): string {
  return voucherCode(KEY, { layout, ...TERMS, quantity, sequence });
}
export function service(operation: Operation, sequence: number): string {
  return serviceCode(KEY, { operation, sequence });
}

/** The wires of flows/charger, with a station whose pins and journal are in `folder`. */
export function chargerFlow(folder: string, change: Readonly<Record<string, object>> = {}): FlowNode[] {
  const flow: FlowNode[] = [
    stationNode(folder),
    { id: 'keypad', type: 'read keypad', station: 'station', wires: [['verify'], ['session']] },
    { id: 'verify', type: 'verify code', station: 'station', redeem: 'session', wires: [['session'], ['session']] },
    {
      id: 'detect',
      type: 'detect vehicle',
      station: 'station',
      line: 'vehicle',
      closeMs: 30,
      wires: [['session', 'vehicle']],
    },
    {
      id: 'session',
      type: 'run session',
      station: 'station',
      wires: [['control'], ['display', 'shownRaw'], ['records']],
    },
    {
      id: 'control',
      type: 'control relay',
      station: 'station',
      through: 'direct',
      line: 'relay',
      leastSeconds: 0,
      mostClosings: 0,
      wires: [['session', 'actual'], ['session']],
    },
    { id: 'display', type: 'show display', station: 'station', wires: [['shown']] },
    { id: 'shown', type: 'helper' },
    { id: 'shownRaw', type: 'helper' },
    { id: 'records', type: 'helper' },
    { id: 'actual', type: 'helper' },
    { id: 'vehicle', type: 'helper' },
  ];
  const added = Object.entries(change).filter(([id]) => !flow.some((node) => node.id === id));
  return [...flow.map((node) => ({ ...node, ...change[node.id] })), ...added.map(([, node]) => node as FlowNode)];
}

export function stationNode(folder: string): FlowNode {
  return {
    id: 'station',
    type: 'charging station',
    station: 'CP-0001',
    ...TERMS,
    sequence: 'counter',
    journalFolder: join(folder, 'journal'),
    driver: 'simulated',
    gpioFolder: join(folder, 'pins'),
  };
}

export interface Ended {
  readonly times: number;
  readonly error?: Error & { code?: string };
}

/** Node-RED with one flow, and what its nodes said. */
export class Rig {
  readonly folder: string;
  readonly statuses = new Map<string, { fill?: string; text?: string }>();
  readonly heard = new Map<string, Message[]>();
  readonly #wakes = new Set<() => void>();
  #deaf = () => {};

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'charger-nodes-'));
    helper.settings({ userDir: this.folder });
  }

  /** @param key of the station with the id `station`; null: it has none */
  async start(
    flow: readonly FlowNode[],
    key: string | null = Buffer.from(KEY).toString('hex'),
    station = 'station',
  ): Promise<void> {
    const whole = [{ id: 'tab', type: 'tab', label: 'charger' }, ...flow.map((node) => placed(node))];
    await helper.load([this.#listening, ...ALL], whole, key === null ? {} : { [station]: { key } });
  }

  /** As the editor's Deploy does. */
  async deploy(flow: readonly FlowNode[], type: 'full' | 'flows' | 'nodes' = 'full'): Promise<void> {
    const whole = [{ id: 'tab', type: 'tab', label: 'charger' }, ...flow.map((node) => placed(node))];
    await helper.setFlows(whole, type, { station: { key: Buffer.from(KEY).toString('hex') } });
  }

  async stop(): Promise<void> {
    await helper.unload();
  }

  async remove(): Promise<void> {
    await this.stop();
    this.#deaf();
    // What a closing journal or pin writes last may come while the folder goes.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  node(id: string): TestNode {
    return helper.getNode(id);
  }

  send(id: string, message: Message): void {
    this.node(id).receive(message);
  }

  /** How often a message was ended, and with which error: seen at the last turn of the event loop that could end it. */
  async ends(id: string, message: Message): Promise<Ended> {
    const node = this.node(id) as TestNode & { _complete(message: Message, error?: unknown): void };
    const complete = node._complete;
    let times = 0;
    let error: Ended['error'];
    const first = new Promise<void>((resolve) => {
      node._complete = (ended, thrown) => {
        // What the message causes may come back to the node as messages of their own.
        if (ended !== message) return;
        times += 1;
        error = thrown as Ended['error'];
        resolve();
      };
    });
    node.receive(message);
    await first;
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    node._complete = complete;
    return error === undefined ? { times } : { times, error };
  }

  type(keys: string): void {
    this.send('keypad', { payload: keys });
  }

  plug(connected: boolean): void {
    mkdirSync(join(this.folder, 'pins'), { recursive: true });
    writeFileSync(join(this.folder, 'pins/vehicle'), connected ? '1' : '0');
  }

  pin(line: string): string {
    try {
      return readFileSync(join(this.folder, 'pins', line), 'utf8').trim();
    } catch {
      return 'none';
    }
  }

  /** What reached a helper node so far. */
  at(id: string): readonly Message[] {
    return this.heard.get(id) ?? [];
  }

  last(id: string): Message | undefined {
    return this.at(id).at(-1);
  }

  /** The errors that were logged so far, by the node with that id or by any, as a person reads them. */
  errors(id?: string): string[] {
    return this.#logged(ERROR, id);
  }

  warnings(): string[] {
    return this.#logged(WARNING);
  }

  #logged(level: number, id?: string): string[] {
    const entries = helper.log().args.map(([entry]) => entry);
    return entries
      .filter((one) => one.level === level && (id === undefined || one.id === id))
      .map(({ msg }) => String(msg));
  }

  /** Waits until it is so, looking at each message and status, and every few milliseconds for what lies in files. */
  async until(what: string, test: () => boolean, withinMs = 8_000): Promise<void> {
    const end = performance.now() + withinMs;
    while (!test()) {
      if (performance.now() > end) {
        throw new Error(`waited ${withinMs} ms in vain until ${what}: ${JSON.stringify([...this.statuses])}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, 10);
        const wakes = this.#wakes;
        function done() {
          clearTimeout(timer);
          wakes.delete(done);
          resolve();
        }
        wakes.add(done);
      });
    }
  }

  /** Listens to what Node-RED itself tells: statuses, and what arrives at helper nodes. */
  readonly #listening = (red: RED): void => {
    this.#deaf();
    const status = (event: unknown) => {
      const { id, status } = event as { id: string; status?: { fill?: string; text?: string } };
      this.statuses.set(id, status ?? {});
      this.#wake();
    };
    const listened = new WeakSet<object>();
    const started = () => {
      for (const id of ['shown', 'shownRaw', 'records', 'actual', 'vehicle', 'out', 'refused', 'faults']) {
        const node = red.nodes.getNode(id);
        if (!node || listened.has(node)) continue;
        listened.add(node);
        if (!this.heard.has(id)) this.heard.set(id, []);
        node.on('input', (message, _send, done) => {
          this.heard.get(id)!.push(message);
          this.#wake();
          done();
        });
      }
    };
    red.events.on('node-status', status);
    red.events.on('flows:started', started);
    this.#deaf = () => {
      red.events.removeListener('node-status', status);
      red.events.removeListener('flows:started', started);
    };
  };

  #wake(): void {
    for (const wake of this.#wakes) wake();
  }
}

/** A node without a place on the canvas would be a config node; a tab has none. */
function placed(node: FlowNode): FlowNode {
  return ['charging station', 'tab'].includes(node.type) ? node : { x: 100, y: 100, z: 'tab', ...node };
}
