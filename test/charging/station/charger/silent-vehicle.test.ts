// What tells of the vehicle says it again each second. When it does not, its wire was cut, and the vehicle may be gone.
import assert from 'node:assert/strict';
import { Bench, MINUTE } from './bench.ts';

const EVERY_MS = 1000;

class ToldBench extends Bench {
  /** Told each second, as "detect vehicle" does. */
  told(connected: boolean, seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.charger.vehicle(connected, false, EVERY_MS);
      this.pass(EVERY_MS);
    }
  }

  chargeTold(seconds: number): void {
    this.charger.voucher(this.voucher());
    this.told(true, seconds);
    assert.equal(this.state, 'charging');
  }
}

describe('a vehicle that is told of no more', () => {
  for (const unit of ['min', 'Wh'] as const) {
    it(`is not known after 5 s: a charge in ${unit} waits, and goes on when it is told of again`, () => {
      const bench = new ToldBench({ config: { unit } });
      bench.charger.voucher(bench.voucher(7, unit === 'min' ? 60 : 1000));
      bench.told(true, 600);
      const { delivered } = bench.charger.snapshot();
      bench.pass(4_000);
      assert.equal(bench.commanded, false, 'the last was told a second before, and 4 s have passed');
      assert.equal(bench.charger.snapshot().vehicle, false);
      assert.equal(bench.screen, 'interrupted');
      assert.deepEqual(bench.charger.snapshot().faults, []);
      bench.pass(20_000);
      assert.equal(bench.commanded, false);
      bench.told(true, 1);
      assert.equal(bench.state, 'charging');
      const most = unit === 'min' ? 5 / 60 : (2_000 * 5) / 3600;
      assert.ok(bench.charger.snapshot().delivered - delivered <= most + 0.6);
      assert.equal(bench.journal.log.filter((write) => write === 'redeem').length, 1);
    });
  }

  it('ends its charge with a receipt when it stays so for 30 s, and nothing is sold until it is told of again', () => {
    const bench = new ToldBench();
    bench.chargeTold(600);
    bench.pass(MINUTE);
    assert.equal(bench.commanded, false);
    assert.equal(bench.state, 'fault');
    assert.deepEqual(bench.charger.snapshot().faults, ['vehicle-unknown']);
    assert.equal(bench.journal.last?.ended, 'fault');
    assert.ok(bench.journal.last.receipt);
    bench.charger.voucher(bench.voucher(8));
    assert.equal(bench.screen, 'out-of-order');
    bench.told(false, 1);
    assert.equal(bench.state, 'receipt');
    assert.deepEqual(bench.charger.snapshot().faults, []);
  });

  it('nor by whoever is gone: the charge waits at once, goes on when it is told of again, and ends after 30 s', () => {
    const bench = new ToldBench();
    bench.chargeTold(600);
    bench.charger.vehicleLost(EVERY_MS);
    assert.equal(bench.commanded, false);
    assert.equal(bench.screen, 'interrupted');
    assert.deepEqual(bench.charger.snapshot().faults, []);
    bench.pass(20_000);
    bench.told(true, 10);
    assert.equal(bench.state, 'charging');
    bench.charger.vehicleLost(EVERY_MS);
    bench.pass(MINUTE);
    assert.deepEqual(bench.charger.snapshot().faults, ['vehicle-unknown']);
    assert.equal(bench.journal.last?.ended, 'fault');
    assert.ok(bench.journal.last.receipt);
  });

  it('is out of order where nothing charges, too', () => {
    const bench = new ToldBench();
    bench.told(false, 10);
    assert.equal(bench.state, 'idle');
    bench.pass(MINUTE);
    assert.deepEqual(bench.charger.snapshot().faults, ['vehicle-unknown']);
  });

  it('is waited for when the whole program stood still, since what was told meanwhile is yet to be heard', () => {
    const bench = new ToldBench();
    bench.chargeTold(10);
    bench.now += 20_000;
    bench.charger.typed('');
    assert.equal(bench.state, 'charging');
    bench.told(true, 10);
    assert.equal(bench.state, 'charging');
  });

  it('is believed for ever where it promised nothing, as by an integrator’s own sensor', () => {
    const bench = new ToldBench();
    bench.charge();
    bench.pass(10 * MINUTE);
    assert.equal(bench.state, 'charging');
  });

  it('may be slower where it says so', () => {
    const bench = new ToldBench();
    bench.charger.voucher(bench.voucher());
    bench.charger.vehicle(true, false, 10_000);
    bench.pass(29_000);
    assert.equal(bench.state, 'charging');
    bench.pass(2_000);
    assert.equal(bench.screen, 'interrupted');
  });

  it('which is told again and again does not keep a current through an open relay alive', () => {
    const bench = new ToldBench({ config: { unit: 'Wh' } });
    bench.told(true, 10);
    for (let second = 0; second < 30; second++) {
      bench.meterWh += 1;
      bench.told(true, 1);
    }
    assert.deepEqual(bench.charger.snapshot().faults, ['relay-stuck-on']);
    bench.told(true, 45);
    assert.deepEqual(bench.charger.snapshot().faults, []);
  });
});
