import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clockCheck } from '../../../../flows/charger/doctor/clock-check.ts';
import { devicesCheck } from '../../../../flows/charger/doctor/devices-check.ts';
import { diskCheck, mountOf } from '../../../../flows/charger/doctor/disk-check.ts';
import { checks, countWrong, examine, report } from '../../../../flows/charger/doctor/doctor.ts';
import type { Check, Subject } from '../../../../flows/charger/doctor/finding.ts';
import { guardCheck } from '../../../../flows/charger/doctor/guard-check.ts';
import { keyCheck } from '../../../../flows/charger/doctor/key-check.ts';
import { machineCheck } from '../../../../flows/charger/doctor/machine-check.ts';
import { pinsCheck } from '../../../../flows/charger/doctor/pins-check.ts';
import { servicesCheck } from '../../../../flows/charger/doctor/services-check.ts';
import { languageOf, say, wordKeys } from '../../../../flows/charger/doctor/words.ts';
import { openDriver } from '../../../../hardware/gpio/open.ts';
import { findUser, mayUse } from '../../../../hardware/linux/users.ts';
import { Guard } from '../../../../hardware/relay/guard.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const key = '00112233445566778899aabbccddeeff'.repeat(2);

describe('the doctor', () => {
  let root: string;
  let subject: Subject;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'doctor-'));
    write('etc/passwd', 'root:x:0:0::/root:/bin/sh\noffline-charging:x:990:990::/var/lib:/usr/sbin/nologin\n');
    write('etc/group', 'gpio:x:985:offline-charging\ni2c:x:986:\noffline-charging:x:990:\n');
    mkdirSync(join(root, 'data/charger'), { recursive: true });
    subject = {
      root,
      env: { DATA_DIR: join(root, 'data') },
      user: { name: 'whoever', uid: process.getuid!(), groupIds: [] },
      nowMs,
    };
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, content: string, mode = 0o644): string {
    const file = join(root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
    return file;
  }
  /** What a check says, in short: `wrong clock.none`. */
  const told = async (check: Check, change: Partial<Subject> = {}) =>
    (await check.run({ ...subject, ...change })).map(({ level, says }) => `${level} ${says}`);
  const withEnv = (env: Record<string, string>) => ({ env: { ...subject.env, ...env } });

  describe('looks at the machine', () => {
    it('and knows a Raspberry Pi by its own words', async () => {
      write('proc/device-tree/model', 'Raspberry Pi 4 Model B Rev 1.4\0');
      assert.deepEqual(await told(machineCheck), ['good machine.model', 'good machine.node']);
    });

    it('and sees that its supply is too weak', async () => {
      write('sys/class/hwmon/hwmon0/name', 'cpu_thermal\n');
      write('sys/class/hwmon/hwmon1/name', 'rpi_volt\n');
      write('sys/class/hwmon/hwmon1/in0_lcrit_alarm', '1\n');
      assert.ok((await told(machineCheck)).includes('wrong machine.undervoltage'));
    });
  });

  describe('looks at the pins', () => {
    it('and explains itself on a machine that has none', async () => {
      mkdirSync(join(root, 'dev'));
      assert.deepEqual(await told(pinsCheck), ['wrong pins.no-gpio']);
    });

    it('and takes simulated pins for what they are, whatever else is there', async () => {
      assert.deepEqual(await told(pinsCheck, withEnv({ GPIO_DRIVER: 'simulated' })), ['note pins.simulated']);
    });

    it('and names the driver that is not known', async () => {
      const [finding] = await pinsCheck.run({ ...subject, ...withEnv({ GPIO_DRIVER: 'wiringpi' }) });
      assert.match(say(finding!.says, 'en', finding!.values), /wiringpi/);
    });
  });

  describe('looks at the relay guard', () => {
    it('and says that it does not run', async () => {
      assert.deepEqual(await told(guardCheck), ['wrong guard.not-running']);
    });

    it('and hears from a running one what it guards', async () => {
      const socket = join(root, 'data/guard.sock');
      subject = { ...subject, ...withEnv({ GPIO_DRIVER: 'simulated' }) };
      const driver = await openDriver('simulated', { folder: join(root, 'pins') });
      const guard = await Guard.start({
        socket,
        driver,
        relays: { relay: { line: 'relay' } },
        minimum: { leastSeconds: 0, mostClosings: 0, windowSeconds: 600, longestOnSeconds: 0 },
        log() {},
      });
      try {
        assert.deepEqual(await told(guardCheck), ['good guard.runs', 'note guard.no-lease']);
        const changed = withEnv({ RELAY_LINE: 'relay,active-low' });
        const [, , other] = await guardCheck.run({ ...subject, ...changed });
        assert.deepEqual(
          [other!.says, other!.values!.driven, other!.values!.pin],
          ['guard.other-pin', 'relay', 'relay,active-low'],
        );
        chmodSync(socket, 0o666);
        assert.deepEqual((await told(guardCheck))[0], 'wrong guard.socket-open');
        const stranger = { user: { name: 'pi', uid: 1000, groupIds: [] } };
        assert.ok((await told(guardCheck, stranger)).includes('wrong guard.other-user'));
      } finally {
        await guard.stop();
      }
    });

    for (const [what, reason, hear] of [
      ['is not held up by something that never answers', /it hangs/, () => {}],
      ['tells something that hangs up from it', /it hung up/, (connection: Socket) => connection.end()],
    ] as const)
      it(`and ${what}`, async () => {
        const server: Server = createServer((connection) => hear(connection.on('error', () => undefined).resume()));
        await new Promise<void>((resolve) => server.listen(join(root, 'data/guard.sock'), resolve));
        chmodSync(join(root, 'data/guard.sock'), 0o600);
        const [found] = await guardCheck.run(subject);
        assert.deepEqual([found!.level, found!.says], ['wrong', 'guard.silent']);
        assert.match(String(found!.values!.reason), reason);
        server.close();
      });
  });

  describe('looks at the clock', () => {
    const chip = (name: string, epoch: string, id = 'rtc0', hctosys = id === 'rtc0' ? '1' : '0') => {
      write(`sys/class/rtc/${id}/name`, `${name}\n`);
      write(`sys/class/rtc/${id}/since_epoch`, `${epoch}\n`);
      write(`sys/class/rtc/${id}/hctosys`, `${hctosys}\n`);
    };
    const now = String(nowMs / 1000);
    const [own, module] = ['rpi-rtc soc:rpi_rtc', 'rtc-ds1307 1-0068'] as const;

    it('and is content with a chip that agrees', async () => {
      chip('rtc-ds1307 1-0068', String(nowMs / 1000 - 1));
      assert.deepEqual(await told(clockCheck), ['good clock.time', 'good clock.chip']);
    });

    it('and says that a station without a chip loses the time, unless it needs none', async () => {
      assert.deepEqual(await told(clockCheck), ['good clock.time', 'wrong clock.none']);
      assert.ok((await told(clockCheck, withEnv({ STATION_SEQUENCE: 'counter' }))).includes('note clock.none-needed'));
      write('data/charger/station.json', JSON.stringify({ sequence: 'counter' }), 0o600);
      assert.ok((await told(clockCheck)).includes('note clock.none-needed'));
    });

    it('and finds a flat battery, also where the kernel refuses to read the chip', async () => {
      chip('rtc-ds1307 1-0068', '946684800');
      assert.ok((await told(clockCheck)).includes('wrong clock.chip-lost'));
      rmSync(join(root, 'sys/class/rtc/rtc0/since_epoch'));
      assert.ok((await told(clockCheck)).includes('wrong clock.chip-lost'));
    });

    it('and, where there are two chips, looks at the one that the kernel takes the time from', async () => {
      chip(own, now);
      chip(module, '946684800', 'rtc1');
      assert.deepEqual((await told(clockCheck)).slice(1), ['good clock.board', 'note clock.two-module']);
      chip(own, '0');
      chip(module, now, 'rtc1');
      const [, lost] = await clockCheck.run(subject);
      assert.deepEqual([lost!.level, lost!.says], ['wrong', 'clock.board-lost']);
      assert.match(say(lost!.advice!, 'en', lost!.values), /BAT \(J5\).*dtparam=rtc=off.*rtc-ds1307/);
    });

    it('and says which battery counts, whichever of the two has which number', async () => {
      chip(own, '0', 'rtc1');
      chip(module, now, 'rtc0');
      const [, good, other] = await clockCheck.run(subject);
      assert.deepEqual([good!.says, other!.says], ['clock.chip', 'clock.two']);
      assert.match(say(good!.says, 'en', good!.values), /rtc-ds1307.*on its module/);
      chip(module, now, 'rtc10', '1');
      chip(own, now, 'rtc0', '0');
      rmSync(join(root, 'sys/class/rtc/rtc1'), { recursive: true });
      assert.deepEqual((await told(clockCheck)).slice(1), ['good clock.chip', 'note clock.two']);
    });

    it('and, where the kernel could read none, at the first, which it asks', async () => {
      chip(own, '0', 'rtc0', '0');
      const [, lost] = await clockCheck.run(subject);
      assert.deepEqual([lost!.says, lost!.advice], ['clock.chip-lost', 'clock.board-battery.do']);
      chip(module, now, 'rtc1', '0');
      assert.deepEqual((await told(clockCheck)).slice(1), ['wrong clock.board-lost', 'note clock.two-module']);
    });

    it('and finds a chip that tells another time, and a machine in 1970', async () => {
      chip('rtc-ds1307 1-0068', String(nowMs / 1000 + 3600));
      assert.ok((await told(clockCheck)).includes('wrong clock.apart'));
      assert.equal((await told(clockCheck, { nowMs: 60_000 }))[0], 'wrong clock.lost');
    });
  });

  describe('looks at the disk', () => {
    it('and is content with a folder that can be written', async () => {
      assert.deepEqual(await told(diskCheck), ['good disk.free', 'good disk.writable']);
    });

    it('and says that the folder is missing', async () => {
      assert.deepEqual(await told(diskCheck, withEnv({ DATA_DIR: join(root, 'nowhere') })), ['wrong disk.no-folder']);
    });

    it('and finds disks that forget, and disks that cannot be written', async () => {
      write('proc/mounts', `/dev/root / ext4 rw,noatime 0 0\ntmpfs ${join(root, 'data')} tmpfs rw,size=1m 0 0\n`);
      assert.equal((await told(diskCheck))[0], 'wrong disk.forgetful');
      write('proc/mounts', '/dev/mmcblk0p2 / ext4 ro,noatime 0 0\n');
      assert.equal((await told(diskCheck))[0], 'wrong disk.read-only');
    });

    it('and finds the mount of a folder, the last and the longest, also with blanks in its name', () => {
      write('proc/mounts', 'a / ext4 rw 0 0\nb /var ext4 rw 0 0\nc /var/my\\040data tmpfs rw 0 0\nd /var xfs ro 0 0\n');
      assert.equal(mountOf('/var/my data/x', root)?.type, 'tmpfs');
      assert.equal(mountOf('/var/lib', root)?.type, 'xfs');
      assert.equal(mountOf('/home', root)?.type, 'ext4');
    });

    it('and knows whose folder it is', async () => {
      chmodSync(join(root, 'data'), 0o755);
      const stranger = { user: { name: 'pi', uid: 54_321, groupIds: [] } };
      assert.ok((await told(diskCheck, stranger)).includes('wrong disk.not-ours'));
    });
  });

  describe('looks at the key', () => {
    it('and names the station', async () => {
      write('data/charger/station.json', JSON.stringify({ station: 'CP-0001', key, unit: 'min', step: 30 }), 0o600);
      const findings = await keyCheck.run(subject);
      assert.equal(say(findings[0]!.says, 'en', findings[0]!.values), 'This is CP-0001; it sells min in steps of 30.');
    });

    it('and never prints it, wherever it comes from', async () => {
      const env = { ...subject.env, STATION_KEY: key, STATION_ID: 'CP-0001' };
      write('data/charger/station.json', JSON.stringify({ station: 'CP-0001', key }), 0o644);
      for (const change of [{}, { env }]) {
        const sections = await examine({ ...subject, ...change });
        assert.ok(!JSON.stringify(sections).includes(key.slice(0, 16)));
      }
    });

    it('and finds it missing, broken, or open to others', async () => {
      assert.deepEqual(await told(keyCheck), ['wrong key.none']);
      write('data/charger/station.json', '{"station":"CP-0001","key":"12"}', 0o600);
      assert.deepEqual(await told(keyCheck), ['wrong key.broken']);
      write('data/charger/station.json', 'not JSON', 0o600);
      assert.deepEqual(await told(keyCheck), ['wrong key.broken']);
      write('data/charger/station.json', JSON.stringify({ station: 'CP-0001', key }), 0o640);
      assert.deepEqual(await told(keyCheck), ['wrong key.open', 'good key.station-only']);
      const stranger = { user: { name: 'pi', uid: 54_321, groupIds: [] } };
      assert.ok((await told(keyCheck, stranger)).includes('wrong key.other-owner'));
    });
  });

  describe('looks at the devices', () => {
    it('and says what is off and how to switch it on', async () => {
      mkdirSync(join(root, 'dev'));
      assert.deepEqual(await told(devicesCheck), [
        'note devices.no-i2c',
        'note devices.no-spi',
        'note devices.no-keypad',
      ]);
    });

    it('and finds serial ports, one of which Linux talks on', async () => {
      write('dev/ttyAMA0', '', 0o660);
      write('dev/ttyUSB0', '', 0o660);
      symlinkSync('ttyAMA0', join(root, 'dev/serial0'));
      write('proc/cmdline', 'console=serial0,115200 console=tty1 root=PARTUUID=1\n');
      const findings = await told(devicesCheck);
      assert.ok(findings.includes('note devices.console'));
      assert.ok(findings.includes('good devices.port'));
    });

    it('and finds what the station’s user may not touch', async () => {
      write('dev/ttyUSB0', '', 0o660);
      const stranger = { user: { name: 'pi', uid: 54_321, groupIds: [] } };
      assert.ok((await told(devicesCheck, stranger)).includes('wrong no-permission'));
    });
  });

  it('says whether a synchronization sets the clock of an installed station, and how it would', async () => {
    const clock = async (env: Record<string, string> = {}) =>
      (await told(clockCheck, withEnv(env))).filter((says) => /clock\.(set-by-code|kept|not-set)/.test(says));
    assert.deepEqual(await clock(), []);
    write('etc/systemd/system/offline-charging-charger.service', '');
    assert.deepEqual(await clock(), ['note clock.not-set']);
    write('run/offline-charging-clock.sock', '');
    assert.deepEqual(await clock(), ['good clock.set-by-code']);
    assert.deepEqual(await clock({ CLOCK_SOCKET: '' }), ['note clock.kept']);
    assert.deepEqual(await clock({ STATION_SEQUENCE: 'counter' }), []);
  });

  it('says that nothing is installed as a service, where that is so', async () => {
    assert.deepEqual(await told(servicesCheck), ['note services.not-installed']);
    write('etc/systemd/system/offline-charging-guard.service', '');
    write('etc/systemd/system/offline-charging-charger.service', '');
    assert.deepEqual(await told(servicesCheck), ['note services.no-systemd']);
  });

  it('judges permissions for the station’s user, with its groups', () => {
    const user = findUser(undefined, root)!;
    assert.deepEqual(user, { name: 'offline-charging', uid: 990, groupIds: [990, 985] });
    assert.equal(findUser('nobody-here', root), undefined);
    const file = write('dev/gpiochip0', '', 0o660);
    const { gid } = { gid: process.getgid!() };
    assert.equal(mayUse(file, { name: 'x', uid: 54_321, groupIds: [gid] }), true);
    assert.equal(mayUse(file, { name: 'x', uid: 54_321, groupIds: [gid + 1] }), false);
  });

  it('has words in both languages for everything that it can say, with the same values in them', () => {
    const holes = (text: string) => new Set(text.match(/\{\w+\}/g));
    for (const wordKey of wordKeys) {
      const [english, chinese] = [say(wordKey, 'en'), say(wordKey, 'zh-CN')];
      assert.deepEqual(holes(chinese), holes(english), wordKey);
    }
    assert.equal(languageOf({ LANG: 'zh_CN.UTF-8' }), 'zh-CN');
    assert.equal(languageOf({ LANG: 'de_DE.UTF-8' }), 'en');
  });

  it('leaves no gap in any of its sentences, and no wrong without what to do', async () => {
    const sections = await examine(subject);
    assert.equal(sections.length, checks.length);
    for (const language of ['en', 'zh-CN'] as const) assert.doesNotMatch(report(sections, language), /[{}]|undefined/);
    for (const { findings } of sections)
      for (const { level, advice } of findings) if (level === 'wrong') assert.ok(advice);
  });

  it('as a program explains a machine without pins, and exits with 1', async () => {
    const program = new URL('../../../../flows/charger/doctor/main.ts', import.meta.url).pathname;
    const env = { ...process.env, DATA_DIR: join(root, 'data'), LANGUAGE: 'en' };
    const run = await promisify(execFile)(process.execPath, [program], { env }).then(
      () => assert.fail('it exited with 0'),
      (error: { code: number; stdout: string }) => error,
    );
    assert.equal(run.code, 1);
    assert.match(run.stdout, /to mend\.\n$/);
    const wrongly = await promisify(execFile)(process.execPath, [program, '--what'], { env }).catch((error) => error);
    assert.equal(wrongly.code, 2);
  });

  it('writes no heading where there is nothing to say below it', () => {
    assert.doesNotMatch(report([{ title: 'past', findings: [] }], 'en'), /Memory of used codes/);
  });

  it('counts what is wrong, and is content when nothing is', () => {
    const sections = [{ title: 'disk', findings: [{ level: 'note', says: 'devices.no-keypad' }] }] as const;
    assert.equal(countWrong(sections), 0);
    assert.match(report(sections, 'en'), /Everything is as it should be\.$/);
  });
});
