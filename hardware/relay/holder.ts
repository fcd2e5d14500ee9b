// One relay's line and the rules that stand between a wish and the wire; in the guard, or in a process without one.
import type { OutputLine } from '../gpio/driver.ts';
import { type ClosingHistory, type Protection, stricter } from './protection.ts';
import { RelayError, type RelayProblem } from './types.ts';

/** How often the line is read back while nobody asks for anything. */
const CHECK_MS = 250;

export interface HolderOptions {
  /** Holds whatever a lease asks for. */
  readonly minimum: Protection;
  /** Of this contactor, also from before its line was opened. */
  readonly history: ClosingHistory;
  /** Something changed that was not asked for: an `on` that ended by itself, a line that failed or recovered. */
  onChange(): void;
}

export class RelayHolder {
  /** The line was found on when it was opened. */
  readonly wasOn: boolean;
  readonly #line: OutputLine;
  readonly #options: HolderOptions;
  readonly #history: ClosingHistory;
  readonly #check: NodeJS.Timeout;
  #protection: Protection;
  #on = false;
  #problem: RelayProblem | undefined;
  #longest: NodeJS.Timeout | undefined;

  /** `line` is freshly opened, and so off. */
  constructor(line: OutputLine, options: HolderOptions) {
    this.#line = line;
    this.#options = options;
    this.#protection = options.minimum;
    this.wasOn = line.wasOn;
    this.#history = options.history;
    // When it closed nobody knows any more: at the latest now.
    if (line.wasOn) this.#history.closed(performance.now());
    this.#check = setInterval(() => this.#verify(), CHECK_MS);
  }

  get on(): boolean {
    return this.#on;
  }

  get problem(): RelayProblem | undefined {
    return this.#problem;
  }

  /** False when the line does not go off: whoever holds it had better start anew. */
  get healthy(): boolean {
    return this.#on || this.#problem?.code !== 'line-failed';
  }

  get readyInMs(): number {
    return this.#on ? 0 : this.#history.readyInMs(this.#protection, performance.now());
  }

  /** What its user asks for, on top of the minimum. */
  protect(wanted: Protection): void {
    this.#protection = stricter(this.#options.minimum, wanted);
  }

  /** Throws a `RelayError`: `not-ready`, `line-failed`; the relay is then off. */
  close(): void {
    if (this.#on) return;
    const wait = this.readyInMs;
    if (wait > 0) {
      throw new RelayError('not-ready', `The contactor needs a pause of ${Math.ceil(wait / 1000)} s.`, wait);
    }
    this.#history.closed(performance.now());
    try {
      this.#line.write(true);
      if (!this.#line.read()) throw new Error('it reads off after it was switched on');
    } catch (error) {
      const failed = this.#failed(error);
      this.#off();
      this.#problem = failed;
      throw failed;
    }
    this.#on = true;
    this.#problem = undefined;
    if (this.#protection.longestOnSeconds > 0) {
      // A timer can't run longer than 24.8 days.
      const longestMs = Math.min(this.#protection.longestOnSeconds * 1000, 0x7fffffff);
      this.#longest = setTimeout(() => this.#longestReached(), longestMs);
    }
  }

  /** Throws a `RelayError` `line-failed`; it then goes on trying. */
  open(): void {
    this.#on = false;
    clearTimeout(this.#longest);
    const failed = this.#off();
    if (failed) throw failed;
  }

  /** The line is off and free; for good. */
  async release(): Promise<void> {
    clearInterval(this.#check);
    clearTimeout(this.#longest);
    this.#on = false;
    await this.#line.close();
  }

  #off(): RelayError | undefined {
    try {
      this.#line.write(false);
      if (this.#line.read()) throw new Error('it reads on after it was switched off');
      if (this.#problem?.code === 'line-failed') this.#problem = undefined;
      return undefined;
    } catch (error) {
      const failed = this.#failed(error);
      this.#problem = failed;
      return failed;
    }
  }

  #longestReached(): void {
    this.#on = false;
    this.#problem = { code: 'longest-on', message: 'Switched off after the longest time that this relay may be on.' };
    this.#off();
    this.#options.onChange();
  }

  /** Somebody else may write to a line, and a line may be lost: what was confirmed must stay true. */
  #verify(): void {
    const before = this.#problem?.code;
    try {
      if (this.#line.read() === this.#on) {
        if (before !== 'line-failed') return;
        this.#problem = undefined;
        this.#options.onChange();
        return;
      }
      this.#problem = this.#failed(new Error(this.#on ? 'it went off by itself' : 'it went on by itself'));
    } catch (error) {
      this.#problem = this.#failed(error);
    }
    const wasOn = this.#on;
    const problem = this.#problem;
    this.#on = false;
    clearTimeout(this.#longest);
    this.#off();
    this.#problem = problem;
    if (wasOn || before !== problem.code) this.#options.onChange();
  }

  #failed(error: unknown): RelayError {
    const { message } = error as Error;
    return new RelayError('line-failed', `The relay's line failed: ${message}`, 0, { cause: error });
  }
}
