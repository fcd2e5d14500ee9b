import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Meter, MeterReading } from '../../../hardware/meter/meter.ts';
import { openModbusMeter } from '../../../hardware/meter/modbus.ts';
import { type ModbusMeterName, modbusMaps } from '../../../hardware/meter/modbus-maps.ts';
import { judgingUpTo } from './judging.ts';
import { type Behaviour, crc, ModbusSlave } from './modbus-slave.ts';

describe('a Modbus meter', () => {
  let slave: ModbusSlave;
  let meter: Meter | undefined;
  let heard: EventEmitter;
  let readings: MeterReading[];
  let faults: string[];
  beforeEach(async () => {
    slave = await ModbusSlave.open();
    heard = new EventEmitter();
    readings = [];
    faults = [];
  });
  afterEach(async () => {
    await meter?.close();
    meter = undefined;
    slave.close();
  });

  async function open(
    name: ModbusMeterName = 'sdm120',
    { highestPowerW = 3_700, ...options }: { highestPowerW?: number; port?: string } = {},
  ) {
    meter = await openModbusMeter(
      { meter: name, port: slave.path, judging: judgingUpTo(highestPowerW), pollMs: 10, timeoutMs: 300, ...options },
      {
        onReading: (reading) => {
          readings.push(reading);
          heard.emit('reading', reading);
        },
        onFault: ({ code, message }) => {
          faults.push(`${code}: ${message}`);
          heard.emit('fault', code);
        },
        onRecovered: () => {
          faults.push('recovered');
          heard.emit('recovered');
        },
      },
    );
  }
  const eastronAt = (kWh: number) => {
    slave.setFloat(0x0000, 230.5);
    slave.setFloat(0x0006, 8.25);
    slave.setFloat(0x000c, 1900.5);
    slave.setFloat(0x0048, kWh);
  };
  const nextReading = async () => (await once(heard, 'reading'))[0] as MeterReading;
  /** Until the meter's own view follows what it says now; reads that began before may still come. */
  const readingOf = async (energyWh: number) => {
    for (;;) if ((await nextReading()).energyWh === energyWh) return;
  };

  for (const name of ['sdm120', 'sdm230'] as const) {
    it(`gives what an ${modbusMaps[name].model} measures`, async () => {
      eastronAt(12.5);
      await open(name);
      const { energyWh, powerW, currentA, voltageV, at } = await nextReading();
      assert.deepEqual([energyWh, powerW, currentA, voltageV], [12_500, 1900.5, 8.25, 230.5]);
      assert.ok(at <= performance.now());
      assert.equal(slave.last?.functionCode, 4);
      assert.deepEqual(meter!.latest, readings.at(-1));
    });
  }

  it('gives what a PZEM-004T measures, whose low words come first', async () => {
    slave.registers.set(0, 2301);
    slave.setLowFirst(1, 70_123);
    slave.setLowFirst(3, 161_350);
    slave.setLowFirst(5, 1_234_567);
    await open('pzem-004t', { highestPowerW: 23_000 });
    const { energyWh, powerW, currentA, voltageV } = await nextReading();
    assert.deepEqual([energyWh, powerW, currentA, voltageV], [1_234_567, 16_135, 70.123, 230.1]);
  });

  it('is read from frames that come byte by byte, and after noise', async () => {
    eastronAt(1);
    slave.behaviour = 'answers byte by byte';
    await open();
    await nextReading();
    slave.behaviour = 'has noise before its answer';
    eastronAt(1.01);
    await readingOf(1010);
    assert.deepEqual(faults, []);
  });

  const failures: Behaviour[] = [
    'is silent',
    'garbles a bit',
    'stops in the middle',
    'answers as another unit',
    'answers another function',
    'answers an exception',
    'answers fewer registers',
    'sends noise alone',
  ];
  for (const behaviour of failures) {
    it(`that ${behaviour} is silent after two reads, and its last good reading stands`, async () => {
      eastronAt(5);
      await open();
      await readingOf(5000);
      const fault = once(heard, 'fault');
      slave.behaviour = behaviour;
      eastronAt(5.02);
      assert.deepEqual(await fault, ['meter-silent']);
      const good = readings.length;
      await slave.nextRequest();
      await slave.nextRequest();
      assert.equal(readings.length, good);
      assert.equal(meter!.latest?.energyWh, 5000);
      const recovered = once(heard, 'recovered');
      slave.behaviour = 'answers';
      await recovered;
      await readingOf(5020);
      assert.equal(faults.length, 2);
    });
  }

  it('that answers only after the time allowed is silent', async () => {
    eastronAt(5);
    slave.behaviour = 'answers late';
    await open();
    await once(heard, 'fault');
    assert.match(faults[0]!, /^meter-silent: .*Timed out/);
    assert.deepEqual(readings, []);
  });

  it('may miss one read without a fault', async () => {
    eastronAt(5);
    await open();
    await nextReading();
    slave.behaviour = 'garbles a bit';
    await slave.nextRequest();
    slave.behaviour = 'answers';
    eastronAt(5.01);
    await readingOf(5010);
    assert.deepEqual(faults, []);
  });

  for (const name of ['sdm120', 'sdm230', 'pzem-004t'] as const) {
    it(`may lose answers, which are asked for again within the same read (${name})`, async () => {
      eastronAt(5);
      slave.setLowFirst(5, 5_000);
      if (name === 'pzem-004t') for (const address of [0, 1, 2, 3, 4]) slave.registers.set(address, 0);
      slave.behaviour = 'loses two answers of four';
      await open(name);
      const { requests } = slave;
      while (slave.requests < requests + 20) await nextReading();
      assert.deepEqual(faults, []);
      assert.ok(readings.length >= 4, `${readings.length}`);
      assert.ok(readings.every(({ energyWh }) => energyWh === 5_000));
    });
  }

  it('is read through an RS-485 adapter that hears its own requests', async () => {
    eastronAt(5);
    slave.behaviour = 'is echoed';
    await open();
    for (let reading = 0; reading < 5; reading++) assert.equal((await nextReading()).energyWh, 5_000);
    slave.behaviour = 'answers';
    eastronAt(5.01);
    await readingOf(5_010);
    assert.deepEqual(faults, []);
  });

  it('is not believed when it answers a request that was given up: that of the one that followed counts', async () => {
    eastronAt(5);
    await open();
    await nextReading();
    // The request for the energy is answered after 400 ms, when it has been sent again 100 ms ago.
    while (slave.last?.address !== 0x0048) await slave.nextRequest();
    slave.delaysMs = [0, 400, 250];
    const before = readings.length;
    while (slave.delaysMs.length > 1) await slave.nextRequest();
    eastronAt(5.02);
    while (readings.length < before + 3) await nextReading();
    assert.deepEqual(faults, []);
    // Later reads may have been under way; none after the new value may be the old one again.
    const energies = readings.slice(before).map(({ energyWh }) => energyWh);
    assert.equal(energies.at(-1), 5_020);
    assert.ok(!energies.slice(energies.indexOf(5_020)).includes(5_000), energies.join());
    assert.ok(energies.indexOf(5_020) <= 1, energies.join());
  });

  it('that jumps backwards is not believed', async () => {
    eastronAt(5);
    await open();
    await nextReading();
    const fault = once(heard, 'fault');
    eastronAt(4.9);
    assert.deepEqual(await fault, ['meter-implausible']);
    assert.match(faults[0]!, /backwards, from 5000 to 4900 Wh/);
    assert.equal(Math.min(...readings.slice(1).map(({ energyWh }) => energyWh)) >= 4900, true);
  });

  it('that says NaN, or all ones where it has no register, is not believed', async () => {
    eastronAt(Number.NaN);
    await open();
    assert.deepEqual(await once(heard, 'fault'), ['meter-implausible']);
    assert.deepEqual(readings, []);
    await meter!.close();
    slave.registers.set(0, 2301);
    for (const address of [1, 3, 5]) slave.setLowFirst(address, 0xffff_ffff);
    await open('pzem-004t');
    assert.deepEqual(await once(heard, 'fault'), ['meter-implausible']);
    assert.deepEqual(readings, []);
  });

  it('with no port is silent, and is read once its adapter is plugged in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'port-'));
    const port = join(folder, 'ttyUSB0');
    eastronAt(3);
    await open('sdm120', { port });
    assert.deepEqual(await once(heard, 'fault'), ['meter-silent']);
    symlinkSync(slave.path, port);
    await readingOf(3000);
    assert.equal(faults.at(-1), 'recovered');
    rmSync(folder, { recursive: true });
  });

  it('asks nothing more after it was closed', async () => {
    eastronAt(1);
    await open();
    await nextReading();
    await meter!.close();
    const { requests } = slave;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(slave.requests, requests);
  });

  it('is refused with settings that no meter has', async () => {
    const listener = { onReading() {}, onFault() {}, onRecovered() {} };
    const options = { port: '/dev/null', judging: judgingUpTo(1) };
    await assert.rejects(openModbusMeter({ ...options, meter: 'sdm999' as 'sdm120' }, listener), {
      code: 'bad-setting',
    });
    await assert.rejects(openModbusMeter({ ...options, meter: 'sdm120', unitId: 248 }, listener), {
      code: 'bad-setting',
    });
  });

  it('is tested against a slave whose CRC is the published one', () => {
    // MODBUS over Serial Line V1.02, and the catalogue's check value for "123456789".
    assert.equal(crc(Buffer.from('123456789')), 0x4b37);
  });
});
