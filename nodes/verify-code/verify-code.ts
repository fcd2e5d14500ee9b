// `verify code`: an entry in; out comes the voucher that it grants, or why it was refused.
import type { Station } from '../../charging/station/station.ts';
import type { SessionRecord, Verdict } from '../../charging/station/types.ts';
import { type ChargingStation, joinStation } from '../charging-station/station-user.ts';
import { NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import type { Message, NodeConfig } from '../shared/red.ts';
import { codeOf } from '../shared/status.ts';
import { textOf } from '../shared/values.ts';

interface VerifyCodeConfig extends NodeConfig {
  readonly station?: string;
  /** `now`: redeemed here. `session`: only verified; `run session` redeems when a vehicle is there. */
  readonly redeem?: 'now' | 'session';
}

/** Beside a refusal, for a session. */
interface More {
  readonly answer?: string;
  readonly fate?: SessionRecord | undefined;
}

type Accepted = Extract<Verdict, { outcome: 'accepted' }>;

/** Between two attempts to write to a journal that took no writes. */
const AGAIN_MS = 5_000;
/** What can't be a code is not worth a look at each of its characters. */
const LONGEST_ENTRY = 64;
/** So many invalid codes on end, and no genuine one between, are seldom guesses: station and cloud count in other terms. */
const INVALID_ON_END = 3;

export default nodeType<VerifyCodeConfig>('verify code', { uses: 'station' }, ({ red, node, config, status }) => {
  const { charging, leave } = joinStation(red, status, config.station, (fault) => {
    if (fault) status.failed(fault);
    else status.ready();
  });
  const atOnce = config.redeem !== 'session';

  /** Whoever types in a simulation waits for an answer that does not come. */
  const unanswered = () => {
    if (charging.simulated) charging.remote.entryHeard();
  };
  const open = () => {
    void charging.station;
    status.ready();
  };
  const verify = (message: Message): Message[] | (Message | null)[] => {
    const entry = entryOf(message.payload);
    const verdict: Verdict = entry === undefined ? { outcome: 'mistyped' } : verdictOn(entry);
    const answer = verdict.outcome === 'accepted' && atOnce ? performed(charging, verdict) : verdict;
    if (atOnce) charging.remote.entryHeard();
    const asks = asksForTerms(verdict);
    if (answer.outcome === 'accepted') return accepted(message, answer);
    return refused(message, answer, asks, atOnce || entry === undefined ? {} : more(entry, answer));
  };
  /** What a session makes more of than a refusal: the answer to its question, and a code that was used before. */
  const more = (entry: string, { outcome }: Verdict): More => {
    if (/^\d{1,2}$/.test(entry)) return { answer: entry };
    return outcome === 'used' || outcome === 'expired' ? { fate: charging.station.fateOf(entry) } : {};
  };
  const journal = new JournalFault(
    (standing) => {
      const payload = { code: 'journal-not-writable', standing };
      if (!atOnce) node.send([null, { topic: 'fault', payload }]);
    },
    () => charging.station.append('journal-writable'),
  );
  let invalidOnEnd = 0;
  /** Whether so many were invalid that the integrator is asked for the terms; in the log once, until a genuine code comes. */
  const asksForTerms = ({ outcome }: Verdict): boolean => {
    if (outcome === 'invalid') invalidOnEnd++;
    else if (outcome !== 'mistyped' && outcome !== 'locked') invalidOnEnd = 0;
    if (outcome === 'invalid' && invalidOnEnd === INVALID_ON_END) node.warn(status.text('warning.terms'));
    return outcome === 'invalid' && invalidOnEnd >= INVALID_ON_END;
  };
  const verdictOn = (entry: string): Verdict => {
    try {
      return charging.station.verify(entry);
    } catch (error) {
      if (codeOf(error)?.startsWith('journal-')) journal.stands();
      throw error;
    }
  };
  const accepted = (message: Message, verdict: Accepted) => {
    if (verdict.kind === 'voucher') {
      const { amount, unit } = verdict.voucher;
      status.active('accepted', { amount, unit: status.text(`unit.${unit}`) });
      return [{ ...message, topic: 'voucher', payload: verdict.voucher, outcome: verdict.outcome }, null];
    }
    const { operation, sequence } = verdict;
    status.active('service', { operation });
    return [{ ...message, topic: 'service', payload: { operation, sequence }, outcome: verdict.outcome }, null];
  };
  const refused = (message: Message, verdict: Exclude<Verdict, Accepted>, asks: boolean, more: More) => {
    const minutes = verdict.outcome === 'locked' ? Math.ceil(verdict.retryAfterSeconds / 60) : 0;
    status.refused(asks ? 'terms' : verdict.outcome, { minutes });
    const { answer: _, fate: __, ...kept } = message;
    return [null, { ...kept, ...more, topic: 'refused', payload: verdict, outcome: verdict.outcome }];
  };

  onInput(node, status, (message, send) => {
    let answer: ReturnType<typeof verify>;
    try {
      answer = verify(message);
    } catch (error) {
      unanswered();
      throw error;
    }
    send(answer);
  });
  onClose(node, () => {
    journal.close();
    leave();
  });
  try {
    open();
  } catch {
    // The station has told all its users, this one too.
  }
});

/**
 * What was typed. Text may be grouped for reading (`051 631 0936`). A number has lost its leading zeros, if it had any,
 * and is left as it is: when it had, it is mistyped.
 * @returns undefined for text that no keypad makes
 * @throws {NodeFault} for what nobody types: nothing, objects, lists, truth values
 */
export function entryOf(payload: unknown): string | undefined {
  const text = textOf(payload);
  if (text === undefined) {
    throw new NodeFault('bad-entry', 'msg.payload must be the digits that were typed: text, a number or a buffer.');
  }
  if (text.length > LONGEST_ENTRY) return undefined;
  return text.replace(/[\s-]/g, '');
}

/**
 * Uses the code up here and now. A voucher's session is opened and closed as wholly delivered in the same breath: from
 * here on the flow answers for it, nothing is left to resume, and no receipt can be made of it.
 * @throws {NodeFault} `session-runs` where a session works on the same station
 */
function performed({ station, remote }: ChargingStation, verdict: Accepted): Verdict {
  if (remote.hasSession) {
    throw new NodeFault('session-runs', 'A session runs on this station: leave redeeming to it, in the dialog.');
  }
  if (verdict.kind === 'service') {
    return station.useService(verdict.operation, verdict.sequence) === 'done' ? verdict : { outcome: 'used' };
  }
  closeInterrupted(station);
  const { voucher } = verdict;
  const result = station.redeem(voucher, { voucher, delivered: 0 });
  if (result !== 'redeemed') return { outcome: result };
  station.close([{ voucher, delivered: voucher.amount, ended: 'used-up' }]);
  return verdict;
}

/** A power cut came between redeeming and the message: nothing was delivered, and the journal keeps a receipt for it. */
function closeInterrupted(station: Station): void {
  station.close(station.openVouchers().map((open) => ({ ...open, ended: 'power-cut' })));
}

/**
 * A code that cannot be verified because the journal takes no writes: the customer learns of it from the display, so the
 * session must hear of it, and hear when it is over.
 */
class JournalFault {
  readonly #tell: (standing: boolean) => void;
  readonly #write: () => void;
  #again: NodeJS.Timeout | undefined;

  /** @param write throws while the journal takes no writes */
  constructor(tell: (standing: boolean) => void, write: () => void) {
    this.#tell = tell;
    this.#write = write;
  }

  stands(): void {
    if (this.#again) return;
    this.#tell(true);
    this.#again = setInterval(() => this.#try(), AGAIN_MS);
  }

  /** The node that comes next knows nothing of it, so nobody else would take it back. */
  close(): void {
    if (!this.#again) return;
    this.#isOver();
    // A turn later a session that stops in the same deploy is out of reach.
    setImmediate(() => this.#tell(false));
  }

  #isOver(): void {
    clearInterval(this.#again);
    this.#again = undefined;
  }

  #try(): void {
    try {
      this.#write();
    } catch {
      return;
    }
    this.#isOver();
    this.#tell(false);
  }
}
