// What a station has told in its reports, as far as it binds it: the cloud gives a code back once a report proves that the
// station takes it no more and does not have it open (charging/cloud/calls/unused.ts). A voucher that was verified in time may
// wait for hours for its power; it is honoured as long as each such report said that it waits.
import { algorithmOf } from '../codes/index.ts';
import { isOver } from '../codes/numbering.ts';
import type { WaitingVoucher } from './report.ts';
import type { SureTime } from './sure-time.ts';
import type { StationSettings, Voucher } from './types.ts';
import type { SequenceWindow } from './window.ts';

interface Proof {
  /** Undefined before the station arrived. */
  readonly sure?: SureTime | undefined;
  readonly window: SequenceWindow;
}

export class ToldInReports {
  readonly #settings: StationSettings;
  #proof: Proof;
  /** Numbers of what the latest report said to wait. */
  #waiting: ReadonlySet<number> = new Set();

  /** @param state no report of an earlier start proves more; what waited then is forgotten */
  constructor(settings: StationSettings, state: Proof) {
    this.#settings = settings;
    this.#proof = state;
  }

  /** Whether the cloud may have given it back. */
  isGivenUp({ sequence }: Voucher): boolean {
    const { sure, window } = this.#proof;
    const { window: among } = algorithmOf(this.#settings.layout).bounds.rescue;
    if (!isOver(this.#settings, sequence, among, window.highest, sure?.ms ?? 0)) return false;
    return !this.#waiting.has(sequence);
  }

  /** A report is made of that state. @returns those of the vouchers that it says to wait: no report gave them up */
  report(state: Proof, waiting: readonly WaitingVoucher[]): readonly WaitingVoucher[] {
    const still = waiting.filter(({ voucher }) => !this.isGivenUp(voucher));
    this.#waiting = new Set(still.map(({ voucher }) => voucher.sequence));
    this.#proof = { sure: state.sure, window: state.window };
    return still;
  }
}
