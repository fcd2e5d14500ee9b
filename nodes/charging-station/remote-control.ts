// Where `simulate station` and dialogs reach a station's keypad and session, and learn when what was typed has been heard.
// Filled by `read keypad` and `run session`; costs nothing where nobody asks.
import type { Charger } from '../../charging/station/charger/charger.ts';
import type { ChargerSnapshot } from '../../charging/station/charger/snapshot.ts';
import { NodeFault } from '../shared/handlers.ts';

/** What `run session` tells about itself; GET /bench/state answers it. */
export type SessionState = Pick<
  ChargerSnapshot,
  'state' | 'relay' | 'vehicle' | 'display' | 'outcome' | 'receipt' | 'outlets' | 'report'
>;

/** Why the relay of an outlet was not closed for a moment; undefined: it is being closed. */
type ClickRelay = (outlet: number) => ReturnType<Charger['clickRelay']> | 'no-session';

/** Longer than the session's own limits for `starting` (3 s) and `stopping` (5 s). */
const SETTLE_MS = 6_000;
/** A message takes one turn of the event loop for each wire: keypad, verify, session. */
const TURNS = 6;
const PASSING: ReadonlySet<string> = new Set(['starting', 'stopping']);

export class RemoteControl {
  #press: ((key: string) => void) | undefined;
  #snapshot: (() => SessionState | undefined) | undefined;
  #clickRelay: ClickRelay = () => 'no-session';
  #unheard = 0;
  #wake: (() => void) | undefined;
  #typing: Promise<unknown> = Promise.resolve();
  readonly #settleMs: number;

  constructor(settleMs: number = SETTLE_MS) {
    this.#settleMs = settleMs;
  }

  /** A keypad is there; the one that came last is typed on. Gives the function that takes it away. */
  keypad(press: (key: string) => void): () => void {
    this.#press = press;
    return () => {
      if (this.#press === press) this.#press = undefined;
    };
  }

  /**
   * A session is there: one a station, since two would redeem and charge by turns. Gives the function that takes it away.
   * @throws {NodeFault} `two-sessions`
   */
  session(snapshot: () => SessionState | undefined, clickRelay: ClickRelay = () => 'no-session'): () => void {
    if (this.#snapshot !== undefined) {
      throw new NodeFault('two-sessions', 'Another "run session" runs on this station: delete one of the two.');
    }
    this.#snapshot = snapshot;
    this.#clickRelay = clickRelay;
    return () => {
      if (this.#snapshot === snapshot) this.#snapshot = undefined;
    };
  }

  /** As `Charger.clickRelay`; `no-session` where none runs that could know whether something is plugged in. */
  clickRelay(outlet: number): ReturnType<ClickRelay> {
    return this.#snapshot === undefined ? 'no-session' : this.#clickRelay(outlet);
  }

  get hasSession(): boolean {
    return this.#snapshot !== undefined;
  }

  /** An entry left the keypad … */
  entryMade(): void {
    this.#unheard += 1;
  }
  /** … and was heard where it was meant for. */
  entryHeard(): void {
    if (this.#unheard > 0) this.#unheard -= 1;
    this.changed();
  }
  /** The session has changed. */
  changed(): void {
    this.#wake?.();
  }

  /** @throws {NodeFault} `no-session` */
  state(): SessionState {
    const snapshot = this.#snapshot?.();
    if (snapshot === undefined) throw new NodeFault('no-session', 'No session runs on this station.');
    return snapshot;
  }

  /**
   * Types the keys as a finger would: the next code is not begun before the last one has been answered. Resolves when
   * all was heard and the session stands still. Two who type at once wait for each other.
   * @throws {NodeFault} `no-keypad`
   */
  async type(keys: string): Promise<void> {
    const typed = this.#typing.then(() => this.#type(keys));
    this.#typing = typed.catch(() => {});
    await typed;
  }

  async #type(keys: string): Promise<void> {
    // What is typed before the session has begun nobody hears.
    await this.#until(() => this.#snapshot === undefined || this.#snapshot() !== undefined);
    for (const key of keys) {
      if (this.#press === undefined) throw new NodeFault('no-keypad', 'No keypad belongs to this station.');
      this.#press(key);
      if (key === '#' || key === '*') await this.#settled();
    }
    await this.#settled();
  }

  async #settled(): Promise<void> {
    await this.#until(() => this.#unheard === 0 && !this.#isPassing);
    this.#unheard = 0;
  }

  /** Whether something goes on by itself in a moment, at any outlet. */
  get #isPassing(): boolean {
    const station = this.#snapshot?.();
    return station !== undefined && [station, ...station.outlets].some(({ state }) => PASSING.has(state));
  }

  async #until(isSo: () => boolean): Promise<void> {
    const end = performance.now() + this.#settleMs;
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
      const left = end - performance.now();
      if (left <= 0 || isSo()) return;
      await this.#change(left);
    }
  }

  #change(longestMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, longestMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
