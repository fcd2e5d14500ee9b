import assert from 'node:assert/strict';
import { Bench, MINUTE } from '../charger/bench.ts';

const energy = { config: { unit: 'Wh' } } as const;

describe('a charge by energy', () => {
  it('ends when the meter has counted what was bought', () => {
    const bench = new Bench(energy);
    bench.charge(7, 1000);
    bench.pass(29 * MINUTE);
    assert.equal(bench.state, 'charging');
    bench.pass(1.1 * MINUTE);
    assert.equal(bench.journal.last?.ended, 'used-up');
    assert.equal(bench.journal.last?.delivered, 1000);
    assert.equal(bench.commanded, false);
  });

  it('shows energy and time', () => {
    const bench = new Bench(energy);
    bench.charge(7, 1000);
    bench.pass(15 * MINUTE);
    assert.match(bench.display, /^Charging 15:00 \| Left 50[01] Wh \| Charged (499|500) Wh \| \* = stop$/);
  });

  it('writes a checkpoint each 50 Wh, and each minute when there is less', () => {
    const quick = new Bench(energy);
    quick.powerW = 12_000;
    quick.charge(7, 10_000);
    quick.pass(10 * MINUTE);
    const gap = 2000 - quick.journal.open!.delivered;
    assert.ok(gap >= 0 && gap <= 50, `${gap} Wh are not in the journal`);
    const slow = new Bench(energy);
    slow.powerW = 60;
    slow.charge(7, 1000);
    slow.pass(MINUTE);
    assert.equal(slow.journal.open?.delivered, 1);
  });

  it('leaves less than a tenth of a Wh that was taken off the receipt', () => {
    const bench = new Bench(energy);
    bench.powerW = 60;
    bench.charge(7, 1000);
    bench.pass(2000);
    bench.charger.vehicle(false);
    const { delivered } = bench.journal.last!;
    assert.ok(delivered > 0 && delivered < 0.1, `${delivered} Wh`);
    assert.equal(bench.charger.snapshot().receipt, '000700000154');
  });

  it('records what the meter read at the start and last', () => {
    const bench = new Bench(energy);
    bench.charge(7, 1000);
    bench.pass(9 * MINUTE);
    bench.charger.vehicle(false);
    const { meterStartWh, meterLastWh, delivered } = bench.journal.last!;
    assert.equal(meterStartWh, 5_000_000);
    assert.ok(Math.abs(meterLastWh! - meterStartWh! - delivered) < 0.2);
  });

  it('pauses when the vehicle takes nothing for a minute, and goes on when it takes power again', () => {
    const bench = new Bench(energy);
    bench.charge(7, 1000);
    bench.pass(MINUTE);
    bench.powerW = 3;
    bench.pass(59_000);
    assert.equal(bench.state, 'charging');
    bench.pass(3000);
    assert.equal(bench.state, 'paused');
    assert.equal(bench.commanded, true);
    bench.powerW = 2000;
    bench.pass(1000);
    assert.equal(bench.state, 'charging');
  });

  it('ends as full after 30 min of pause, with a receipt for the rest', () => {
    const bench = new Bench(energy);
    bench.charge(7, 1000);
    bench.pass(15 * MINUTE);
    bench.powerW = 0;
    bench.pass(30 * MINUTE);
    assert.equal(bench.state, 'paused');
    bench.pass(1.1 * MINUTE);
    assert.equal(bench.state, 'receipt');
    assert.equal(bench.journal.last?.ended, 'full');
    assert.match(bench.display, /^Vehicle is full/);
    assert.equal(bench.commanded, false);
  });

  it('ends a pause when the vehicle is unplugged', () => {
    const bench = new Bench(energy);
    bench.powerW = 0;
    bench.charge(7, 1000);
    bench.pass(2 * MINUTE);
    assert.equal(bench.state, 'paused');
    bench.charger.vehicle(false);
    assert.equal(bench.state, 'receipt');
    assert.equal(bench.commanded, false);
  });

  it('does not pay for what the customer before it took after the last reading', () => {
    const bench = new Bench(energy);
    bench.powerW = 20_000;
    bench.charge(7, 10_000);
    bench.pass(MINUTE);
    bench.silent = true;
    bench.pass(900);
    bench.charger.vehicle(false);
    bench.charge(8, 500);
    assert.equal(bench.state, 'armed');
    bench.silent = false;
    bench.pass(100);
    assert.equal(bench.journal.open?.voucher.sequence, 8);
    assert.equal(bench.journal.open?.meterStartWh, bench.meterWh);
  });

  it('does not begin before the meter has spoken', () => {
    const bench = new Bench({ config: { unit: 'Wh' }, vehicle: true });
    bench.silent = true;
    bench.metered = false;
    bench.powerCut({ vehicle: true });
    bench.charger.voucher(bench.voucher(7, 500));
    assert.equal(bench.state, 'armed');
    assert.equal(bench.journal.used.size, 0);
    bench.charger.meter({ energyWh: 12 });
    assert.equal(bench.state, 'charging');
  });

  it('stops within 6 s of the last reading, and bills that', () => {
    const bench = new Bench(energy);
    bench.charge(7, 1000);
    bench.pass(9 * MINUTE);
    const last = bench.meterWh;
    bench.silent = true;
    bench.pass(6000);
    assert.equal(bench.commanded, false);
    assert.equal(bench.state, 'fault');
    assert.equal(bench.journal.last?.meterLastWh, last);
    assert.equal(bench.journal.last?.delivered, 300);
    assert.match(bench.display, /^Meter is silent \| Receipt for refund: \| 0007 /);
  });

  it('stops when its reader says that the meter is silent', () => {
    const bench = new Bench(energy);
    bench.charge(7, 1000);
    bench.charger.meter({ fault: 'meter-silent' });
    assert.equal(bench.commanded, false);
    assert.equal(bench.state, 'fault');
    bench.pass(1000);
    assert.equal(bench.state, 'receipt', 'a good reading ends the fault, and the receipt stays');
  });

  for (const [what, reading] of [
    ['falls', 4_999_000],
    ['is no number', Number.NaN],
    ['jumps', 5_900_000],
  ] as const) {
    it(`stops when the meter ${what}, and bills the last good reading`, () => {
      const bench = new Bench({ config: { unit: 'Wh', highestPowerW: 7400 } });
      bench.charge(7, 1000);
      bench.pass(9 * MINUTE);
      bench.charger.meter({ energyWh: reading });
      assert.equal(bench.commanded, false);
      assert.deepEqual(bench.charger.snapshot().faults, ['meter-implausible']);
      assert.equal(bench.journal.last?.delivered, 300);
    });
  }

  it('sells nothing while the meter is silent, and says so', () => {
    const bench = new Bench(energy);
    bench.silent = true;
    bench.pass(5000);
    assert.equal(bench.state, 'fault');
    bench.charge(7, 500);
    assert.equal(bench.journal.used.size, 0);
    assert.equal(bench.screen, 'out-of-order');
  });

  it('accepts a meter that was replaced by one that counts from zero', () => {
    const bench = new Bench(energy);
    bench.meterWh = 3;
    bench.pass(2000);
    assert.equal(bench.state, 'idle');
  });
});

describe('a station that sells minutes', () => {
  it('goes on without its meter', () => {
    const bench = new Bench();
    bench.charger.meter({ energyWh: 100 });
    bench.charge();
    bench.charger.meter({ fault: 'meter-silent' });
    bench.charger.meter({ energyWh: 1 });
    bench.pass(MINUTE);
    assert.equal(bench.state, 'charging');
    assert.ok(bench.journal.notes.some(({ kind }) => kind === 'fault'));
  });

  it('stops when more current flows than it may, in two readings on end', () => {
    const bench = new Bench({ config: { highestCurrentA: 16 } });
    bench.charge();
    bench.charger.meter({ energyWh: 100, currentA: 40 });
    assert.equal(bench.state, 'charging');
    bench.charger.meter({ energyWh: 101, currentA: 40 });
    assert.equal(bench.commanded, false);
    assert.deepEqual(bench.charger.snapshot().faults, ['over-current']);
    bench.charger.meter({ energyWh: 101, currentA: 0 });
    assert.equal(bench.state, 'fault', 'until the vehicle that drew it is unplugged');
    bench.charger.vehicle(false);
    assert.equal(bench.state, 'receipt');
  });
});
