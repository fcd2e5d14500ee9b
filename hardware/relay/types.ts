// What a relay is to the rest of the house.
import type { Protection } from './protection.ts';

/**
 * `guard-away`: no guard answers on the socket. `held`: another client holds this relay. `unknown-relay`: the guard
 * has none of that name. `line-failed`: the line did not take or keep the level. `not-ready`: contactor protection,
 * see `readyInMs`. `longest-on`: switched off after the longest time on. `superseded`: a later `set` came before this
 * one could be carried out. `bad-request`. `closed`: by its own owner.
 */
export type RelayProblemCode =
  | 'guard-away'
  | 'held'
  | 'unknown-relay'
  | 'line-failed'
  | 'not-ready'
  | 'longest-on'
  | 'superseded'
  | 'bad-request'
  | 'closed';

export interface RelayProblem {
  readonly code: RelayProblemCode;
  readonly message: string;
}

export interface RelayState {
  /** Confirmed on. Whenever this can't be confirmed (no guard, no answer) it is false. */
  readonly on: boolean;
  /** Someone makes sure that the relay goes off when this process dies: a guard's lease is held. */
  readonly lease: boolean;
  /** Milliseconds until the contactor may close again; 0: now. */
  readonly readyInMs: number;
  /** What stands in the way at present. */
  readonly problem?: RelayProblem;
  /** The line was found on when its holder started: the last one died while the relay was closed. */
  readonly wasOn: boolean;
}

export class RelayError extends Error implements RelayProblem {
  readonly code: RelayProblemCode;
  /** With `not-ready`: milliseconds to wait. */
  readonly readyInMs: number;
  constructor(code: RelayProblemCode, message: string, readyInMs = 0, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RelayError';
    this.code = code;
    this.readyInMs = readyInMs;
  }
}

export interface Relay {
  /**
   * Resolves when the line has that level and whoever holds it said so. Rejects with a `RelayError`: `not-ready`
   * when the contactor needs a pause, `guard-away` when nobody confirms within 2 s, `superseded` by a later call.
   * A relay that went off by itself stays off until it is set again.
   */
  set(on: boolean): Promise<void>;
  readonly state: RelayState;
  /** Calls back at each change of `on`, `lease` or `problem`, and when the relay becomes ready; gives a function that ends it. */
  onChange(callback: (state: RelayState) => void): () => void;
  /** Off, then lets go. */
  close(): Promise<void>;
}

export interface RelayOptions {
  readonly protection?: Partial<Protection>;
}
