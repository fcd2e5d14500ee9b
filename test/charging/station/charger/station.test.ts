// The session on a real station: codes as the cloud makes them, a journal on the disk, receipts that it can settle.
import assert from 'node:assert/strict';
import { readReport, serviceCode, voucherCode } from '../../../../charging/codes/index.ts';
import { Charger } from '../../../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../../../charging/station/charger/model.ts';
import { Station } from '../../../../charging/station/station.ts';
import { unusedIn } from '../../../support/independent-codes.ts';
import { CLOCK, Hands, KEY, MINUTE, newFolder, removeFolders } from '../support.ts';

class Charging {
  readonly folder = newFolder();
  readonly hands = new Hands();
  station = Station.open(CLOCK, { folder: this.folder, clocks: this.hands });
  relay = false;
  #timer: { at: number; callback: () => void } | undefined;
  charger = this.#build();

  #build(): Charger {
    const charger = new Charger({
      journal: this.station,
      config: chargerConfig({ unit: 'min' }),
      clocks: this.hands,
      schedule: (ms, callback) => {
        const timer = { at: this.hands.monotonic + ms, callback };
        this.#timer = timer;
        return () => {
          if (this.#timer === timer) this.#timer = undefined;
        };
      },
      emit: {
        relay: (on) => {
          this.relay = on;
          charger.relay({ on, ready: true });
        },
        display: () => {},
        record: () => {},
      },
    });
    charger.start();
    return charger;
  }

  pass(ms: number): void {
    const end = this.hands.monotonic + ms;
    while (this.hands.monotonic < end) {
      const timer = this.#timer;
      this.hands.pass(Math.min(end, timer?.at ?? end) - this.hands.monotonic);
      if (timer && timer.at <= this.hands.monotonic) {
        this.#timer = undefined;
        timer.callback();
      }
    }
  }

  type(entry: string): void {
    const verdict = this.station.verify(entry);
    if (verdict.outcome !== 'accepted') this.charger.refused(verdict);
    else if (verdict.kind === 'voucher') this.charger.voucher(verdict.voucher);
    else this.charger.service(verdict.operation, verdict.sequence);
  }

  powerCut(): void {
    this.station.dispose();
    this.relay = false;
    this.#timer = undefined;
    this.hands.reboot(10 * MINUTE);
    this.station = Station.open(CLOCK, { folder: this.folder, clocks: this.hands });
    this.charger = this.#build();
  }

  get slot(): number {
    return Math.floor(this.hands.wall / 300_000);
  }
  voucherCode(quantity: number, sequence = this.slot): string {
    return voucherCode(KEY, { layout: 'compact', unit: 'min', step: 30, quantity, sequence });
  }
}

