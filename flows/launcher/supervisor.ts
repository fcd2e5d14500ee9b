// A program that `npm start` keeps running: started again when it dies, later each time it dies young, and ended when it
// hangs.
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface SupervisionOptions {
  readonly name: string;
  start(): ChildProcess;
  /** Before it is started again for the first time; each time it dies young this doubles. */
  readonly firstRestartMs: number;
  /** It may take so long to stop when it is asked to. */
  readonly stopWaitMs: number;
  /** Called when it ends before it was ever ready; without it, it is tried again all the same. */
  onNeverReady?(): void;
  /** Set for one that tells at least so often that it is alive: silent for so long, it is ended. */
  readonly silenceMs?: number;
  /** What each of its ends leaves to be done, before it is started again and before `stop` resolves. Must not reject. */
  afterEnd?(): Promise<void>;
}

const SLOWEST_RESTART_MS = 10_000;
/** One that lived so long did not die young. */
const OLD_MS = 60_000;
/** One that tells that it is alive must be ready after so long, also on a slow memory card. */
const START_MS = 30_000;
const TICK_MS = 250;

export class SupervisedProcess {
  readonly name: string;
  readonly ready: Promise<string>;
  readonly #options: SupervisionOptions;
  readonly #becameReady: (at: string) => void;
  #child: ChildProcess | undefined;
  #restartMs: number;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #wasReady = false;
  /** Over when what the last end left to be done is done. */
  #tidied: Promise<void> = Promise.resolve();

  constructor(options: SupervisionOptions) {
    this.#options = options;
    this.name = options.name;
    this.#restartMs = options.firstRestartMs;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ready = promise;
    this.#becameReady = resolve;
    this.#launch();
  }

  /** From here on it is not started again. */
  expectEnd(): void {
    this.#stopping = true;
    clearTimeout(this.#timer);
  }

  /** Asks it to stop, and ends it when it does not. */
  async stop(): Promise<void> {
    this.expectEnd();
    const child = this.#child;
    if (child) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), this.#options.stopWaitMs);
      await ended;
      clearTimeout(killer);
    }
    await this.#tidied;
  }

  #launch(): void {
    const startedAtMs = performance.now();
    const child = this.#options.start();
    this.#child = child;
    print(child, this.name);
    child.on('message', (message: { ready?: string }) => {
      if (message.ready === undefined) return;
      this.#wasReady = true;
      this.#becameReady(message.ready);
    });
    if (this.#options.silenceMs !== undefined) this.#listenTo(child, this.#options.silenceMs);
    child.once('exit', (code, signal) => this.#ended(signal ?? `exit ${code}`, performance.now() - startedAtMs));
    child.on('error', (error) => {
      // Otherwise it was started, and its end is still to come.
      if (child.pid === undefined) this.#ended(error.message, 0);
    });
  }

  #ended(how: string, livedMs: number): void {
    const { onNeverReady, afterEnd, firstRestartMs } = this.#options;
    this.#child = undefined;
    // One that never was ready has never done anything.
    if (this.#wasReady && afterEnd) this.#tidied = afterEnd();
    if (this.#stopping) return;
    if (!this.#wasReady && onNeverReady) {
      onNeverReady();
      return;
    }
    if (livedMs > OLD_MS) this.#restartMs = firstRestartMs;
    const restartMs = this.#restartMs;
    this.#restartMs = Math.min(SLOWEST_RESTART_MS, restartMs * 2);
    console.error(`[${this.name}] ended (${how}); starting it again in ${restartMs / 1000} s`);
    void this.#tidied.then(() => {
      if (!this.#stopping) this.#timer = setTimeout(() => this.#launch(), restartMs);
    });
  }

  /**
   * Also while it is being stopped. Silence is counted in our own ticks: after a pause of ours (a laptop's lid, a stopped
   * process group) all its words lie there unread, and no clock may be taken for its silence.
   */
  #listenTo(child: ChildProcess, silenceMs: number): void {
    let mostMs = START_MS;
    let silentMs = 0;
    const ticks = setInterval(() => {
      silentMs += TICK_MS;
      if (silentMs < mostMs) return;
      clearInterval(ticks);
      console.error(`[${this.name}] hangs: nothing heard of it for ${mostMs / 1000} s; ending it`);
      child.kill('SIGKILL');
    }, TICK_MS);
    child.on('message', () => {
      mostMs = silenceMs;
      silentMs = 0;
    });
    child.once('exit', () => clearInterval(ticks));
  }
}

/** Its words on our screen, each line with its name before it. */
export function print(child: ChildProcess, name: string): void {
  for (const [stream, say] of [
    [child.stdout, console.log],
    [child.stderr, console.error],
  ] as const) {
    if (stream) createInterface({ input: stream }).on('line', (line) => say(`[${name}] ${line}`));
  }
}
