import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPinctrl, simulatedLevels } from '../../../hardware/gpio/levels.ts';
import { HEADER } from '../../../hardware/raspberry-pi/header.ts';

describe('the levels of wires that nobody here holds', () => {
  it('are read from what pinctrl prints, with what the chip uses a pin for', () => {
    // As the format of pinctrl.c prints them (do_gpio_get): an input, outputs, buses, and a pin whose level is not told.
    const printed = [
      ' 2: a0    pu | hi // SDA1/GPIO2 = SDA1',
      ' 4: ip    pn | hi // GPIO4 = input',
      '14: a5    pn | lo // TXD1/GPIO14 = TXD1',
      '17: op dh pd | hi // GPIO17 = output',
      '18: no    pd | -- // GPIO18 = none',
      '27: op dl pd | lo // GPIO27 = output',
      '',
    ].join('\n');
    assert.deepEqual(readPinctrl(printed), [
      { line: '2', level: 1, function: 'SDA1' },
      { line: '4', level: 1 },
      { line: '14', level: 0, function: 'TXD1' },
      { line: '17', level: 1 },
      { line: '27', level: 0 },
    ]);
  });

  it('are none where pinctrl finds no chip', () => {
    assert.deepEqual(readPinctrl('No GPIO chips found\n'), []);
    assert.deepEqual(readPinctrl(''), []);
  });

  it('are those of the files in a simulation, and of nothing else that lies there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'offline-charging-levels-'));
    after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'folder'));
    for (const [name, text] of [
      ['vehicle', '1\n'],
      ['17', '0'],
      ['notes', 'hello'],
      ['empty', ''],
    ])
      writeFileSync(join(folder, name!), text!);
    const byName = simulatedLevels(folder).toSorted((one, other) => one.line.localeCompare(other.line));
    assert.deepEqual(byName, [
      { line: '17', level: 0 },
      { line: 'vehicle', level: 1 },
    ]);
    assert.deepEqual(simulatedLevels(join(folder, 'none')), []);
  });
});

describe('the header', () => {
  it('has 28 GPIO lines, each once, among power and ground', () => {
    assert.equal(HEADER.length, 40);
    const lines = HEADER.flatMap(({ gpio }) => (gpio === undefined ? [] : [gpio]));
    assert.deepEqual(
      lines.toSorted((one, other) => one - other),
      Array.from({ length: 28 }, (_, line) => line),
    );
    for (const { pin, gpio, power } of HEADER) assert.equal(gpio === undefined, power !== undefined, String(pin));
    assert.deepEqual([HEADER[10]!.gpio, HEADER[12]!.gpio, HEADER[39]!.gpio], [17, 27, 21]);
    assert.equal(HEADER.filter(({ power }) => power === 'GND').length, 8);
  });
});
