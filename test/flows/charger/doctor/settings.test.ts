import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { devicesCheck, lookAround } from '../../../../flows/charger/doctor/devices-check.ts';
import type { Finding, Subject } from '../../../../flows/charger/doctor/finding.ts';
import { checkLines } from '../../../../flows/charger/doctor/lines-check.ts';
import { say } from '../../../../flows/charger/doctor/words.ts';
import { OnoffDriver } from '../../../../hardware/gpio/onoff.ts';
import { exportLine, layChip, sysfsGpio } from '../../../hardware/gpio/recorded-sysfs.ts';
import { RecordedMachine, recorded } from '../../../hardware/keypad/recorded-machine.ts';
import { SimulatedI2cBus } from '../../../hardware/linux/simulated-i2c.ts';

const told = (findings: readonly Finding[]) => findings.map(({ level, says }) => `${level} ${says}`);
const sentences = (findings: readonly Finding[]) =>
  findings.flatMap(({ says, advice, values }) => [
    say(says, 'en', values),
    ...(advice ? [say(advice, 'en', values)] : []),
  ]);

describe('the doctor, asked whether what the settings name is there', () => {
  let machine: RecordedMachine;
  let subject: Subject;
  beforeEach(() => {
    machine = new RecordedMachine();
    subject = {
      root: machine.root,
      env: {},
      user: { name: 'whoever', uid: process.getuid!(), groupIds: [] },
      nowMs: 0,
    };
  });
  afterEach(() => machine.remove());

  describe('looks at the lines', () => {
    const lines = (env: Subject['env']) => {
      const { root } = subject;
      const chips = layChip(root);
      return checkLines(new OnoffDriver(sysfsGpio(root), chips, root), chips, { ...subject, env });
    };

    it('and finds the usual ones', async () => {
      assert.deepEqual(told(await lines({})), ['good pins.relay-line', 'good pins.vehicle-line']);
    });

    it('and finds every one that the machine does not have', async () => {
      const findings = await lines({
        RELAY_LINE: 'GPIO999',
        FEEDBACK_LINE: 'GPIO77',
        METER: 's0',
        METER_LINE: 'pulses',
        KEYPAD: 'matrix',
        KEYPAD_ROWS: '5,6,13,19',
        KEYPAD_COLUMNS: '12,16,20,210',
      });
      assert.deepEqual(told(findings), [
        'wrong pins.no-line',
        'wrong pins.no-line',
        'wrong pins.no-line',
        'good pins.lines-there',
        'wrong pins.no-line',
        'good pins.vehicle-line',
      ]);
      assert.match(sentences(findings)[0]!, /^RELAY_LINE .*pinctrl-bcm2711 has the lines 0 to 57/);
      assert.match(sentences(findings)[1]!, /Check RELAY_LINE/);
    });

    it('and finds a device without its lines, and a line that is used twice', async () => {
      assert.ok(told(await lines({ METER: 's0' })).includes('wrong pins.not-named'));
      const findings = await lines({ VEHICLE_LINE: '27', FEEDBACK_LINE: 'GPIO22' });
      assert.deepEqual(told(findings), ['good pins.relay-line', 'good pins.lines-there', 'wrong pins.line-twice']);
      assert.match(sentences(findings).join('\n'), /given to RELAY_LINE, VEHICLE_LINE/);
    });

    it('and knows which side a relay’s line rests on while the machine starts', async () => {
      assert.ok(told(await lines({ RELAY_LINE: 'GPIO5' })).includes('wrong pins.relay-on-at-boot'));
      assert.ok(told(await lines({ RELAY_LINE: 'GPIO5,active-low' })).includes('good pins.relay-line'));
    });

    it('and only reads the plug contact that a charger has exported', async () => {
      exportLine(subject.root, 529, { direction: 'in', value: '1' });
      const folder = join(subject.root, 'sys/class/gpio/gpio529');
      writeFileSync(join(folder, 'edge'), 'both');
      const files = () => readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
      const was = files();
      const [, plug] = await lines({});
      assert.deepEqual([plug!.says, plug!.values!.level], ['pins.vehicle-line', 1]);
      assert.ok(existsSync(folder));
      assert.deepEqual(files(), was);
    });

    it('and says that a plug contact which is an output of some program is none', async () => {
      exportLine(subject.root, 529, { direction: 'out', value: '0' });
      assert.deepEqual(told(await lines({})), ['good pins.relay-line', 'wrong pins.line-driven']);
    });
  });

  describe('looks at the devices', () => {
    const devices = async (env: Subject['env']) => told(await devicesCheck.run({ ...subject, env }));

    it('and finds missing what is named, and only that wrong', async () => {
      const env = { DISPLAY_KIND: '20x4', KEYPAD: 'usb', METER: 'modbus', METER_PORT: '/dev/ttyUSB0' };
      const findings = await devicesCheck.run({ ...subject, env });
      assert.deepEqual(told(findings), [
        'wrong devices.no-bus',
        'note devices.no-spi',
        'wrong devices.meter-port-missing',
        'wrong devices.keypad-missing',
      ]);
      assert.match(sentences(findings).join('\n'), /there is no \/dev\/ttyUSB0/);
      assert.deepEqual(await devices({ METER: 'modbus', KEYPAD: 'usb', KEYPAD_DEVICE: 'HCT' }), [
        'note devices.no-i2c',
        'note devices.no-spi',
        'wrong devices.no-meter-port',
        'wrong devices.keypad-missing-named',
      ]);
      assert.ok((await devices({ DISPLAY_KIND: '20x5' })).includes('wrong devices.unknown-kind'));
    });

    it('and finds it where it is', async () => {
      writeFileSync(join(subject.root, 'dev/ttyUSB0'), '');
      machine.plug('event0', recorded.keyboard);
      machine.plug('event1', recorded.pad);
      const env = { METER: 'modbus', METER_PORT: '/dev/ttyUSB0', KEYPAD: 'usb', KEYPAD_DEVICE: 'sigma' };
      const findings = await devicesCheck.run({ ...subject, env });
      assert.deepEqual(told(findings).slice(2), ['good devices.meter-port', 'good devices.keypad']);
      assert.match(sentences(findings).at(-1)!, /SIGMACHIP/);
    });

    it('and says that Linux talks on the meter’s port', async () => {
      writeFileSync(join(subject.root, 'dev/ttyAMA0'), '');
      mkdirSync(join(subject.root, 'proc'));
      writeFileSync(join(subject.root, 'proc/cmdline'), 'console=ttyAMA0,115200\n');
      assert.ok((await devices({ METER: 'modbus', METER_PORT: '/dev/ttyAMA0' })).includes('wrong devices.console'));
    });

    it('on the bus and at the address that are named', async () => {
      const findings = await devicesCheck.run({ ...subject, env: { DISPLAY_KIND: '16x2', DISPLAY_BUS: '3' } });
      assert.match(sentences(findings).join('\n'), /there is no \S*\/dev\/i2c-3\./);
      assert.ok(
        (await devices({ DISPLAY_KIND: '16x2', DISPLAY_ADDRESS: '0x4G' })).includes('wrong devices.bad-address'),
      );
      const bus = new SimulatedI2cBus();
      bus.chips.set(0x3f, { take: () => true, give: () => 0 });
      const display = { kind: '16x2', path: '/dev/i2c-1' };
      assert.deepEqual(told(await lookAround(bus, { ...display, address: 0x27 })), [
        'wrong devices.display-silent',
        'good devices.display',
      ]);
      assert.deepEqual(told(await lookAround(bus, { ...display, address: 0x3f })), ['good devices.display']);
    });
  });

  it('refuses a language that it does not speak', async () => {
    const program = new URL('../../../../flows/charger/doctor/main.ts', import.meta.url).pathname;
    const run = promisify(execFile)(process.execPath, [program, '--language', 'fr']);
    const { code, stderr } = await run.then(
      () => assert.fail('it spoke'),
      (error: { code: number; stderr: string }) => error,
    );
    assert.equal(code, 2);
    assert.match(stderr, /--language takes en or zh-CN/);
  });
});
