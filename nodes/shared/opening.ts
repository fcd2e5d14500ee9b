// What a node opens when it starts, and may not be there yet: an expander that the kernel finds late, a line that another program
// holds.
import { asFault } from './handlers.ts';
import { SETTING_FAULTS } from './settings.ts';

/** Between two tries. */
const AGAIN_MS = 5_000;

/** Whether only a change of the settings mends that. */
export function isMendedBySettings(code: string | undefined): boolean {
  return code === 'no-station' || SETTING_FAULTS.has(code ?? '');
}

/** Opens at once, and as long as that fails again and again, unless only other settings would help. */
export class Opening {
  readonly #open: () => Promise<void>;
  readonly #onFault: (fault: Error & { code: string }, isNews: boolean) => void;
  #trying: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | undefined;
  #said: string | undefined;
  #stopped = false;

  /** @param onFault why it failed; `isNews`: it failed for another reason before, or never */
  constructor(open: () => Promise<void>, onFault: (fault: Error & { code: string }, isNews: boolean) => void) {
    this.#open = open;
    this.#onFault = onFault;
    this.#try();
  }

  /** The latest try. Rejects with why it failed. */
  get latest(): Promise<void> {
    return this.#trying;
  }

  /** At once, where it failed. */
  again(): void {
    if (this.#said !== undefined) this.#try();
  }

  /** For good. Resolves when the latest try is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#again);
    await this.#trying.catch(() => {});
  }

  #try(): void {
    clearTimeout(this.#again);
    this.#trying = this.#tried();
    this.#trying.catch(() => {});
  }

  async #tried(): Promise<void> {
    try {
      await this.#open();
      this.#said = undefined;
    } catch (thrown) {
      const fault = asFault(thrown);
      if (!this.#stopped) this.#failed(fault);
      throw fault;
    }
  }

  #failed(fault: Error & { code: string }): void {
    const isNews = fault.message !== this.#said;
    this.#said = fault.message;
    this.#onFault(fault, isNews);
    if (!isMendedBySettings(fault.code)) this.#again = setTimeout(() => this.#try(), AGAIN_MS);
  }
}
