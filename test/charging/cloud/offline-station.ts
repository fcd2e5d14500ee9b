// A station without a network, as far as its reports go: what it honoured, in the order of docs/reports.md, sealed by the
// independent code. It shares no line with the product.

import { stationKeyOf } from '../../support/independent-codes.ts';
import { bodyOf, sealedText } from '../../support/independent-report.ts';
import { MASTER_KEY_HEX } from './master-key.ts';

const LISTED = 20;

interface Closed {
  readonly sequence: number;
  readonly outlet: number;
  readonly quantity: number;
  readonly delivered: number;
  readonly unused: number;
  readonly reason: number;
  readonly endedMs: number;
}

export class OfflineStation {
  readonly id: string;
  keyVersion = 1;
  /** Instead of the one that the tests' master key gives. */
  key: Uint8Array | undefined;
  journal = '0a1b2c3d';
  boot = 1;
  reports = 0;
  highest = 0;
  closed: Closed[] = [];
  open: { sequence: number; outlet: number; quantity: number; delivered: number }[] = [];
  delivered = 0;
  meterWh: number | undefined;
  closings = 0;
  wrongGuesses = 0;
  lockouts = 0;
  faults: number[] = [];
  /** Added to the true time; undefined: its clock is lost. */
  clockOffMs: number | undefined = 0;
  sureMs = 0;

  constructor(id: string, given: Partial<OfflineStation> = {}) {
    this.id = id;
    Object.assign(this, given);
  }

  begin(sequence: number, quantity: number, delivered = 0, outlet = 1): this {
    this.highest = Math.max(this.highest, sequence);
    this.open.push({ sequence, outlet, quantity, delivered });
    this.closings += 1;
    return this;
  }

  /** @param unused in 155ths */
  end(sequence: number, delivered: number, unused = 0, nowMs = 0, reason = unused > 0 ? 2 : 1): this {
    const voucher = this.open.find((each) => each.sequence === sequence)!;
    this.open = this.open.filter((each) => each !== voucher);
    this.closed.unshift({ ...voucher, delivered, unused, reason, endedMs: nowMs });
    this.delivered += delivered;
    return this;
  }

  /** Its next report, at a true time. */
  report(nowMs: number): string {
    const told = this.clockOffMs === undefined ? 0 : Math.floor((nowMs + this.clockOffMs) / 1000);
    this.reports += 1;
    const body = bodyOf({
      journal: this.journal,
      head: [this.keyVersion, this.boot, this.reports, told, this.highest],
      totals: [
        ...[this.closed.length, this.delivered, this.meterWh === undefined ? 0 : this.meterWh + 1],
        ...[this.closings, this.wrongGuesses, this.lockouts],
      ],
      faults: this.faults,
      closed: this.closed
        .slice(0, LISTED)
        .map(({ sequence, outlet, quantity, delivered, unused, reason, endedMs }) => [
          ...[sequence, outlet, quantity, delivered, unused, reason],
          told === 0 || endedMs === 0 ? 0 : Math.floor((nowMs - endedMs) / 60_000),
        ]),
      open: this.open.map(({ sequence, outlet, quantity, delivered }) => [sequence, outlet, quantity, delivered]),
      sureTime: Math.floor(this.sureMs / 1000),
    });
    return sealedText(this.key ?? stationKeyOf(MASTER_KEY_HEX, this.id, this.keyVersion), body);
  }

  /** As it stands, for what is put back later: a card's image. */
  image(): OfflineStation {
    const { id, ...rest } = this;
    return new OfflineStation(id, {
      ...rest,
      closed: [...this.closed],
      open: [...this.open],
      faults: [...this.faults],
    });
  }
}
