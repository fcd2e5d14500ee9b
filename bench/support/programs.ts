// Programs that a benchmark starts: it hears their words, waits for them, weighs them and ends them.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { settled } from './figures.ts';

export const root = new URL('../../', import.meta.url).pathname;

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly nodeFlags?: readonly string[];
}

/** A Node program of its own process. */
export class Program {
  readonly #child: ChildProcess;
  readonly startedAt = performance.now();
  readonly #ended: Promise<void>;
  output = '';

  constructor(file: string, args: readonly string[], { env, nodeFlags = [] }: ProgramOptions = {}) {
    this.#child = spawn(process.execPath, [...nodeFlags, file, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const hear = (text: string) => {
      this.output += text;
      for (const listener of this.#listeners) listener();
    };
    this.#child.stdout!.setEncoding('utf8').on('data', hear);
    this.#child.stderr!.setEncoding('utf8').on('data', hear);
    // A benchmark that fails leaves nothing running.
    const leave = () => this.#child.kill('SIGKILL');
    process.once('exit', leave);
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', () => {
        process.off('exit', leave);
        for (const listener of this.#listeners) listener();
        resolve();
      });
    });
  }

  readonly #listeners = new Set<() => void>();

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves at the first message that has the property, with its value. */
  message<T>(property: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const take = (message: Record<string, T>) => {
        if (!(property in message)) return;
        this.#child.off('message', take);
        resolve(message[property]!);
      };
      this.#child.on('message', take);
      this.#ended.then(() => reject(new Error(`ended too early:\n${this.output}`)));
    });
  }

  tell(message: object): void {
    this.#child.send(message);
  }

  /** Resolves when the words were printed. */
  async says(words: string | RegExp): Promise<void> {
    const said = () => (typeof words === 'string' ? this.output.includes(words) : words.test(this.output));
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!said() && this.running) return;
        this.#listeners.delete(look);
        if (said()) resolve();
        else reject(new Error(`ended before it said ${words}:\n${this.output}`));
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** SIGTERM and, when that does not do, SIGKILL; or the signal that is named. */
  async end(signal?: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    this.#child.kill(signal ?? 'SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    await this.#ended;
    clearTimeout(killer);
  }

  memory(): Memory {
    return memoryOf(this.pid);
  }

  cpu(): Cpu {
    return cpuOf(this.pid);
  }

  /** Bytes that it has had written to the disk so far. */
  written(): number {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${this.pid}/io`, 'utf8'))?.[1]);
  }
}

/** Megabytes (10⁶ bytes): `pss` counts shared pages by part, so that processes can be added; `rss` whole. */
export interface Memory {
  readonly pss: number;
  readonly rss: number;
}

function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name: string) => (Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6;
  return { pss: megabytes('Pss'), rss: megabytes('Rss') };
}

/** Milliseconds that a process has had of the processors since it started. */
export interface Cpu {
  /** Of the thread that serves HTTP. */
  readonly main: number;
  readonly all: number;
}

function cpuOf(pid: number): Cpu {
  const ms = (thread: string) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  const threads = readdirSync(`/proc/${pid}/task`);
  return { main: ms(String(pid)), all: threads.reduce((sum, thread) => sum + ms(thread), 0) };
}

/** When it has not grown or shrunk by a megabyte for three seconds, or after half a minute. */
export async function settledMemory(program: Program): Promise<Memory> {
  let last = program.memory();
  for (let quiet = 0, seconds = 0; quiet < 3 && seconds < 30; seconds++) {
    await settled(1000);
    const now = program.memory();
    quiet = Math.abs(now.pss - last.pss) < 1 ? quiet + 1 : 0;
    last = now;
  }
  return last;
}
