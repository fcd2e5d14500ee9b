import assert from 'node:assert/strict';
import { Bench, MINUTE } from './bench.ts';

describe('after a power cut', () => {
  it('a charge goes on with what was left, when its vehicle is still there', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.pass(20.5 * MINUTE);
    bench.journal.log.length = 0;
    bench.powerCut({ vehicle: true, forMs: 3 * 60 * MINUTE });
    assert.equal(bench.state, 'charging');
    assert.equal(bench.charger.snapshot().remaining, 40, 'at most a checkpoint is lost, in the customer’s favour');
    assert.ok(!bench.journal.log.includes('redeem'), 'nothing is redeemed twice');
    bench.pass(40 * MINUTE);
    assert.equal(bench.state, 'idle');
    assert.equal(bench.journal.last?.delivered, 60);
  });

  it('the relay is told to open before anything else', () => {
    const bench = new Bench();
    bench.charge();
    bench.journal.log.length = 0;
    bench.powerCut({ vehicle: undefined });
    assert.equal(bench.journal.log[0], 'relay off');
  });

  it('a charge whose vehicle has gone gets its receipt', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.pass(15 * MINUTE);
    bench.powerCut({ vehicle: false });
    assert.equal(bench.state, 'receipt');
    assert.equal(bench.journal.last?.ended, 'power-cut');
    assert.match(bench.display, /^Power was cut \| Left 45:00 \| Receipt for refund: \| 0007 0000 0116/);
    assert.ok(!bench.journal.open);
  });

  it('the station waits a few seconds to hear whether the vehicle is there', () => {
    const bench = new Bench();
    bench.charge();
    bench.powerCut({ vehicle: undefined });
    assert.equal(bench.screen, 'resuming');
    assert.equal(bench.commanded, false);
    bench.pass(29_000);
    bench.charger.vehicle(true);
    assert.equal(bench.state, 'charging');
  });

  it('a charge gets its receipt when nothing says whether the vehicle is there', () => {
    const bench = new Bench();
    bench.charge();
    bench.powerCut({ vehicle: undefined });
    bench.pass(30_000);
    assert.equal(bench.state, 'receipt');
    assert.equal(bench.journal.last?.ended, 'power-cut');
  });

  it('a charge gets its receipt when a fault stands', () => {
    const bench = new Bench();
    bench.charge();
    bench.powerCut({ vehicle: undefined });
    bench.charger.fault('emergency-stop', true);
    bench.charger.vehicle(true);
    assert.ok(!bench.commanded);
    assert.equal(bench.state, 'fault');
    assert.equal(bench.journal.last?.ended, 'power-cut');
    assert.match(bench.display, /0007/);
  });

  it('a charge waits for a relay that needs its rest', () => {
    const bench = new Bench();
    bench.charge();
    bench.powerCut({ vehicle: undefined });
    bench.relay(false, 9);
    bench.charger.vehicle(true);
    bench.pass(8000);
    assert.equal(bench.state, 'armed');
    bench.pass(2000);
    assert.equal(bench.state, 'charging');
  });

  it('another code is not taken while a charge waits to go on', () => {
    const bench = new Bench();
    bench.charge();
    bench.powerCut({ vehicle: undefined });
    bench.charger.voucher(bench.voucher(8));
    assert.equal(bench.screen, 'busy');
    bench.charger.vehicle(true);
    assert.deepEqual([...bench.journal.used], [7]);
    assert.equal(bench.state, 'charging');
  });

  it('a charge that was used up at its last checkpoint is closed', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.journal.openRecords = [{ ...bench.journal.open!, delivered: 60 }];
    bench.powerCut({ vehicle: true });
    assert.equal(bench.state, 'idle');
    assert.equal(bench.journal.last?.ended, 'used-up');
  });

  it('a charge by energy goes on with what the meter has left of it', () => {
    const bench = new Bench({ config: { unit: 'Wh' } });
    bench.charge(7, 1000);
    bench.pass(9 * MINUTE + 30_000);
    const before = bench.journal.open!.delivered;
    assert.ok(before > 300 - 50 && before < 316, `${before} Wh at the last checkpoint`);
    bench.powerCut({ vehicle: true });
    assert.equal(bench.charger.snapshot().delivered, 316.666);
    bench.pass(30 * MINUTE);
    assert.equal(bench.journal.last?.delivered, 1000);
    assert.equal(bench.journal.last?.meterStartWh, 5_000_000);
  });

  it('a code that was typed and never redeemed can be typed again', () => {
    const bench = new Bench();
    bench.charger.voucher(bench.voucher());
    bench.powerCut({ vehicle: true });
    assert.equal(bench.state, 'idle');
    assert.equal(bench.commanded, false);
    bench.charger.voucher(bench.voucher());
    assert.equal(bench.state, 'charging');
  });

  it('a charge that was cut in the middle of any write neither charges twice nor loses what was paid', () => {
    for (const write of ['redeem', 'checkpoint', 'close'] as const) {
      for (const written of [false, true]) {
        const bench = new Bench();
        bench.journal.cutAt = { write, written };
        bench.charge(7, 60);
        bench.pass(70_000);
        if (write === 'close') bench.stop();
        assert.ok(bench.journal.isCut, `${write} was reached`);
        bench.journal.cutAt = undefined;
        bench.powerCut({ vehicle: false });
        const paid = write !== 'redeem' || written;
        assert.equal(bench.journal.used.has(7), paid);
        assert.equal(bench.journal.open, undefined);
        const { receipt } = bench.charger.snapshot();
        if (paid) assert.match(receipt!, /^0007/);
        else assert.equal(receipt, null);
      }
    }
  });
});

