// What an auxiliary contact of the contactor tells. Pure: time comes in, monotonic milliseconds.

/** `contact-stuck-on`: welded, it stays closed though it was told to open. `contact-stuck-off`: it did not close, or opened by itself. */
export type FeedbackFault = 'contact-stuck-on' | 'contact-stuck-off';

/** A contactor moves within 50 ms or so; this is past any of them. */
const SETTLE_MS = 500;

export class ContactFeedback {
  readonly #settleMs: number;
  #commanded = false;
  #contact: boolean | undefined;
  #sinceMs: number;

  constructor(nowMs: number, settleMs: number = SETTLE_MS) {
    this.#settleMs = settleMs;
    this.#sinceMs = nowMs;
  }

  /** What the relay was told. */
  commanded(on: boolean, nowMs: number): void {
    if (on === this.#commanded) return;
    this.#commanded = on;
    this.#sinceMs = nowMs;
  }

  /** What the contact says (debounced or not: what passes within the settling time is not reported). */
  contact(closed: boolean, nowMs: number): void {
    if (closed === this.#contact) return;
    const agreed = this.#contact === this.#commanded;
    this.#contact = closed;
    if (agreed) this.#sinceMs = Math.max(this.#sinceMs, nowMs);
  }

  /** Whether the contact has followed: undefined until it spoke. */
  get agrees(): boolean | undefined {
    return this.#contact === undefined ? undefined : this.#contact === this.#commanded;
  }

  /** When to ask `fault` again; undefined: not before something changes. */
  get dueAtMs(): number | undefined {
    return this.agrees === false ? this.#sinceMs + this.#settleMs : undefined;
  }

  fault(nowMs: number): FeedbackFault | undefined {
    if (this.agrees !== false || nowMs < this.#sinceMs + this.#settleMs) return undefined;
    return this.#commanded ? 'contact-stuck-off' : 'contact-stuck-on';
  }
}
