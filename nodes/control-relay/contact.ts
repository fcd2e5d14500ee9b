// The feedback contact of a relay, watched: a line, a clock and what hardware/relay/feedback.ts makes of them.
import type { GpioDriver, InputLine, Line } from '../../hardware/gpio/driver.ts';
import { ContactFeedback } from '../../hardware/relay/feedback.ts';

export type ContactFault = 'relay-stuck-on' | 'relay-did-not-close' | 'relay-opened' | 'gpio-lost';

export class FeedbackContact {
  readonly #feedback = new ContactFeedback(performance.now());
  readonly #onChange: (fault: ContactFault | undefined) => void;
  #line: InputLine | undefined;
  #closed = false;
  /** Whether the contact has followed the last command to close. */
  #followed = false;
  #lost = false;
  #timer: NodeJS.Timeout | undefined;

  /** @throws what `driver.input` throws */
  static async open(
    driver: GpioDriver,
    at: { readonly line: Line; readonly activeLow: boolean },
    /** Called whenever the contact moved, or a fault came or went. */
    onChange: (fault: ContactFault | undefined) => void,
  ): Promise<FeedbackContact> {
    const contact = new FeedbackContact(onChange);
    contact.#line = await driver.input(at.line, {
      activeLow: at.activeLow,
      consumer: 'relay feedback',
      onChange: (level) => contact.#moved(level),
      onLost: () => {
        contact.#lost = true;
        onChange('gpio-lost');
      },
    });
    contact.#moved(contact.#line.read());
    return contact;
  }

  private constructor(onChange: (fault: ContactFault | undefined) => void) {
    this.#onChange = onChange;
  }

  /** What the contact says. */
  get closed(): boolean {
    return this.#closed;
  }

  commanded(on: boolean): void {
    if (!on) this.#followed = false;
    this.#feedback.commanded(on, performance.now());
    this.#look();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#line?.close();
  }

  #moved(level: boolean): void {
    this.#closed = level;
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

  #named(fault: 'contact-stuck-on' | 'contact-stuck-off'): ContactFault {
    if (fault === 'contact-stuck-on') return 'relay-stuck-on';
    return this.#followed ? 'relay-opened' : 'relay-did-not-close';
  }
}
