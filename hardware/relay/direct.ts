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
  const contactor = `${driver.description} ${line}`;
  const history = histories.get(contactor) ?? new ClosingHistory();
  histories.set(contactor, history);
  const holder = new RelayHolder(output, { minimum: UNPROTECTED, history, onChange: () => teller.tell() });
  holder.protect({ ...CONTACTOR, ...protection });
  const stateOf = ({ on, readyInMs, problem, wasOn }: RelayHolder): RelayState => ({
    ...{ on, lease: false, readyInMs, wasOn },
    ...(problem ? { problem } : {}),
  });
  const teller = new StateTeller(() => stateOf(holder));
  let closed = false;
  return {
    get state() {
      return stateOf(holder);
    },
    set: async (on) => {
      if (closed) throw new RelayError('closed', 'This relay was closed by its owner.');
      try {
        if (on) holder.close();
        else holder.open();
      } finally {
        teller.tell();
      }
    },
    onChange: (callback) => teller.add(callback),
    close: async () => {
      if (closed) return;
      closed = true;
      teller.close();
      await holder.release();
    },
  };
}
