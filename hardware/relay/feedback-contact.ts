// The auxiliary contact of a contactor, watched: a line, a clock, and what follows from them.
import { type DebouncedInput, type DebounceTimes, debouncedInput } from '../gpio/debounce.ts';
import type { GpioDriver, Line, Pull } from '../gpio/driver.ts';

/** `contact-stuck-on`: welded, it stays closed though it was told to open. `contact-stuck-off`: it did not close, or opened by itself. */
type FeedbackFault = 'contact-stuck-on' | 'contact-stuck-off';

/** A contactor moves within 50 ms or so; this is past any of them. */
const SETTLE_MS = 500;

/** What the contact tells. Pure: time comes in, monotonic milliseconds. */
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

export type ContactFault = 'relay-stuck-on' | 'relay-did-not-close' | 'relay-opened' | 'feedback-lost';

/** Between two attempts to open a line that was lost. */
const AGAIN_MS = 2_000;
/** Its wire lies beside the mains that the contactor switches: a disturbance must end no charge. One that chatters is open. */
const CONTACT: DebounceTimes = { openMs: 50, closeMs: 20 };

export interface ContactLine {
  readonly line: Line;
  readonly activeLow: boolean;
  readonly pull?: Pull;
}

export class FeedbackContact {
  readonly #feedback = new ContactFeedback(performance.now());
  readonly #driver: GpioDriver;
  readonly #at: ContactLine;
  readonly #onChange: (fault: ContactFault | undefined) => void;
  #line: DebouncedInput | undefined;
  #contactClosed = false;
  /** Whether the contact has followed the last command to close. */
  #followed = false;
  #lost = false;
  #timer: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #reopening: Promise<void> = Promise.resolve();
  #ended = false;

  /**
   * A line that is lost later is opened again until it is there.
   * @throws what `driver.input` throws
   */
  static async open(
    driver: GpioDriver,
    at: ContactLine,
    /** Called whenever the contact moved, or a fault came or went. */
    onChange: (fault: ContactFault | undefined) => void,
  ): Promise<FeedbackContact> {
    const contact = new FeedbackContact(driver, at, onChange);
    try {
      await contact.#open();
    } catch (error) {
      await contact.close().catch(() => {});
      throw error;
    }
    return contact;
  }

  private constructor(driver: GpioDriver, at: ContactLine, onChange: (fault: ContactFault | undefined) => void) {
    this.#driver = driver;
    this.#at = at;
    this.#onChange = onChange;
  }

  /** What the contact says. */
  get closed(): boolean {
    return this.#contactClosed;
  }

  commanded(on: boolean): void {
    if (!on) this.#followed = false;
    this.#feedback.commanded(on, performance.now());
    this.#look();
  }

  async close(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    await this.#reopening;
    await this.#line?.close();
  }

  async #open(): Promise<void> {
    const { line, ...wiring } = this.#at;
    this.#line = await debouncedInput(this.#driver, line, {
      ...wiring,
      ...CONTACT,
      consumer: 'relay feedback',
      onLevel: (level) => this.#moved(level),
      onLost: () => this.#gone(),
    });
    this.#lost = false;
    this.#look();
  }

  #gone(): void {
    this.#lost = true;
    clearTimeout(this.#timer);
    this.#onChange('feedback-lost');
    this.#openLater();
  }

  #openLater(): void {
    if (this.#ended) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#reopening = this.#reopen().catch(() => this.#openLater());
    }, AGAIN_MS);
  }

  async #reopen(): Promise<void> {
    const before = this.#line;
    this.#line = undefined;
    await before?.close().catch(() => {});
    await this.#open();
  }

  #moved(level: boolean): void {
    if (this.#ended) return;
    this.#contactClosed = level;
    this.#feedback.contact(level, performance.now());
    if (level && this.#feedback.agrees) this.#followed = true;
    this.#look();
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (this.#lost) return;
    const fault = this.#feedback.fault(performance.now());
    const dueAtMs = this.#feedback.dueAtMs;
    if (fault === undefined && dueAtMs !== undefined) {
      this.#timer = setTimeout(() => this.#look(), Math.max(1, Math.ceil(dueAtMs - performance.now())));
    }
    this.#onChange(fault === undefined ? undefined : this.#named(fault));
  }

  #named(fault: FeedbackFault): ContactFault {
    if (fault === 'contact-stuck-on') return 'relay-stuck-on';
    return this.#followed ? 'relay-opened' : 'relay-did-not-close';
  }
}
