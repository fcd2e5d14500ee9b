// The bench contract of the running charger: a scripted charge, and what it refuses. Codes are of a station that counts, so
// they are the same at any time; how much is left is shown to the second, so the times on the display are masked.
import { Applications, serviceCode, stationKey, voucherCode } from './product.ts';

const MASTER_KEY = new Uint8Array(32).fill(0x3d);
const KEY = stationKey(MASTER_KEY, 'CP-0001', 1);
const WITHIN_MS = 20_000;

/** Large, so that what is left when it is stopped is the same 155th however slow the machine. */
const code = (sequence: number, key = KEY, quantity = 31) =>
  voucherCode(key, { layout: 'compact', unit: 'min', step: 30, quantity, sequence });

const REFUSED: readonly (readonly [string, string, BodyInit | undefined, Record<string, string>])[] = [
  ['POST', '/bench/keys', '{"keys":', {}],
  ['POST', '/bench/keys', '{"keys":5}', {}],
  ['POST', '/bench/keys', '{"keys":""}', {}],
  ['POST', '/bench/keys', '{"keys":"hello"}', {}],
  ['POST', '/bench/keys', '{}', {}],
  ['POST', '/bench/keys', 'null', {}],
  ['POST', '/bench/keys', `{"keys":"${'1'.repeat(20_000)}"}`, {}],
  ['GET', '/nothing', undefined, {}],
  ['GET', '/bench/state', undefined, { origin: 'https://evil.example' }],
  ['POST', '/bench/keys', '{"keys":"1"}', { origin: 'https://evil.example' }],
];

class Script {
  readonly lines: string[] = [];
  readonly #running: Applications;

  constructor(running: Applications) {
    this.#running = running;
  }

  async ask(method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}): Promise<string> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = { method, headers: { ...json, ...headers }, ...(body !== undefined && { body }) };
    const answer = await fetch(this.#running.charger + path, sent);
    const type = answer.headers.get('content-type');
    return `${answer.status} ${type}, ${answer.headers.get('cache-control')}\n  ${masked(await answer.text())}`;
  }

  async keys(keys: string): Promise<void> {
    const answer = await this.ask('POST', '/bench/keys', JSON.stringify({ keys }));
    this.lines.push(`keys ${keys}`, `  ${answer}`);
  }

  /** The state, once the session stands where it leads to. */
  async reaches(state: string, relay: boolean): Promise<void> {
    await this.#running.settled(state, (now) => now.state === state && now.relay === relay, WITHIN_MS);
    this.lines.push(
      `state ${state}`,
      `  ${await this.ask('GET', '/bench/state')}`,
      `  relay pin ${this.#running.relayPin()}`,
    );
  }

  async plug(connected: boolean): Promise<void> {
    this.#running.plug(connected);
    await this.#running.settled('the plug is seen', ({ vehicle }) => vehicle === connected, WITHIN_MS);
    this.lines.push(`plug ${connected ? 'in' : 'out'}`);
  }
}

function masked(told: string): string {
  return told
    .replaceAll(/\d+:\d\d(?::\d\d)?/g, '<time>')
    .replaceAll(/\b\d+ s\b/g, '<seconds>')
    .replaceAll(/"(remaining|delivered)":\d+(?:\.\d+)?/g, '"$1":"<amount>"')
    .replaceAll(/"report":"[\w-]+"/g, '"report":"<report>"');
}

async function charge(script: Script): Promise<void> {
  await script.reaches('idle', false);
  for (const keys of ['1', '*', '#', '12#', '0000000000#', `${code(40)}#`, `${code(1, new Uint8Array(32).fill(9))}#`]) {
    await script.keys(keys);
  }
  await script.keys(`${code(1)}#`);
  await script.reaches('armed', false);
  await script.keys('*');
  await script.keys(`${code(1)}#`);
  await script.plug(true);
  await script.reaches('charging', true);
  for (const keys of ['*', '*2#', '05', `*${code(1)}#`, `${code(2)}#`, '#', '*']) await script.keys(keys);
  await script.keys('*1#');
  await script.reaches('receipt', false);
  await script.keys(`${code(1)}#`);
  await script.plug(false);
  await script.keys(`${voucherCode(KEY, { layout: 'long', unit: 'min', step: 30, quantity: 155, sequence: 3 })}#`);
  await script.plug(true);
  await script.reaches('charging', true);
  await script.plug(false);
  await script.reaches('receipt', false);
  await script.keys(`${serviceCode(KEY, { operation: 'synchronize', sequence: 39 })}#`);
  await script.keys(`${serviceCode(KEY, { operation: 'synchronize', sequence: 39 })}#`);
  await script.keys(`${code(40)}#`);
  await script.keys(`${serviceCode(KEY, { operation: 'end-session', sequence: 41 })}#`);
  await script.keys(`${serviceCode(KEY, { operation: 'clear-lockout', sequence: 42 })}#`);
  for (let guess = 0; guess < 11; guess++) await script.keys(`${code(43 + guess, new Uint8Array(32).fill(9), 1)}#`);
}

export async function chargeRecording(): Promise<string> {
  const env = {
    STATION_KEY: Buffer.from(KEY).toString('hex'),
    STATION_SEQUENCE: 'counter',
    ADMIN_PASSWORD: '',
  };
  const running = await Applications.start({ only: 'charger', env });
  try {
    const script = new Script(running);
    await charge(script);
    for (const [method, path, body, headers] of REFUSED) {
      const shown = typeof body === 'string' && body.length < 100 ? body : body === undefined ? '' : 'a large body';
      script.lines.push(`${method} ${path} ${shown} ${JSON.stringify(headers)}`);
      script.lines.push(`  ${await script.ask(method, path, body, headers)}`);
    }
    return `${script.lines.join('\n')}\n`;
  } finally {
    await running.remove();
  }
}
