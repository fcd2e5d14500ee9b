// A relay whose line this very process holds: the guard's rules, without its protection against the process's own death.
import type { GpioDriver, Line, Pull } from '../gpio/driver.ts';
import { RelayHolder } from './holder.ts';
import { ClosingHistory, CONTACTOR, UNPROTECTED } from './protection.ts';
import { StateTeller } from './state-teller.ts';
import { type Relay, RelayError, type RelayOptions, type RelayState } from './types.ts';

export interface DirectRelayOptions extends RelayOptions {
  readonly driver: GpioDriver;
  readonly line: Line;
  readonly activeLow?: boolean;
  readonly pull?: Pull;
}

/** By driver and line: after a redeploy it is the same contactor. */
const histories = new Map<string, ClosingHistory>();

/** Opens the line, off first. Throws what `driver.output` throws. */
export async function directRelay(options: DirectRelayOptions): Promise<Relay> {
  const { driver, line, activeLow, pull, protection } = options;
  const output = await driver.output(line, { ...(activeLow !== undefined && { activeLow }), ...(pull && { pull }) });
  let relay: DirectRelay | undefined;
  const contactor = `${driver.description} ${line}`;
  const history = histories.get(contactor) ?? new ClosingHistory();
  histories.set(contactor, history);
  const holder = new RelayHolder(output, { minimum: UNPROTECTED, history, onChange: () => relay?.tell() });
  holder.protect({ ...CONTACTOR, ...protection });
  relay = new DirectRelay(holder);
  return relay;
}

class DirectRelay implements Relay {
  readonly #holder: RelayHolder;
  readonly #teller = new StateTeller(() => this.state);
  #closed = false;

  constructor(holder: RelayHolder) {
    this.#holder = holder;
  }

  get state(): RelayState {
    const { on, readyInMs, problem, wasOn } = this.#holder;
    return { on, lease: false, readyInMs, wasOn, ...(problem ? { problem } : {}) };
  }

  async set(on: boolean): Promise<void> {
    if (this.#closed) throw new RelayError('closed', 'This relay was closed by its owner.');
    try {
      if (on) this.#holder.close();
      else this.#holder.open();
    } finally {
      this.tell();
    }
  }

  tell(): void {
    this.#teller.tell();
  }

  onChange(callback: (state: RelayState) => void): () => void {
    return this.#teller.add(callback);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#teller.close();
    await this.#holder.release();
  }
}
