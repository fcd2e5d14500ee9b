// The charger as it is shipped, its flow and its guard, on real lines: keys go in by HTTP, all else is wires.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { stationKey, voucherCode } from '../../charging/codes/index.ts';
import { attempt, finish, found, heading, noted, timed } from './report.ts';
import { drive, level, ms, nowMs, pause, reaches, stats, timeTo } from './wires.ts';

const PLUG = 17;
const RELAY = 27;
const DATA = '/run/charger';
const PORT = '1881';
const SLOT_SECONDS = 300;
const root = `${import.meta.dirname}/../..`;
const key = stationKey(new Uint8Array(32).fill(7), 'CP-0001', 1);

/** Node-RED under emulation is slow to start. */
const START_MS = 600_000;

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
}

/** The flow as an integrator would change it: one more way for keys to come in. */
function layFlow(): void {
  const flow = JSON.parse(readFileSync(`${root}/dist/flows/charger/flow.json`, 'utf8')) as FlowNode[];
  const keypad = flow.find(({ type }) => type === 'read keypad')!;
  const common = { z: keypad.z, x: 100, y: 900 };
  flow.push(
    { ...common, id: 'a1', type: 'http in', url: '/rig/keys', method: 'post', wires: [[keypad.id, 'a2']] } as FlowNode,
    { ...common, id: 'a2', type: 'http response', wires: [] } as FlowNode,
  );
  mkdirSync(`${DATA}/charger/node-red`, { recursive: true });
  writeFileSync(`${DATA}/charger/node-red/flow.json`, JSON.stringify(flow));
}

async function startCharger(): Promise<ChildProcess> {
  layFlow();
  const child = spawn(process.execPath, [`${root}/dist/flows/launcher/start.js`, '--only', 'charger'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATA_DIR: DATA,
      GPIO_DRIVER: 'auto',
      STATION_ID: 'CP-0001',
      STATION_KEY: Buffer.from(key).toString('hex'),
      STATION_LAYOUT: 'long',
      SLOT_SECONDS: String(SLOT_SECONDS),
      VEHICLE_LINE: `GPIO${PLUG}`,
      RELAY_LINE: `GPIO${RELAY}`,
      RELAY_LEAST_SECONDS: '0',
      RELAY_MOST_CLOSINGS: '0',
      CHARGER_PORT: PORT,
    },
  });
  const running = new Promise<void>((resolve, reject) => {
    const impatience = setTimeout(() => reject(new Error('the charger did not start')), START_MS);
    child.once('exit', () => reject(new Error('the charger ended at its start')));
    createInterface(child.stdout!).on('line', (line) => {
      if (/^\[/.test(line) && !/relay: (on|off)$| warn /.test(line)) noted(line, '');
      if (!/^Running/.test(line)) return;
      clearTimeout(impatience);
      resolve();
    });
  });
  await running;
  return child;
}

let spent = 0;
/** A code that was never typed: the window of a clock station holds 64 numbers, three quarters of them behind it. */
function freshCode(): string {
  const sequence = Math.floor(Date.now() / 1000 / SLOT_SECONDS) - 40 + spent;
  spent += 1;
  return voucherCode(key, { layout: 'long', unit: 'min', step: 30, quantity: 2, sequence });
}

async function type(keys: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${PORT}/rig/keys`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: keys,
  });
  if (!answer.ok) throw new Error(`keys were answered with ${answer.status}`);
}

const plugIn = async () => {
  drive(PLUG, true);
  await pause(800);
};

async function startCharge(): Promise<void> {
  await plugIn();
  await type(`${freshCode()}#`);
  await reaches(RELAY, 1);
}

async function charges(): Promise<void> {
  const on: number[] = [];
  const off: number[] = [];
  for (let i = 0; i < 15; i++) {
    await plugIn();
    on.push(await timeTo(RELAY, 1, () => type(`${freshCode()}#`)));
    await pause(300);
    off.push(await timeTo(RELAY, 0, () => drive(PLUG, false)));
    await pause(300);
  }
  const typed = stats(on);
  noted('code typed to relay on, 15 times', `median ${ms(typed.median)}, worst ${ms(typed.worst)}`);
  timed('plug pulled to relay off, 15 times', stats(off), 100);
}

/** The process that runs Node-RED. */
function nodeRed(): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').startsWith('offline-charging-charger')) return Number(entry);
    } catch {
      // Ended meanwhile.
    }
  }
  throw new Error('Node-RED does not run');
}

async function killed(): Promise<void> {
  await startCharge();
  const hung = nodeRed();
  const stopped = await timeTo(RELAY, 0, () => process.kill(hung, 'SIGSTOP'));
  found('relay off after SIGSTOP of Node-RED', ms(stopped), stopped <= 2300);
  process.kill(hung, 'SIGCONT');
  drive(PLUG, false);
  await pause(2000);

  await startCharge();
  const took = await timeTo(RELAY, 0, () => process.kill(nodeRed(), 'SIGKILL'));
  await pause(200);
  found(
    'relay after kill -9 of Node-RED, with the guard in place',
    `1 -> ${level(RELAY)} in ${ms(took)}`,
    level(RELAY) === 0,
  );
  const at = nowMs();
  const resumed = await reaches(RELAY, 1, 120_000).then(
    () => `after ${((nowMs() - at) / 1000).toFixed(1)} s`,
    () => 'no: emulated, it took longer to start than a station waits for its vehicle',
  );
  noted('started again, it goes on with the charge', resumed);
}

heading('the charger and its guard');
await attempt('charger', async () => {
  const charger = await startCharger();
  await attempt('charges', charges);
  await attempt('killed', killed);
  const ended = once(charger, 'exit');
  charger.kill('SIGTERM');
  await ended;
  found('relay after the charger was stopped', level(RELAY), level(RELAY) === 0);
});
finish();
