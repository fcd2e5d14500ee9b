import assert from 'node:assert/strict';
import fs, { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { openPilotGenerator } from '../../../hardware/pilot/generator.ts';
import { defaultLoadCurrent, LoadCurrentDetector } from '../../../hardware/pilot/load-current.ts';
import { openControlPilot, type PilotOptions, wiredDivider } from '../../../hardware/pilot/open.ts';
import type { Pilot } from '../../../hardware/pilot/pilot.ts';
import { pwmOfGpio18 } from '../../../hardware/pilot/pwm-chips.ts';
import { ManualClock } from '../linux/manual-clock.ts';
import { SimulatedI2cBus } from '../linux/simulated-i2c.ts';
import { SimulatedAds1115, SimulatedMcp3008 } from './simulated-converters.ts';

/** The wiring diagram's divider, from its resistors. */
const atConverter = (pilotV: number) => (pilotV / 330 + 3.3 / 82) / (1 / 330 + 1 / 82 + 1 / 82);

describe('a control pilot that is read through a converter', () => {
  let pilot: Pilot | undefined;
  let clock: ManualClock;
  let heard: string[];
  beforeEach(() => {
    clock = new ManualClock();
    heard = [];
  });
  afterEach(async () => {
    const closing = pilot?.close();
    await clock.advance(100);
    await closing;
    pilot = undefined;
  });

  async function open(options: Omit<PilotOptions, 'clock' | 'channel'>) {
    pilot = await openControlPilot(
      { channel: 0, clock, ...options },
      {
        onState: (state) => heard.push(state),
        onFault: ({ code }) => heard.push(code),
        onRecovered: () => heard.push('recovered'),
      },
    );
  }

  it('has the divider of the wiring diagram', () => {
    for (const pilotV of [-12, 0, 12])
      assert.ok(Math.abs((atConverter(pilotV) - wiredDivider.offsetV) * wiredDivider.gain - pilotV) < 0.01);
    assert.ok(atConverter(-13) > 0 && atConverter(13) < 3.3);
  });

  for (const duty of [0.1, 0.2667, 0.85]) {
    it(`shows its state through an MCP3008 at a duty cycle of ${duty * 100} %`, async () => {
      let positiveV = 12;
      const spi = new SimulatedMcp3008(clock, (_, at) => atConverter(at % 1 < duty ? positiveV : -12));
      spi.noise = 0.01;
      await open({ converter: 'mcp3008', bus: spi, oscillating: true });
      await clock.advance(300);
      for (positiveV of [9, 6, 3, 6, 9, 12]) await clock.advance(300);
      assert.deepEqual(heard, ['A', 'B', 'C', 'D', 'C', 'B', 'A']);
    });
  }

  it('shows an unplugged vehicle within 100 ms', async () => {
    let positiveV = 9;
    const spi = new SimulatedMcp3008(clock, () => atConverter(positiveV));
    await open({ converter: 'mcp3008', bus: spi });
    await clock.advance(1_000);
    assert.equal(pilot!.state, 'B');
    positiveV = 12;
    await clock.advance(99);
    assert.equal(pilot!.state, 'A');
  });

  it('shows its state through an ADS1115 with two peak holders', async () => {
    const bus = new SimulatedI2cBus();
    const chip = new SimulatedAds1115(clock);
    bus.chips.set(0x48, chip);
    chip.volts = [atConverter(9), atConverter(-12), 0, 0];
    await open({ converter: 'ads1115', bus, oscillating: true });
    await clock.advance(500);
    assert.equal(pilot!.state, 'B');
    chip.volts[1] = atConverter(-9);
    await clock.advance(500);
    assert.deepEqual(heard, ['B', 'pilot-implausible']);
    assert.equal(pilot!.state, undefined);
  });

  it('says that its converter is lost, knows no state meanwhile, and finds it again', async () => {
    const spi = new SimulatedMcp3008(clock, () => atConverter(9));
    await open({ converter: 'mcp3008', bus: spi });
    await clock.advance(500);
    spi.missing = true;
    await clock.advance(5_000);
    assert.deepEqual(heard, ['B', 'pilot-lost']);
    assert.equal(pilot!.state, undefined);
    spi.missing = false;
    await clock.advance(3_000);
    assert.deepEqual(heard, ['B', 'pilot-lost', 'recovered', 'B']);
  });

  it('misses a converter whose data line is pulled to 0, as a Raspberry Pi does, and takes that for no state', async () => {
    const spi = new SimulatedMcp3008(clock, () => atConverter(-12));
    spi.undriven = 0;
    spi.missing = true;
    await open({ converter: 'mcp3008', bus: spi });
    await clock.advance(5_000);
    assert.deepEqual(heard, ['pilot-lost']);
    spi.missing = false;
    await clock.advance(3_000);
    assert.deepEqual(heard, ['pilot-lost', 'recovered', 'F']);
  });

  it('closes its bus', async () => {
    const spi = new SimulatedMcp3008(clock, () => atConverter(9));
    await open({ converter: 'mcp3008', bus: spi });
    const closing = pilot!.close();
    await clock.advance(100);
    await closing;
    pilot = undefined;
    assert.equal(spi.closed, true);
    assert.equal(clock.waiting, 0);
  });
});

describe('a vehicle that shows only by its load', () => {
  const seconds = (count: number) => count * 1_000;

  it('is assumed while the relay is open, or no session could start', () => {
    const detector = new LoadCurrentDetector();
    assert.equal(detector.presence(0), 'assumed');
    assert.equal(detector.connected(seconds(1e6)), true);
  });

  it('is seen once it draws', () => {
    const detector = new LoadCurrentDetector();
    detector.relay(true, 0);
    detector.power(19, seconds(1));
    assert.equal(detector.presence(seconds(2)), 'assumed');
    detector.power(20, seconds(3));
    assert.equal(detector.presence(seconds(3)), 'seen');
  });

  it('is gone when nothing draws in the first minute', () => {
    const detector = new LoadCurrentDetector();
    detector.relay(true, 0);
    detector.power(0, seconds(30));
    assert.equal(detector.connected(seconds(60) - 1), true);
    assert.equal(detector.connected(seconds(60)), false);
  });

  it('is gone when it has not drawn for two minutes, and not for a pause shorter than that', () => {
    const detector = new LoadCurrentDetector();
    detector.relay(true, 0);
    for (let at = 5; at < 600; at += 5) detector.power(2_000, seconds(at));
    detector.power(undefined, seconds(600));
    assert.equal(detector.connected(seconds(595 + 119)), true);
    detector.power(2_000, seconds(595 + 119));
    assert.equal(detector.connected(seconds(800)), true);
    assert.equal(detector.connected(seconds(714 + defaultLoadCurrent.goneSeconds)), false);
  });

  it('is assumed anew for the next customer, whatever the last one left', () => {
    const detector = new LoadCurrentDetector();
    detector.relay(true, 0);
    detector.power(2_000, seconds(1));
    detector.relay(false, seconds(10));
    detector.power(2_000, seconds(11));
    assert.equal(detector.presence(seconds(12)), 'assumed');
    detector.relay(true, seconds(20));
    assert.equal(detector.presence(seconds(21)), 'assumed');
    assert.equal(detector.presence(seconds(80)), 'gone');
  });

  it('is judged from the relay’s closing, however often that is told', () => {
    const detector = new LoadCurrentDetector();
    for (let at = 0; at < 60; at++) detector.relay(true, seconds(at));
    assert.equal(detector.presence(seconds(60)), 'gone');
  });
});

describe('a pilot generator', () => {
  let root: string;
  const file = (name: string) => join(root, 'sys/class/pwm/pwmchip0', name);
  /** As Linux shows a chip: the class has a link to the device, whose folder has what the device tree says of it. */
  const chip = (
    id: string,
    address: string,
    compatible: string,
    channels: number,
    exported: readonly number[] = [],
  ) => {
    const device = join(root, 'sys/devices/platform', `${address}.pwm`);
    const at = join(device, 'pwm', id);
    for (const channel of exported) {
      mkdirSync(join(at, `pwm${channel}`), { recursive: true });
      for (const name of ['period', 'duty_cycle', 'enable']) writeFileSync(join(at, `pwm${channel}`, name), '0');
    }
    mkdirSync(join(device, 'of_node'), { recursive: true });
    mkdirSync(at, { recursive: true });
    writeFileSync(join(device, 'of_node/compatible'), `${compatible}\0`);
    writeFileSync(join(at, 'export'), '');
    writeFileSync(join(at, 'npwm'), `${channels}\n`);
    symlinkSync(device, join(at, 'device'));
    mkdirSync(join(root, 'sys/class/pwm'), { recursive: true });
    symlinkSync(at, join(root, 'sys/class/pwm', id));
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'pwm-'));
    chip('pwmchip0', 'fe20c000', 'brcm,bcm2835-pwm', 2, [0]);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('oscillates at 1 kHz with the duty cycle of the offered current, and is steady when it offers none', () => {
    const generator = openPilotGenerator({ root });
    assert.equal(readFileSync(file('pwm0/period'), 'utf8'), '1000000');
    assert.equal(readFileSync(file('pwm0/duty_cycle'), 'utf8'), '1000000');
    assert.equal(readFileSync(file('pwm0/enable'), 'utf8'), '1');
    generator.offer(16);
    assert.equal(readFileSync(file('pwm0/duty_cycle'), 'utf8'), '266667');
    generator.close();
    assert.equal(readFileSync(file('pwm0/duty_cycle'), 'utf8'), '1000000');
  });

  for (const [periodNs, dutyNs] of [
    [0, 0],
    [500_000, 400_000],
    [20_000_000, 15_000_000],
  ] as const) {
    it(`starts from a period of ${periodNs} ns on a kernel that refuses what does not fit together`, () => {
      writeFileSync(file('pwm0/period'), String(periodNs));
      writeFileSync(file('pwm0/duty_cycle'), String(dutyNs));
      const refused = asBeforeLinux611(() => openPilotGenerator({ root }).offer(32));
      assert.deepEqual(refused, []);
      assert.equal(readFileSync(file('pwm0/duty_cycle'), 'utf8'), '533333');
    });
  }

  /** Writes as drivers/pwm/core.c took them: no state without a period, or with a duty beyond it. Gives what it refused. */
  function asBeforeLinux611(act: () => void): string[] {
    const write = fs.writeFileSync;
    const refused: string[] = [];
    mock.method(fs, 'writeFileSync', (path: string, value: string) => {
      const state = (name: string) => Number(path.endsWith(name) ? value : readFileSync(file(`pwm0/${name}`), 'utf8'));
      if (state('period') === 0 || state('duty_cycle') > state('period')) refused.push(`${path} = ${value}`);
      write(path, value);
    });
    syncBuiltinESMExports();
    try {
      act();
    } finally {
      mock.restoreAll();
      syncBuiltinESMExports();
    }
    return refused;
  }

  it('that is not there says what to switch on', () => {
    assert.throws(() => openPilotGenerator({ root: '/nowhere' }), { code: 'no-such-device', message: /dtoverlay=pwm/ });
  });

  describe('on a Raspberry Pi 5', () => {
    const rp1 = 'raspberrypi,rp1-pwm';
    beforeEach(() => {
      rmSync(root, { recursive: true });
      root = mkdtempSync(join(tmpdir(), 'pwm-'));
    });

    for (const [fan, header] of [
      ['pwmchip0', 'pwmchip1'],
      ['pwmchip1', 'pwmchip0'],
      ['pwmchip0', 'pwmchip2'],
    ] as const) {
      it(`is the channel of GPIO18 on RP1’s chip for the header, ${header}, and not the fan’s ${fan}`, () => {
        chip(fan, '1f0009c000', rp1, 4, [0, 2, 3]);
        chip(header, '1f00098000', rp1, 4, [0, 2]);
        openPilotGenerator({ root }).offer(32);
        const duties = (id: string, channels: readonly number[]) =>
          channels.map((n) => readFileSync(join(root, 'sys/class/pwm', id, `pwm${n}/duty_cycle`), 'utf8'));
        assert.deepEqual(duties(header, [0, 2]), ['0', '533333']);
        assert.deepEqual(duties(fan, [0, 2, 3]), ['0', '0', '0']);
      });
    }

    it('is told apart by the name in the device tree too', () => {
      for (const [id, node] of [
        ['pwmchip0', 'pwm@9c000'],
        ['pwmchip3', 'pwm@98000'],
      ] as const) {
        const device = join(root, 'sys/class/pwm', id, 'device');
        mkdirSync(device, { recursive: true });
        const lines = ['DRIVER=rp1-pwm', `OF_FULLNAME=/axi/pcie@1000120000/rp1/${node}`, `OF_COMPATIBLE_0=${rp1}`];
        writeFileSync(join(device, 'uevent'), `${lines.join('\n')}\n`);
      }
      assert.deepEqual(pwmOfGpio18(root), { chip: 'pwmchip3', channel: 2 });
    });

    it('is refused where only the fan’s is there, or a HAT’s', () => {
      chip('pwmchip0', '1f0009c000', rp1, 4, [0, 2]);
      chip('pwmchip1', '1-0040', 'nxp,pca9685-pwm', 17, [0, 2]);
      assert.throws(() => openPilotGenerator({ root }), {
        code: 'no-such-device',
        message: /no PWM for GPIO18 .*pwmchip0.*pwmchip1 \[nxp,pca9685-pwm\].*dtoverlay=pwm/,
      });
    });
  });

  it('is not the second block of an older board, which sounds', () => {
    chip('pwmchip1', 'fe20c800', 'brcm,bcm2835-pwm', 2, [0]);
    assert.deepEqual(pwmOfGpio18(root), { chip: 'pwmchip0', channel: 0 });
    rmSync(join(root, 'sys/class/pwm/pwmchip0'));
    assert.throws(() => pwmOfGpio18(root), { code: 'no-such-device' });
  });
});
