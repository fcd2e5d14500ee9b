// Real guards and clients, as processes, for tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connectTo } from '../../../hardware/relay/socket.ts';

export const GUARD_PROGRAM = join(import.meta.dirname, '../../../hardware/relay/guard-main.ts');
const client = join(import.meta.dirname, 'client-process.ts');

/** Of a guard on simulated pins. */
export function guardArguments({ socket, pins }: { readonly socket: string; readonly pins: string }): string[] {
  return ['--socket', socket, '--driver', 'simulated', '--folder', pins];
}

export interface GuardProcess {
  readonly process: ChildProcess;
  readonly output: string[];
}

/** A folder with a guard's socket and pins; everything in it ends with the test. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'guard-'));
  socket = join(this.folder, 'guard.sock');
  readonly pins = join(this.folder, 'pins');
  /** Of the programs that are started from now on, besides this one's. */
  environment: Readonly<Record<string, string>> = {};
  readonly #started = new Set<ChildProcess>();

  constructor() {
    mkdirSync(this.pins);
  }

  /** Resolves when the guard listens. */
  async guard(...args: string[]): Promise<GuardProcess> {
    const relays = args.includes('--relay') ? [] : ['--relay', 'relay=relay'];
    const child = this.run(GUARD_PROGRAM, ...guardArguments(this), ...relays, ...args);
    const output: string[] = [];
    for await (const line of createInterface(child.stdout!)) {
      output.push(line);
      if (line.includes(' on /')) break;
    }
    if (child.exitCode !== null || output.length === 0) throw new Error('the guard did not start');
    createInterface(child.stdout!).on('line', (line) => output.push(line));
    return { process: child, output };
  }

  /** A process of its own that leases the relay, switches it on, and then lives until it is killed. */
  async client(relay = 'relay', leastSeconds = 0): Promise<ChildProcess> {
    const child = this.run(client, this.socket, relay, String(leastSeconds));
    for await (const line of createInterface(child.stdout!)) if (line === 'on') return child;
    throw new Error('the client could not switch its relay on');
  }

  run(file: string, ...args: string[]): ChildProcess {
    const env = { ...process.env, ...this.environment };
    const child = spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr!.on('data', (data) => process.env.GUARD_DEBUG && process.stderr.write(data));
    this.#started.add(child);
    child.once('exit', () => this.#started.delete(child));
    return child;
  }

  wire(line = 'relay'): string {
    return readFileSync(join(this.pins, line), 'utf8');
  }

  drive(line: string, level: string): void {
    writeFileSync(join(this.pins, line), level);
  }

  /** Resolves with the time (performance.now) at which the file holds this level. */
  async reaches(level: string, line = 'relay'): Promise<number> {
    const watcher = watch(this.pins);
    try {
      while (this.wire(line) !== level) {
        // The watch may have begun after the change, and some file systems are not watched at all.
        const again = new AbortController();
        const net = setTimeout(() => again.abort(), 5);
        await once(watcher, 'change', { signal: again.signal }).catch(() => {});
        clearTimeout(net);
      }
      return performance.now();
    } finally {
      watcher.close();
    }
  }

  async remove(): Promise<void> {
    for (const child of this.#started) {
      const gone = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true });
  }
}

/** A client that says whatever a test wants it to say. */
export class RawClient {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;
  readonly closed: Promise<unknown>;

  constructor(path: string) {
    this.#socket = connectTo(path);
    this.#socket.on('error', () => {});
    this.closed = once(this.#socket, 'close');
    this.#lines = createInterface(this.#socket)[Symbol.asyncIterator]();
  }

  say(message: unknown): void {
    this.sayRaw(`${JSON.stringify(message)}\n`);
  }

  sayRaw(text: string | Uint8Array): void {
    this.#socket.write(text);
  }

  async hear(): Promise<Record<string, unknown>> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the guard hung up');
    return JSON.parse(value) as Record<string, unknown>;
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

export const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