describe('a station that is stopped by its owner', () => {
  it('opens the relay, keeps the session, and goes on with it when it starts again', () => {
    const bench = new Bench();
    bench.charge();
    bench.pass(90_000);
    bench.charger.stop();
    assert.equal(bench.commanded, false);
    assert.equal(bench.journal.open?.delivered, 1.5);
    bench.powerCut({ vehicle: true });
    assert.equal(bench.state, 'charging');
    assert.equal(bench.charger.snapshot().delivered, 1.5);
  });

  it('hears nothing more', () => {
    const bench = new Bench({ vehicle: true });
    bench.charger.stop();
    bench.charger.voucher(bench.voucher());
    bench.pass(10_000);
    assert.equal(bench.commanded, false);
    assert.equal(bench.journal.used.size, 0);
  });
});

describe('power that is cut again and again', () => {
  /** Cuts after so many milliseconds each, until the voucher is used up or the cuts are. */
  function cutting(bench: Bench, cuts: number, everyMs: number): { givenMs: number; cuts: number } {
    let givenMs = 0;
    for (let cut = 1; cut <= cuts; cut++) {
      bench.pass(everyMs);
      givenMs += everyMs;
      if (bench.state !== 'charging') return { givenMs, cuts: cut };
      bench.powerCut({ vehicle: true });
      if (bench.state !== 'charging') return { givenMs, cuts: cut };
    }
    return { givenMs, cuts };
  }

  for (const everyMs of [58_000, 59_999, 30_000, 1000, 61_000, 119_000]) {
    it(`buys no minutes: cut each ${everyMs / 1000} s`, () => {
      const bench = new Bench();
      bench.charge(7, 30);
      const { givenMs, cuts } = cutting(bench, 60, everyMs);
      bench.charger.vehicle(false);
      const { delivered, voucher } = bench.journal.last!;
      const given = Math.min(givenMs / MINUTE, voucher.amount);
      assert.ok(given <= delivered + 1 + 1e-9, `${given} min were had, ${delivered} charged`);
      assert.ok(delivered <= given + (cuts - 1) + 1e-9, `${cuts} cuts cost ${delivered - given} min`);
    });
  }

  it('ends 60 cuts of 58 s on a voucher of 30 min when it is used up, with nothing to refund', () => {
    const bench = new Bench();
    bench.charge(7, 30);
    const { givenMs } = cutting(bench, 60, 58_000);
    assert.ok(givenMs <= 31 * MINUTE, `${givenMs / MINUTE} min`);
    assert.equal(bench.journal.last?.ended, 'used-up');
    assert.equal(bench.journal.last?.receipt, undefined);
  });

  for (const powerW of [3680, 300, 22_000]) {
    it(`buys no energy: what the meter counted is charged to the Wh, at ${powerW} W`, () => {
      const bench = new Bench({ config: { unit: 'Wh' } });
      bench.powerW = powerW;
      const from = bench.meterWh;
      bench.charge(7, 1000);
      cutting(bench, 60, 58_000);
      bench.charger.vehicle(false);
      const counted = Math.min(1000, bench.meterWh - from);
      const { delivered } = bench.journal.last!;
      assert.ok(Math.abs(counted - delivered) < 0.1, `${counted} Wh counted, ${delivered} charged`);
      if (powerW === 3680) assert.ok(bench.meterWh - from < 1010, `${bench.meterWh - from} Wh on a voucher of 1000`);
    });
  }

  it('is charged of a session that ends because its vehicle was taken meanwhile', () => {
    const bench = new Bench({ config: { unit: 'Wh' } });
    bench.charge(7, 1000);
    bench.pass(9 * MINUTE + 40_000);
    bench.powerCut({ vehicle: false });
    assert.equal(bench.journal.last?.ended, 'power-cut');
    assert.ok(Math.abs(bench.journal.last!.delivered - 322.2) < 0.1);
  });

  it('costs the customer nothing the first time, and never when the station is stopped in order', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    for (let time = 1; time <= 5; time++) {
      bench.pass(90_000);
      bench.charger.stop();
      bench.powerCut({ vehicle: true });
      assert.ok(Math.abs(bench.charger.snapshot().delivered - 1.5 * time) < 1e-9);
    }
    bench.pass(59_000);
    bench.powerCut({ vehicle: true });
    assert.ok(Math.abs(bench.charger.snapshot().delivered - 7.5) < 1e-9, 'the first cut');
    bench.pass(10_000);
    bench.powerCut({ vehicle: true });
    assert.ok(Math.abs(bench.charger.snapshot().delivered - 8.5) < 1e-9, 'the second: a checkpoint that was booked');
    bench.pass(10_000);
    bench.charger.vehicle(false);
    assert.ok(
      Math.abs(bench.journal.last!.delivered - 8.5 - 1 / 6) < 1e-9,
      'what was booked and not needed is not charged',
    );
  });

  it('counts as no cut while the station waits for the vehicle, nor twice when the journal failed meanwhile', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.pass(90_000);
    for (let time = 0; time < 5; time++) bench.powerCut({ vehicle: undefined });
    bench.journal.failing.add('checkpoint');
    bench.charger.vehicle(true);
    assert.equal(bench.state, 'fault');
    assert.equal(bench.commanded, false, 'the journal must know of the cut before the relay closes');
    bench.journal.failing.clear();
    bench.pass(11_000);
    assert.equal(bench.state, 'charging');
    assert.equal(bench.journal.open?.cuts, 1);
    assert.equal(bench.journal.open?.delivered, 1);
  });

  it('goes on with an open session of 0.1.0, which knows of no cuts', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.journal.openRecords = [{ voucher: bench.voucher(7, 60), delivered: 20 }];
    bench.powerCut({ vehicle: true });
    assert.equal(bench.charger.snapshot().delivered, 20);
    assert.equal(bench.journal.open?.cuts, 1);
  });

  it('is not believed to have made the meter count less, until it is where the journal has it', () => {
    const bench = new Bench({ config: { unit: 'Wh' } });
    bench.charge(7, 1000);
    bench.pass(15 * MINUTE);
    const { meterWh } = bench;
    bench.meterWh = 0;
    bench.powerCut({ vehicle: true });
    bench.pass(10_000);
    assert.equal(bench.state, 'armed');
    assert.equal(bench.commanded, false);
    bench.meterWh = meterWh;
    bench.pass(2000);
    assert.equal(bench.state, 'charging');
    assert.ok(Math.abs(bench.charger.snapshot().delivered - 500) < 1.2);
  });

  it('closes a session whose meter lost its count, as the journal has it', () => {
    const bench = new Bench({ config: { unit: 'Wh' } });
    bench.charge(7, 1000);
    bench.pass(15 * MINUTE);
    const { delivered } = bench.journal.open!;
    bench.meterWh = 12;
    bench.powerCut({ vehicle: true });
    bench.pass(31_000);
    assert.equal(bench.journal.last?.ended, 'power-cut');
    assert.equal(bench.journal.last?.delivered, delivered);
    bench.charger.key('*');
    bench.charge(8, 500);
    assert.equal(bench.state, 'charging', 'the next customer is measured from where the meter now is');
  });

  it('closes a session whose meter is another, which counted more, as the journal has it', () => {
    for (const vehicle of [true, false]) {
      const bench = new Bench({ config: { unit: 'Wh' } });
      bench.charge(7, 1000);
      bench.pass(15 * MINUTE);
      const { delivered } = bench.journal.open!;
      bench.meterWh = 90_000_000;
      bench.powerCut({ vehicle });
      bench.pass(31_000);
      assert.equal(bench.journal.last?.ended, 'power-cut');
      assert.equal(bench.journal.last?.delivered, delivered);
      assert.equal(bench.state, 'receipt');
    }
  });

  for (const [cutAfterSeconds, whASecond] of [
    [58, 1],
    [9, 2],
    [19, 2],
  ] as const)
    it(`buys no energy of pulses that the station counts, and forgets in part, each ${cutAfterSeconds} s`, () => {
      const bench = new Bench({ config: { unit: 'Wh' } });
      bench.metered = false;
      bench.charger.meter({ energyWh: 0, powerW: 0, keepsCount: false });
      let counted = 0;
      let keptWh = 5_000_000;
      bench.charger.meter({ energyWh: keptWh, powerW: 0, keepsCount: false });
      bench.charge(7, 1000);
      for (let cut = 0; cut < 120 && bench.state === 'charging'; cut++) {
        let energyWh = keptWh;
        for (let second = 1; second <= cutAfterSeconds && bench.state === 'charging'; second++) {
          bench.pass(1000);
          energyWh += whASecond;
          counted += whASecond;
          if (second % 10 === 0) keptWh = energyWh;
          bench.charger.meter({ energyWh, powerW: whASecond * 3600, keepsCount: false });
        }
        if (bench.state !== 'charging') break;
        bench.powerCut({ vehicle: undefined });
        bench.charger.meter({ energyWh: keptWh, powerW: 0, keepsCount: false });
        bench.charger.vehicle(true);
      }
      // The first cut is the operator's loss.
      assert.ok(counted <= 1000 + 10 * whASecond, `${counted} Wh were had on a voucher of 1000`);
      assert.equal(bench.journal.last?.delivered, 1000);
    });
});