describe('a session on a station with its journal on the disk', () => {
  after(removeFolders);

  it('ends with a receipt that an independent implementation of the code format reads', () => {
    const bench = new Charging();
    const { slot } = bench;
    bench.type(bench.voucherCode(2));
    bench.charger.vehicle(true);
    assert.equal(bench.relay, true);
    bench.pass(15 * MINUTE);
    bench.charger.vehicle(false);
    assert.equal(bench.relay, false);
    const { receipt, state } = bench.charger.snapshot();
    assert.equal(state, 'receipt');
    assert.equal(unusedIn(receipt!, KEY, 'min', 30, slot), Math.floor((155 * 45) / 60));
    bench.station.dispose();
  });

  it('refuses the same code a second time', () => {
    const bench = new Charging();
    const code = bench.voucherCode(2);
    bench.type(code);
    bench.charger.vehicle(true);
    bench.charger.key('*');
    bench.charger.answer('1');
    bench.charger.key('#');
    bench.type(code);
    assert.equal(bench.charger.snapshot().outcome, 'used');
    assert.equal(bench.relay, false);
    bench.station.dispose();
  });

  it('goes on after a power cut with what was left, and closes with a receipt when the vehicle has gone meanwhile', () => {
    const bench = new Charging();
    const { slot } = bench;
    bench.type(bench.voucherCode(2));
    bench.charger.vehicle(true);
    bench.pass(20.5 * MINUTE);
    bench.powerCut();
    bench.charger.vehicle(true);
    assert.equal(bench.relay, true);
    assert.equal(bench.charger.snapshot().remaining, 40);
    bench.pass(10 * MINUTE);
    bench.powerCut();
    bench.charger.vehicle(false);
    assert.equal(bench.relay, false);
    const { receipt } = bench.charger.snapshot();
    // 20 minutes were left to the customer's favour at the first cut, and 10 were charged; the second costs one that was booked.
    assert.equal(unusedIn(receipt!, KEY, 'min', 30, slot), Math.floor((155 * 29) / 60));
    bench.station.dispose();
  });

  it('is ended by an operator’s code, once', () => {
    const bench = new Charging();
    bench.type(bench.voucherCode(2));
    bench.charger.vehicle(true);
    const code = serviceCode(KEY, { operation: 'end-session', sequence: bench.slot + 1 });
    bench.type(code);
    assert.equal(bench.relay, false);
    bench.type(code);
    assert.equal(bench.charger.snapshot().outcome, 'used');
    bench.station.dispose();
  });

  it('shows a lost clock, and heals it with a synchronize code', () => {
    const bench = new Charging();
    const right = bench.hands.wall;
    bench.hands.wall = 0;
    bench.powerCut();
    assert.match(bench.charger.snapshot().display.join(' '), /CLOCK/);
    bench.type(bench.voucherCode(2, Math.floor(right / 300_000)));
    assert.equal(bench.charger.snapshot().outcome, 'clock-lost');
    const sequence = Math.floor(right / 300_000) + 3;
    bench.type(serviceCode(KEY, { operation: 'synchronize', sequence }));
    bench.type(bench.voucherCode(2, sequence + 1));
    bench.charger.vehicle(true);
    assert.equal(bench.relay, true);
    bench.station.dispose();
  });
});

describe('a click of the relay', () => {
  after(removeFolders);
  const clickable = () => {
    const bench = new Charging();
    bench.charger.vehicle(false);
    return bench;
  };

  it('closes it for a second with nothing plugged in, counted and written down before', () => {
    const bench = clickable();
    const before = bench.station.totals();
    assert.equal(bench.charger.clickRelay(1), undefined);
    assert.equal(bench.relay, true);
    assert.deepEqual(bench.station.totals(), { ...before, closings: before.closings + 1 });
    bench.pass(990);
    assert.equal(bench.relay, true);
    bench.pass(20);
    assert.equal(bench.relay, false);
    const told = readReport(KEY, bench.station.report({ faults: [], meterWh: undefined, waiting: [] }));
    assert.equal(typeof told === 'object' && told.totals.relayClosings, before.closings + 1);
    bench.station.dispose();
  });

  it('ends as soon as something is plugged in', () => {
    const bench = clickable();
    bench.charger.clickRelay(1);
    bench.charger.vehicle(true);
    assert.equal(bench.relay, false);
    bench.station.dispose();
  });

  const refused: readonly (readonly [string, (bench: Charging) => void])[] = [
    ['vehicle', ({ charger }) => charger.vehicle(true)],
    ['vehicle', ({ charger }) => charger.vehicle(false, true)],
    ['fault', ({ charger }) => charger.vehicle(undefined)],
    ['fault', ({ charger }) => charger.relayFault('guard-away')],
    ['rest', ({ charger }) => charger.relay({ on: false, ready: false, readyInSeconds: 5 })],
    ['busy', (bench) => bench.type(bench.voucherCode(2))],
    ['busy', ({ charger }) => void charger.clickRelay(1)],
  ];
  for (const [why, make] of refused) {
    it(`is refused (${why}) and leaves no trace: ${make.toString().replace(/^.*?=> /, '')}`, () => {
      const bench = clickable();
      make(bench);
      const { relay } = bench;
      const totals = bench.station.totals();
      assert.equal(bench.charger.clickRelay(1), why);
      assert.equal(bench.relay, relay);
      assert.deepEqual(bench.station.totals(), totals);
      bench.station.dispose();
    });
  }

  it('moves nothing where the journal takes no writes', () => {
    const bench = clickable();
    bench.station.dispose();
    assert.throws(() => bench.charger.clickRelay(1), { code: 'journal-closed' });
    assert.equal(bench.relay, false);
  });
});
