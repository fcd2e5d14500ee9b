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
    bench.journal.open = { ...bench.journal.open!, delivered: 60 };
    bench.powerCut({ vehicle: true });
    assert.equal(bench.state, 'idle');
    assert.equal(bench.journal.last?.ended, 'used-up');
  });

  it('a charge by energy goes on with what was left at its last checkpoint', () => {
    const bench = new Bench({ config: { unit: 'Wh' } });
    bench.charge(7, 1000);
    bench.pass(9 * MINUTE + 30_000);
    const before = bench.journal.open!.delivered;
    bench.powerCut({ vehicle: true });
    assert.equal(bench.charger.snapshot().delivered, before);
    assert.ok(before > 300 - 50 && before <= 317);
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
        if (write === 'close') bench.charger.key('*');
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
