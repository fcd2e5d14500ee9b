import assert from 'node:assert/strict';
import type { Display } from '../../../hardware/display/display.ts';
import { openCharacterDisplay } from '../../../hardware/display/open.ts';
import type { DeviceFault } from '../../../hardware/linux/errors.ts';
import { ManualClock } from '../linux/manual-clock.ts';
import { SimulatedI2cBus } from '../linux/simulated-i2c.ts';
import { SimulatedDisplay } from './simulated-display.ts';

interface Bench {
  clock: ManualClock;
  bus: SimulatedI2cBus;
  chip: SimulatedDisplay;
  faults: DeviceFault[];
  recoveries: number;
  display: Display;
}

describe('a character display', () => {
  let open: Bench | undefined;
  afterEach(async () => {
    const closing = open?.display.close();
    await open?.clock.advance(1000);
    await closing;
    open = undefined;
  });

  async function bench(columns: 16 | 20 = 16, rows: 2 | 4 = 2, plugged = true): Promise<Bench> {
    const clock = new ManualClock();
    const bus = new SimulatedI2cBus();
    const chip = new SimulatedDisplay(() => clock.now());
    if (plugged) bus.chips.set(0x27, chip);
    const parts = { clock, bus, chip, faults: [] as DeviceFault[], recoveries: 0 };
    const display = await openCharacterDisplay(
      { columns, rows, bus, clock },
      {
        onFault: (fault) => parts.faults.push(fault),
        onRecovered: () => {
          parts.recoveries += 1;
        },
      },
    );
    open = Object.assign(parts, { display });
    return open;
  }

  it('shows its lines after power-on, without once writing while the chip is busy', async () => {
    const { display, clock, chip } = await bench();
    display.show(['Enter code', '0516 3109 36']);
    await clock.advance(500);
    assert.deepEqual(chip.lines(16, 2), ['Enter code      ', '0516 3109 36    ']);
    assert.deepEqual(chip.violations, []);
    assert.equal(chip.lit, true);
  });

  it('fills all four rows of a 20×4 display, each where it belongs', async () => {
    const { display, clock, chip } = await bench(20, 4);
    display.show(['first', 'second', 'third', 'x'.repeat(25)]);
    await clock.advance(500);
    assert.deepEqual(chip.lines(20, 4), [
      'first               ',
      'second              ',
      'third               ',
      'x'.repeat(20),
    ]);
  });

  it('writes only what changed', async () => {
    const { display, clock, chip, bus } = await bench();
    display.show(['Charging', '29 min left']);
    await clock.advance(500);
    const before = bus.written;
    display.show(['Charging', '28 min left']);
    await clock.advance(100);
    assert.deepEqual(chip.lines(16, 2), ['Charging        ', '28 min left     ']);
    // One address and one character, four port states each.
    assert.equal(bus.written - before, 8);
    display.show(['Charging', '28 min left']);
    await clock.advance(100);
    assert.equal(bus.written - before, 8);
  });

  it('shows the newest of many texts that come at once', async () => {
    const { display, clock, chip } = await bench();
    for (let minute = 60; minute > 0; minute--) display.show([`${minute} min left`]);
    await clock.advance(500);
    assert.equal(chip.lines(16, 2)[0], '1 min left      ');
  });

  it('draws the characters that the chip has not', async () => {
    const { display, clock, chip } = await bench();
    display.show(['✓ café']);
    await clock.advance(500);
    assert.equal(chip.lines(16, 2)[0], `${String.fromCharCode(0x2460)} caf${String.fromCharCode(0x2466)}          `);
    assert.deepEqual(chip.glyph(0), [0, 1, 3, 0b10110, 0b11100, 0b01000, 0, 0]);
  });

  it('says that nothing answers, and shows the truth once it is plugged in', async () => {
    const { display, clock, chip, bus, faults } = await bench(16, 2, false);
    display.show(['Charging']);
    await clock.advance(5_000);
    assert.deepEqual(
      faults.map(({ code }) => code),
      ['display-lost'],
    );
    assert.match(faults[0]!.message, /nothing answers/);
    chip.powerCycle();
    bus.chips.set(0x27, chip);
    await clock.advance(1_500);
    assert.equal(chip.lines(16, 2)[0], 'Charging        ');
    assert.equal(open!.recoveries, 1);
  });

  it('shows the truth again after the bus was unplugged and returned', async () => {
    const { display, clock, chip, bus, faults } = await bench();
    display.show(['Charging', '30 min left']);
    await clock.advance(500);
    bus.unplugged = true;
    display.show(['Charging', '12 min left']);
    await clock.advance(3_000);
    assert.equal(faults.length, 1);
    chip.powerCycle();
    bus.unplugged = false;
    await clock.advance(1_500);
    assert.deepEqual(chip.lines(16, 2), ['Charging        ', '12 min left     ']);
    assert.equal(open!.recoveries, 1);
    assert.deepEqual(chip.violations, []);
  });

  it('finds within a second that the display alone lost its supply, and fills it again', async () => {
    const { display, clock, chip, faults } = await bench();
    display.show(['Charging']);
    await clock.advance(500);
    chip.powerCycle();
    assert.equal(chip.lines(16, 2)[0], ' '.repeat(16));
    await clock.advance(1_500);
    assert.equal(chip.lines(16, 2)[0], 'Charging        ');
    assert.equal(faults.length, 0);
  });

  it('heals garbled characters and a lost half byte by itself, without blanking', async () => {
    const { display, clock, chip, bus } = await bench();
    display.show(['Charging', '30 min left']);
    await clock.advance(500);
    // From here on one E pulse goes missing: every byte after it is read shifted by half.
    let pulses = 0;
    bus.noise = (byte) => ((byte & 0x04) !== 0 && ++pulses === 5 ? byte & ~0x04 : byte);
    display.show(['Charging', '29 min left']);
    await clock.advance(100);
    bus.noise = (byte) => byte ^ 0x10;
    display.show(['Charging', '28 min left']);
    await clock.advance(100);
    bus.noise = (byte) => byte;
    assert.notDeepEqual(chip.lines(16, 2), ['Charging        ', '28 min left     ']);
    const clears = chip.clears;
    await clock.advance(31_000);
    assert.deepEqual(chip.lines(16, 2), ['Charging        ', '28 min left     ']);
    assert.equal(chip.clears, clears);
  });

  it('takes a chip that does not acknowledge every byte for lost, and tries again', async () => {
    const { display, clock, chip, bus, faults } = await bench();
    display.show(['one']);
    await clock.advance(500);
    const take = chip.take.bind(chip);
    let bytes = 0;
    chip.take = (byte) => ++bytes !== 3 && take(byte);
    display.show(['two']);
    await clock.advance(2_500);
    assert.equal(faults.length, 1);
    assert.equal(chip.lines(16, 2)[0], 'two             ');
    assert.equal(bus.closed, false);
  });

  it('refuses a size that no such display has', async () => {
    await assert.rejects(
      openCharacterDisplay(
        { columns: 40 as 16, rows: 2, bus: new SimulatedI2cBus() },
        { onFault() {}, onRecovered() {} },
      ),
      { code: 'bad-setting' },
    );
  });
});
