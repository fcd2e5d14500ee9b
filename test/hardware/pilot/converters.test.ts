import assert from 'node:assert/strict';
import { Ads1115 } from '../../../hardware/pilot/ads1115.ts';
import { Mcp3008 } from '../../../hardware/pilot/mcp3008.ts';
import { ManualClock } from '../linux/manual-clock.ts';
import { SimulatedI2cBus } from '../linux/simulated-i2c.ts';
import { SimulatedAds1115, SimulatedMcp3008 } from './simulated-converters.ts';

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);

describe('an MCP3008', () => {
  it('is asked as its data sheet shows, for each of its channels', async () => {
    const spi = new SimulatedMcp3008(new ManualClock(), (channel) => channel * 0.4);
    const chip = new Mcp3008(spi);
    for (let channel = 0; channel < 8; channel++) near(await chip.read(channel), channel * 0.4, 0.004);
    assert.deepEqual(spi.transfers[0], [0x01, 0x80, 0x00]);
    assert.deepEqual(spi.transfers[7], [0x01, 0xf0, 0x00]);
  });

  it('gives the whole range, in volts of its reference', async () => {
    let volts = 0;
    const chip = new Mcp3008(new SimulatedMcp3008(new ManualClock(), () => volts));
    assert.equal(await chip.read(0), 0);
    volts = 3.3;
    near(await chip.read(0), 3.3, 0.004);
  });

  it('that is not there is noticed', async () => {
    const spi = new SimulatedMcp3008(new ManualClock(), () => 1);
    spi.missing = true;
    await assert.rejects(new Mcp3008(spi).read(0), { code: 'no-answer' });
  });

  it('has no ninth channel', async () => {
    const chip = new Mcp3008(new SimulatedMcp3008(new ManualClock(), () => 1));
    await assert.rejects(chip.read(8), { code: 'bad-setting' });
    await assert.rejects(chip.read(0.5), { code: 'bad-setting' });
  });
});

describe('an ADS1115', () => {
  function bench() {
    const clock = new ManualClock();
    const bus = new SimulatedI2cBus();
    const chip = new SimulatedAds1115(clock);
    bus.chips.set(0x48, chip);
    const converter = new Ads1115(bus, clock);
    const read = async (channel: number) => {
      const volts = converter.read(channel);
      volts.catch(() => undefined);
      await clock.advance(50);
      return volts;
    };
    return { clock, bus, chip, read };
  }

  it('is asked as its data sheet says, for each of its channels', async () => {
    const { chip, read } = bench();
    chip.volts = [0.5, 1.25, 2.5, 3.3];
    for (let channel = 0; channel < 4; channel++) near(await read(channel), chip.volts[channel]!, 0.0002);
    assert.deepEqual(chip.configs, [0xc3e3, 0xd3e3, 0xe3e3, 0xf3e3]);
  });

  it('gives small negative voltages as such', async () => {
    const { chip, read } = bench();
    chip.volts[0] = -0.01;
    near(await read(0), -0.01, 0.0002);
  });

  it('that does not acknowledge is noticed', async () => {
    const { bus, read } = bench();
    bus.unplugged = true;
    await assert.rejects(read(0), { code: 'no-answer' });
  });

  it('that lost its settings in the middle is noticed, and so is one that never finishes', async () => {
    const { chip, read, bus } = bench();
    chip.volts[0] = 1;
    let bytes = 0;
    bus.noise = (byte) => {
      bytes += 1;
      if (bytes === 4) chip.reset();
      return byte;
    };
    await assert.rejects(read(0), { code: 'input-output' });
    bus.noise = (byte) => byte;
    chip.stuck = true;
    await assert.rejects(read(0), /never finishes/);
  });

  it('whose command is garbled on the wire is noticed', async () => {
    const { bus, read } = bench();
    let bytes = 0;
    bus.noise = (byte) => (++bytes === 2 ? byte ^ 0x10 : byte);
    await assert.rejects(read(0), { code: 'input-output' });
  });
});
