import assert from 'node:assert/strict';
import { openMatrixKeypad } from '../../../hardware/keypad/matrix.ts';
import { ManualClock } from '../linux/manual-clock.ts';
import { SimulatedMatrix } from './simulated-matrix.ts';

const rows = [5, 6, 13, 19];
const columns = [12, 16, 20];

async function bench(layout: '4x3' | '4x4' = '4x3', wires = new SimulatedMatrix()) {
  const clock = new ManualClock();
  const keys: string[] = [];
  const faults: string[] = [];
  const columnLines = layout === '4x4' ? [...columns, 21] : columns;
  const keypad = await openMatrixKeypad(
    wires,
    { layout, rows, columns: columnLines, clock },
    {
      onKey: (key) => keys.push(key),
      onFault: ({ code }) => faults.push(code),
      onRecovered: () => faults.push('recovered'),
    },
  );
  const tap = async (row: number, column: number) => {
    wires.press(rows[row]!, columnLines[column]!);
    await clock.advance(80);
    wires.release(rows[row]!, columnLines[column]!);
    await clock.advance(80);
  };
  return { clock, wires, keys, faults, keypad, tap };
}

describe('a matrix keypad', () => {
  it('tells every key of a 4×3 pad', async () => {
    const { tap, keys } = await bench();
    for (let row = 0; row < 4; row++) for (let column = 0; column < 3; column++) await tap(row, column);
    assert.equal(keys.join(''), '123456789*0#');
  });

  it('tells every key of a 4×4 pad', async () => {
    const { tap, keys } = await bench('4x4');
    for (let row = 0; row < 4; row++) for (let column = 0; column < 4; column++) await tap(row, column);
    assert.equal(keys.join(''), '123A456B789C*0#D');
  });

  it('tells a key once however long it is held', async () => {
    const { wires, clock, keys } = await bench();
    wires.press(5, 12);
    await clock.advance(10_000);
    assert.deepEqual(keys, ['1']);
  });

  it('tells a key once however its contact bounces', async () => {
    const { wires, clock, keys } = await bench();
    for (const bounce of [1, 2, 1, 3, 2, 4]) {
      wires.press(6, 16);
      await clock.advance(bounce);
      wires.release(6, 16);
      await clock.advance(bounce);
    }
    wires.press(6, 16);
    await clock.advance(60);
    for (let bounce = 0; bounce < 5; bounce++) {
      wires.release(6, 16);
      await clock.advance(2);
      wires.press(6, 16);
      await clock.advance(3);
    }
    wires.release(6, 16);
    await clock.advance(100);
    assert.deepEqual(keys, ['5']);
  });

  it('takes a disturbance of a few milliseconds for nothing', async () => {
    const { wires, clock, keys } = await bench();
    for (let spike = 0; spike < 50; spike++) {
      wires.press(5, 12);
      await clock.advance(4);
      wires.release(5, 12);
      await clock.advance(46);
    }
    assert.deepEqual(keys, []);
  });

  it('tells two keys that overlap, as fast typists press them', async () => {
    const { wires, clock, keys } = await bench();
    wires.press(5, 12);
    await clock.advance(50);
    wires.press(13, 20);
    await clock.advance(50);
    wires.release(5, 12);
    await clock.advance(50);
    wires.release(13, 20);
    await clock.advance(50);
    assert.deepEqual(keys, ['1', '9']);
  });

  it('refuses a third key that makes a ghost, and the keys that stay down after it', async () => {
    const { wires, clock, keys, tap } = await bench();
    wires.press(5, 12);
    await clock.advance(50);
    wires.press(5, 16);
    await clock.advance(50);
    // 1, 2 and 4 are down: the wires cannot tell 5 from not 5.
    wires.press(6, 12);
    await clock.advance(50);
    assert.deepEqual(keys, ['1', '2']);
    wires.release(5, 12);
    await clock.advance(50);
    wires.release(5, 16);
    wires.release(6, 12);
    await clock.advance(50);
    assert.deepEqual(keys, ['1', '2']);
    await tap(1, 1);
    assert.deepEqual(keys, ['1', '2', '5']);
  });

  it('rests while nobody types', async () => {
    const { wires, clock, tap } = await bench();
    await tap(0, 0);
    const { writes } = wires;
    await clock.advance(60_000);
    assert.equal(wires.writes, writes);
    assert.equal(clock.waiting, 0);
  });

  it('lets go of every line when it is closed, and hears nothing more', async () => {
    const { wires, clock, keys, tap, keypad } = await bench();
    wires.press(5, 12);
    await clock.advance(5);
    await keypad.close();
    assert.equal(wires.open, 0);
    await clock.advance(1000);
    wires.release(5, 12);
    await tap(0, 0);
    assert.deepEqual(keys, []);
    assert.equal(clock.waiting, 0);
  });

  it('says that its lines are lost, and goes on when they are back', async () => {
    const { wires, clock, keys, faults, tap } = await bench();
    wires.press(5, 12);
    await clock.advance(5);
    wires.lose();
    await clock.advance(3_000);
    wires.release(5, 12);
    assert.deepEqual(faults, ['keypad-lost']);
    wires.lost = false;
    await clock.advance(1_500);
    assert.deepEqual(faults, ['keypad-lost', 'recovered']);
    await tap(3, 2);
    assert.deepEqual(keys, ['#']);
  });

  it('works through sysfs, which can set no pull, where the board pulls its columns up', async () => {
    const wires = new SimulatedMatrix();
    wires.setsPulls = false;
    wires.pulledByBoard = columns;
    const { tap, keys } = await bench('4x3', wires);
    await tap(1, 1);
    assert.deepEqual(keys, ['5']);
  });

  it('through sysfs says which column the board does not pull up, and holds no line', async () => {
    const wires = new SimulatedMatrix();
    wires.setsPulls = false;
    wires.pulledByBoard = [12, 20];
    await assert.rejects(bench('4x3', wires), { code: 'no-pull', message: /gpio=16=ip,pu/ });
    assert.equal(wires.open, 0);
  });

  it('refuses lines that do not fit its layout', async () => {
    await assert.rejects(
      openMatrixKeypad(
        new SimulatedMatrix(),
        { layout: '4x4', rows, columns },
        { onKey() {}, onFault() {}, onRecovered() {} },
      ),
      /4 rows and 4 columns/,
    );
  });
});
