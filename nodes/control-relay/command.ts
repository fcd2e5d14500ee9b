// What a message tells a relay to do.
import { NodeFault } from '../shared/handlers.ts';
import { booleanOf, fieldsOf } from '../shared/values.ts';

export interface Command {
  readonly on: boolean;
  /** Off again by itself after so long. */
  readonly forMs?: number;
}

const MINUTE_MS = 60_000;
/** The longest that a timer of Node.js waits. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * `true`/`false`, 1/0, on/off; or what `verify code` gives when nothing stands between it and the relay: a voucher for
 * minutes closes the relay for these minutes, an `end-session` code opens it.
 * @returns undefined for what is not the relay's business: the other service codes
 * @throws {NodeFault} `bad-command` for what it can't be, `needs-session` for a voucher for Wh
 */
export function commandOf(payload: unknown): Command | undefined {
  const on = booleanOf(payload);
  if (on !== undefined) return { on };
  const { amount, unit, operation } = fieldsOf(payload);
  if (typeof operation === 'string') return operation === 'end-session' ? { on: false } : undefined;
  if (unit === 'Wh') {
    throw new NodeFault('needs-session', 'A voucher for Wh needs "run session" and a meter before the relay.');
  }
  if (unit !== 'min' || typeof amount !== 'number' || !(amount > 0) || amount * MINUTE_MS > LONGEST_MS) {
    throw badCommand();
  }
  return { on: true, forMs: amount * MINUTE_MS };
}

function badCommand(): NodeFault {
  return new NodeFault('bad-command', 'msg.payload must be true or false (or 1, 0, on, off); the relay is off now.');
}

/** Whether a message may be meant to open a relay: also what nobody understands. */
export function mayOpen(payload: unknown): boolean {
  try {
    return commandOf(payload)?.on === false;
  } catch {
    return true;
  }
}
