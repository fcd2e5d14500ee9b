// A cloud with a heap of 300 MB and a crowd before its door: handshakes of the dashboard's socket without a login,
// connections that ask and ask and read nothing, connections without end. A customer buys all the while.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused, openLedger } from '../../../charging/cloud/ledger.ts';
import { MASTER_KEY, MASTER_KEY_HEX } from '../../charging/cloud/databases.ts';
import { Cloud } from '../../flows/cloud/support/cloud.ts';
import { atOnce } from '../customers.ts';
import type { Soaked, SoakRow } from '../row.ts';

const HEAP_MB = 300;
const HANDSHAKES = 50_000;
const DEAF = 60;
const DEAF_MS = 40_000;
const IDLE = 5000;
/** More than the cloud needs to answer a customer; what leaks takes more. */
const MOST_GROWTH_MB = 150;
/** The crowd's own address: a machine of its own would have one. */
const CROWD = '127.0.0.2';
const ASKED = 'GET /stations/CP-0001 HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2000);

export const row: SoakRow = {
  title: `SQLite, heap of ${HEAP_MB} MB`,
  async run(): Promise<Soaked> {
    const dataDir = mkdtempSync(join(tmpdir(), 'soak-crowd-'));
    const env = { MASTER_KEY: MASTER_KEY_HEX, LOG_LEVEL: 'warn', NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` };
    const limits = { RATE_LIMIT_CLIENT: '0', RATE_LIMIT_STATION: '0' };
    const cloud = await Cloud.start({ dataDir, env: { ...env, ...limits } });
    try {
      return await crowd(cloud);
    } finally {
      await cloud.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

async function crowd(cloud: Cloud): Promise<Soaked> {
  const customer = new Customer(cloud, await prepare(cloud));
  await customer.buyFor(5000);
  const before = residentMb(cloud);
  const quiet = customer.slowestMs;
  const watching = new Peak(cloud);
  const cut = { connections: 0 };

  let attack = true;
  const buying = customer.buyWhile(() => attack);
  const refused = await handshakes(cloud);
  await Promise.all(Array.from({ length: DEAF }, () => deaf(cloud, performance.now() + DEAF_MS, cut)));
  const ended = await idle(cloud);
  attack = false;
  await buying;

  const most = watching.end();
  const faults = [...customer.odd.slice(0, 5)];
  if (refused !== HANDSHAKES) faults.push(`${HANDSHAKES - refused} handshakes were not refused`);
  if (most - before > MOST_GROWTH_MB) faults.push(`it grew from ${before.toFixed(0)} to ${most.toFixed(0)} MB`);
  return {
    figures: {
      'handshakes refused': refused,
      'deaf connections, cut': `${DEAF}, ${cut.connections}`,
      'idle connections, cut': `${IDLE}, ${ended}`,
      'MB before': before.toFixed(0),
      'MB at most': most.toFixed(0),
      served: customer.served,
      'not served': customer.odd.length,
      'slowest answer, ms, before and then': `${quiet.toFixed(0)}, ${customer.slowestMs.toFixed(0)}`,
    },
    faults,
  };
}

/** @returns an API key of a customer's */
async function prepare(cloud: Cloud): Promise<string> {
  const url = `sqlite:${join(cloud.dataDir, 'cloud', 'ledger.sqlite')}`;
  const ledger = await openLedger({ url, masterKey: MASTER_KEY });
  await ledger.createStation({ id: 'CP-0001', sequence: 'counter' });
  const made = await ledger.createApiKey({ name: 'shop', role: 'customer app', by: 'soak' });
  await ledger.close();
  if (isRefused(made)) throw new Error(made.refused.detail);
  return made.key;
}

/** Buys one code after the other, each on a connection of its own. */
class Customer {
  readonly #cloud: Cloud;
  readonly #headers: Record<string, string>;
  served = 0;
  slowestMs = 0;
  readonly odd: string[] = [];

  constructor(cloud: Cloud, key: string) {
    this.#cloud = cloud;
    this.#headers = { authorization: `Bearer ${key}`, connection: 'close' };
  }

  async buyFor(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    await this.buyWhile(() => performance.now() < until);
  }

  async buyWhile(on: () => boolean): Promise<void> {
    this.slowestMs = 0;
    while (on()) {
      const from = performance.now();
      try {
        const order = { station: 'CP-0001', amount: 30 };
        const { status } = await this.#cloud.call('POST', '/charging-requests', order, this.#headers);
        if (status === 201) this.served += 1;
        else this.odd.push(`a customer got ${status}`);
      } catch (error) {
        this.odd.push(`a customer got nothing: ${String((error as Error).cause ?? error)}`);
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Without a session, fifty at once. @returns how many were refused */
async function handshakes(cloud: Cloud): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 50, localAddress: CROWD });
  const url = `${cloud.url}/dashboard/socket.io/?EIO=4&transport=polling`;
  let left = HANDSHAKES;
  let refused = 0;
  const one = () =>
    new Promise<void>((resolve) => {
      const asked = request(url, { agent }, (answer) => {
        if (answer.statusCode === 401) refused += 1;
        answer.resume().once('close', resolve);
      });
      asked.once('error', () => resolve()).end();
    });
  await atOnce(50, async () => {
    while (left-- > 0) await one();
  });
  agent.destroy();
  return refused;
}

/** Asks without end and reads nothing, and comes again when it is cut off. */
async function deaf(cloud: Cloud, until: number, cut: { connections: number }): Promise<void> {
  const { hostname, port } = new URL(cloud.url);
  while (performance.now() < until) {
    await new Promise<void>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port), localAddress: CROWD }).pause();
      const over = setTimeout(() => socket.destroy(), until - performance.now());
      const ask = () => {
        while (socket.writable && socket.write(ASKED));
      };
      socket
        .on('connect', ask)
        .on('drain', ask)
        .on('error', () => {
          cut.connections += 1;
        });
      socket.on('close', () => {
        clearTimeout(over);
        setTimeout(resolve, 50);
      });
    });
  }
}

/** @returns how many were cut off */
async function idle(cloud: Cloud): Promise<number> {
  const { hostname, port } = new URL(cloud.url);
  let ended = 0;
  const sockets = [];
  for (let index = 0; index < IDLE; index += 1) {
    const socket = connect({ host: hostname, port: Number(port), localAddress: CROWD }).resume();
    sockets.push(socket);
    socket
      .on('error', () => {})
      .once('close', () => {
        ended += 1;
      });
    if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const cut = ended;
  for (const socket of sockets) socket.destroy();
  return cut;
}

function residentMb(cloud: Cloud): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${cloud.pid}/status`, 'utf8'))![1]) / 1024;
}

class Peak {
  #most = 0;
  readonly #looking: NodeJS.Timeout;

  constructor(cloud: Cloud) {
    this.#looking = setInterval(() => {
      this.#most = Math.max(this.#most, residentMb(cloud));
    }, 100);
  }

  end(): number {
    clearInterval(this.#looking);
    return this.#most;
  }
}
