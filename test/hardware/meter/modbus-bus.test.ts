// Several Modbus meters on one serial line.
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Meter, MeterReading } from '../../../hardware/meter/meter.ts';
import { modbus, openModbusMeter } from '../../../hardware/meter/modbus.ts';
import { judgingUpTo } from './judging.ts';
import { ModbusSlave } from './modbus-slave.ts';

describe('Modbus meters on one line', () => {
  let slave: ModbusSlave;
  const meters: Meter[] = [];
  const heard = new EventEmitter().setMaxListeners(50);
  beforeEach(async () => {
    slave = await ModbusSlave.open(1);
  });
  afterEach(async () => {
    heard.removeAllListeners();
    await Promise.all(meters.splice(0).map((meter) => meter.close()));
    slave.close();
  });

  /** A PZEM, whose one block holds all. */
  function counts(unit: number, energyWh: number): void {
    const registers = unit === 1 ? slave.registers : (slave.neighbours.get(unit) ?? new Map<number, number>());
    if (unit !== 1) slave.neighbours.set(unit, registers);
    registers.set(5, energyWh);
  }
  async function open(unitId: number, more: { baudRate?: number; pollMs?: number } = {}) {
    const meter = await openModbusMeter(
      { meter: 'pzem-004t', port: slave.path, unitId, judging: judgingUpTo(1e9), pollMs: 20, timeoutMs: 60, ...more },
      {
        onReading: ({ energyWh }: MeterReading) => heard.emit(`reading ${unitId}`, energyWh),
        onFault: ({ code }) => heard.emit(`fault ${unitId}`, code),
        onRecovered: () => heard.emit(`recovered ${unitId}`),
      },
    );
    meters.push(meter);
    return meter;
  }
  const reading = async (unit: number) => (await once(heard, `reading ${unit}`))[0] as number;

  it('are each read by their own address, and each says what it counted', async () => {
    const units = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const unit of units) counts(unit, 1000 + unit);
    for (const unit of units) await open(unit);
    assert.deepEqual(
      await Promise.all(units.map(reading)),
      units.map((unit) => 1000 + unit),
    );
  });

  it('of which one is silent go on: it is asked more seldom, and heard again when it answers', async () => {
    for (const unit of [1, 2, 3]) counts(unit, unit);
    for (const unit of [1, 2, 3]) await open(unit);
    await Promise.all([reading(1), reading(2), reading(3)]);
    slave.behaviour = 'is silent';
    const others: string[] = [];
    for (const unit of [2, 3]) heard.on(`fault ${unit}`, (code: string) => others.push(code));
    assert.deepEqual(await once(heard, 'fault 1'), ['meter-silent']);
    const from = slave.asked.length;
    while (slave.asked.slice(from).filter((unit) => unit === 1).length < 4) await reading(3);
    // Between two questions to the silent one the others are asked, and more than once each on the whole.
    const between = slave.asked.slice(from).join('').split('1').slice(1, -1);
    for (const turns of between) assert.ok(turns.includes('2') && turns.includes('3'), slave.asked.join(''));
    assert.ok(between.join('').length > 2 * between.length, slave.asked.join(''));
    slave.behaviour = 'answers';
    await once(heard, 'recovered 1');
    assert.deepEqual(others, []);
  });

  it('of which one is closed go on without it', async () => {
    for (const unit of [1, 2]) counts(unit, unit);
    const first = await open(1);
    await open(2);
    await Promise.all([reading(1), reading(2)]);
    await first.close();
    const from = slave.asked.length;
    for (let turn = 0; turn < 3; turn++) await reading(2);
    assert.ok(slave.asked.slice(from).every((unit) => unit === 2));
  });

  it('are refused with two speeds', async () => {
    await open(1);
    await assert.rejects(open(2, { baudRate: 2400 }), { code: 'bad-setting' });
  });

  it('that take longer a round than a reading may be old are told by the doctor', () => {
    const said = (env: Readonly<Record<string, string>>) => {
      const subject = {
        root: '/',
        env: { METER_PORT: '/dev/null', ...env },
        user: { name: 'root', uid: 0, gids: [] },
        nowMs: 0,
      };
      return modbus.check!(subject as never, true).map(({ says }) => says);
    };
    const METER_ADDRESS = Array.from({ length: 20 }, (_, index) => index + 1).join(';');
    assert.ok(said({ METER_ADDRESS }).includes('devices.meter-round'));
    assert.ok(!said({ METER_ADDRESS, METER_BAUD: '9600' }).includes('devices.meter-round'));
    assert.ok(!said({ METER_ADDRESS: '1' }).includes('devices.meter-round'));
  });
});
