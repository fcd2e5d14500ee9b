import assert from 'node:assert/strict';
import { Charger } from '../../../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../../../charging/station/charger/model.ts';
import { Bench, MemoryJournal, MINUTE } from './bench.ts';

/** A bench whose relay hears nothing, and says nothing by itself, until its wires are whole again. */
class CutBench extends Bench {
  cut(): void {
    this.stuck = true;
  }
}

describe('a relay that does not follow', () => {
  it('is told to open again at each beat, for as long as it is seen closed', () => {
    const bench = new CutBench();
    bench.charge();
    bench.pass(MINUTE);
    bench.cut();
    bench.charger.vehicle(false);
    bench.commands.length = 0;
    bench.pass(3 * MINUTE);
    assert.ok(bench.commands.length >= 180, `${bench.commands.length} commands in 180 s`);
    assert.ok(bench.commands.every((on) => !on));
    assert.deepEqual(bench.charger.snapshot().faults, ['relay-stuck-on']);
    bench.stuck = undefined;
    bench.pass(1000);
    assert.equal(bench.charger.snapshot().relay, false, 'the wires are whole again');
    bench.commands.length = 0;
    bench.pass(MINUTE);
    assert.deepEqual(bench.commands, [], 'nothing is repeated once it is seen open');
  });

  it('is told to open again each second however often something else is heard', () => {
    const bench = new CutBench();
    bench.charge();
    bench.pass(MINUTE);
    bench.cut();
    bench.charger.vehicle(false);
    bench.commands.length = 0;
    for (let time = 0; time < 100; time++) {
      bench.pass(100);
      bench.charger.meter({ energyWh: bench.meterWh });
      bench.relay(true);
    }
    assert.ok(bench.commands.length >= 10, `${bench.commands.length} commands in 10 s`);
    assert.ok(bench.commands.every((on) => !on));
  });

  it('is told to close again while a session starts, and charges when the first order was lost', () => {
    const bench = new Bench();
    bench.stuck = false;
    bench.charge();
    assert.equal(bench.state, 'starting');
    bench.stuck = undefined;
    bench.pass(1000);
    assert.equal(bench.state, 'charging');
    assert.deepEqual(bench.commands.slice(-2), [true, true]);
  });

  it('is opened at the next beat when it was closed behind the session’s back', () => {
    const bench = new Bench();
    for (const happens of [() => {}, () => bench.charger.voucher(bench.voucher())]) {
      happens();
      bench.commands.length = 0;
      bench.relay(true);
      bench.pass(1000);
      assert.deepEqual(bench.commands, [false]);
      assert.equal(bench.charger.snapshot().relay, false);
    }
  });

  it('is found closed when the station starts, and opened', () => {
    const bench = new Bench();
    bench.stuck = true;
    bench.powerCut({ vehicle: true });
    bench.commands.length = 0;
    bench.stuck = undefined;
    bench.pass(1000);
    assert.equal(bench.commands[0], false);
    assert.equal(bench.charger.snapshot().relay, false);
  });

  it('is told to open at each beat while it never said what it is', () => {
    const told: [boolean, boolean][] = [];
    let beat = () => {};
    let now = 0;
    const charger = new Charger({
      journal: new MemoryJournal(),
      config: chargerConfig({ unit: 'min' }),
      clocks: { monotonicMs: () => now },
      schedule: (_ms, callback) => {
        beat = callback;
        return () => {};
      },
      emit: { relay: (on, again) => told.push([on, again]), display: () => {}, record: () => {} },
    });
    charger.start();
    for (let second = 0; second < 3; second++) {
      now += 1000;
      beat();
    }
    assert.deepEqual(told, [
      [false, false],
      [false, true],
      [false, true],
      [false, true],
    ]);
  });

  it('is told again although the display or the journal’s listener threw', () => {
    let now = 0;
    let beat: (() => void) | undefined;
    let broken = false;
    const told: boolean[] = [];
    const charger = new Charger({
      journal: new MemoryJournal(),
      config: chargerConfig({ unit: 'min' }),
      clocks: { monotonicMs: () => now },
      schedule: (_ms, callback) => {
        beat = callback;
        return () => {
          beat = undefined;
        };
      },
      emit: {
        relay: (on) => told.push(on),
        display: () => {
          if (broken) throw new Error('the display broke');
        },
        record: () => {},
      },
    });
    charger.start();
    broken = true;
    assert.throws(() => charger.typed('1'), /broke/);
    now += 1000;
    assert.ok(beat, 'the next beat is due all the same');
    broken = false;
    beat();
    assert.deepEqual(told, [false, false]);
  });
});
