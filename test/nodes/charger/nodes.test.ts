// Each node of a charger by itself, and what an integrator may build of a few of them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { voucherCode } from '../../../charging/codes/index.ts';
import type { Message } from '../../../nodes/shared/red.ts';
import { code, type FlowNode, KEY, Rig, service, stationNode } from './support.ts';

/** What Node-RED puts the variable's value in for. */
const variable = (name: string) => `\${${name}}`;

describe('the nodes of a charger', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const start = (...nodes: FlowNode[]) =>
    rig.start([
      stationNode(rig.folder),
      ...nodes.map((node) => ({ station: 'station', ...node })),
      { id: 'out', type: 'helper' },
      { id: 'refused', type: 'helper' },
    ]);
  const wires = [['out'], ['refused']];
  const payload = <T>(message: Message | undefined) => message?.payload as T;
  const line = (name: string, level: 0 | 1) => writeFileSync(join(rig.folder, 'pins', name), String(level));

  describe('charging station', () => {
    it('keeps as many sessions in its journal as its dialog, or a variable, says', async () => {
      process.env.A_KEEP = '2';
      try {
        const few = { ...stationNode(rig.folder), keepSessions: variable('A_KEEP') };
        await rig.start([few, { id: 'verify', type: 'verify code', station: 'station', wires }]);
        const archive = join(rig.folder, 'journal/archive-000001.jsonl');
        for (const n of [1, 2]) assert.equal((await rig.ends('verify', { payload: code(n) })).error, undefined);
        assert.ok(!existsSync(archive));
        for (const n of [3, 4]) await rig.ends('verify', { payload: code(n) });
        const archived = readFileSync(archive, 'utf8').trim().split('\n');
        assert.deepEqual(
          archived.map((line) => (JSON.parse(line) as { sequence: number }).sequence),
          [1, 2],
        );
      } finally {
        delete process.env.A_KEEP;
      }
    });

    it('says so when that is no number', async () => {
      await rig.start([
        { ...stationNode(rig.folder), keepSessions: 'many' },
        { id: 'verify', type: 'verify code', station: 'station', wires },
      ]);
      assert.equal((await rig.ends('verify', { payload: code(1) })).error?.code, 'bad-keep');
    });
  });

  describe('verify code', () => {
    it('redeems at once unless told otherwise: the same code is used the second time', async () => {
      await start({ id: 'verify', type: 'verify code', wires });
      rig.send('verify', { payload: code(1), other: 'kept' });
      await rig.until('it is accepted', () => rig.at('out').length === 1);
      assert.equal(rig.last('out')!.topic, 'voucher');
      assert.equal(rig.last('out')!.other, 'kept');
      assert.deepEqual([payload<{ amount: number; unit: string }>(rig.last('out')).amount], [60]);
      rig.send('verify', { payload: code(1) });
      await rig.until('it is refused', () => rig.at('refused').length === 1);
      assert.deepEqual(rig.last('refused')!.payload, { outcome: 'used' });
    });

    it('leaves nothing behind that a session would go on with', async () => {
      await start({ id: 'verify', type: 'verify code', wires });
      rig.send('verify', { payload: code(1) });
      await rig.until('it is accepted', () => rig.at('out').length === 1);
      await rig.stop();
      await start({ id: 'session', type: 'run session', wires: [[], ['out'], []] });
      await rig.until('the session is idle', () => rig.statuses.get('session')?.text?.includes('idle') === true);
    });

    it('left to the session only verifies: the same code may be typed again', async () => {
      await start({ id: 'verify', type: 'verify code', redeem: 'session', wires });
      rig.send('verify', { payload: code(1) });
      rig.send('verify', { payload: code(1) });
      await rig.until('both are accepted', () => rig.at('out').length === 2);
    });

    it('refuses to redeem where a session does', async () => {
      await start(
        { id: 'verify', type: 'verify code', redeem: 'now', wires },
        { id: 'session', type: 'run session', wires: [[], [], []] },
      );
      assert.equal((await rig.ends('verify', { payload: code(1) })).error?.code, 'session-runs');
    });

    it('takes text, grouped text and buffers, and says mistyped to a number that has lost its zeros', async () => {
      await start({ id: 'verify', type: 'verify code', redeem: 'session', wires });
      const digits = code(1);
      const grouped = `${digits.slice(0, 3)} ${digits.slice(3, 6)}-${digits.slice(6)}`;
      for (const entry of [digits, grouped, Buffer.from(digits)]) rig.send('verify', { payload: entry });
      await rig.until('all are accepted', () => rig.at('out').length === 3);
      assert.equal(digits[0], '0');
      rig.send('verify', { payload: Number(digits) });
      await rig.until('it is refused', () => rig.at('refused').length === 1);
      assert.deepEqual(rig.last('refused')!.payload, { outcome: 'mistyped' });
    });

    it('asks after three invalid codes on end whether the terms are those of the cloud, until one is genuine', async () => {
      await start({ id: 'verify', type: 'verify code', redeem: 'session', wires });
      const says = async (entry: string) => {
        const before = rig.at('out').length + rig.at('refused').length;
        rig.send('verify', { payload: entry });
        await rig.until('it is answered', () => rig.at('out').length + rig.at('refused').length > before);
        return rig.statuses.get('verify')?.text;
      };
      const ofAnotherStep = (sequence: number) =>
        voucherCode(KEY, { layout: 'compact', unit: 'min', step: 20, quantity: 2, sequence });
      assert.match((await says(ofAnotherStep(1)))!, /invalid$/);
      assert.match((await says(ofAnotherStep(2)))!, /invalid$/);
      const asked = () => rig.warnings().filter((text) => text === 'verify-code.warning.terms').length;
      assert.equal(asked(), 0);
      assert.match((await says(ofAnotherStep(3)))!, /\.terms$/);
      assert.match((await says(ofAnotherStep(4)))!, /\.terms$/);
      assert.equal(asked(), 1);
      assert.match((await says(code(5)))!, /accepted/);
      assert.match((await says(ofAnotherStep(6)))!, /invalid$/);
    });

    it('gives services as such, each once', async () => {
      await start({ id: 'verify', type: 'verify code', wires });
      rig.send('verify', { payload: service('end-session', 3) });
      await rig.until('it is accepted', () => rig.at('out').length === 1);
      assert.equal(rig.last('out')!.topic, 'service');
      assert.deepEqual(rig.last('out')!.payload, { operation: 'end-session', sequence: 3 });
      rig.send('verify', { payload: service('end-session', 3) });
      await rig.until('it is refused', () => rig.at('refused').length === 1);
    });
  });

  describe('verify code wired straight to control relay', () => {
    const relay = { type: 'control relay', through: 'direct', line: 'relay', leastSeconds: 0, mostClosings: 0 };

    it('closes the relay for a code, never for the same code again, and opens it for an operator', async () => {
      await start(
        { id: 'verify', type: 'verify code', wires: [['control'], ['refused']] },
        { id: 'control', ...relay, wires: [['out'], []] },
      );
      rig.send('verify', { payload: code(1) });
      await rig.until('the relay is on', () => rig.pin('relay') === '1');
      rig.send('verify', { payload: service('end-session', 2) });
      await rig.until('the relay is off', () => rig.pin('relay') === '0');
      rig.send('verify', { payload: code(1) });
      await rig.until('the code is refused', () => rig.at('refused').length === 1);
      assert.equal(rig.pin('relay'), '0');
    });

    it('opens by itself when the minutes are over', async () => {
      await start({ id: 'control', ...relay, wires: [['out'], []] });
      rig.send('control', { payload: { unit: 'min', amount: 0.005 } });
      await rig.until('the relay is on', () => rig.pin('relay') === '1');
      await rig.until('the relay is off', () => rig.pin('relay') === '0');
    });

    it('does not close for a voucher for Wh', async () => {
      await start({ id: 'control', ...relay, wires: [['out'], []] });
      assert.equal((await rig.ends('control', { payload: { unit: 'Wh', amount: 500 } })).error?.code, 'needs-session');
      assert.equal(rig.pin('relay'), '0');
    });
  });

  describe('control relay', () => {
    const relay = { id: 'control', type: 'control relay', through: 'direct', line: 'relay', wires };
    const actual = () => payload<{ on: boolean; ready: boolean; readyInSeconds: number }>(rig.last('out'));

    for (const [on, off] of [
      [true, false],
      [1, 0],
      ['on', 'off'],
      ['true', 'false'],
      [Buffer.from('1'), Buffer.from('0')],
    ]) {
      it(`understands ${String(on)} and ${String(off)}`, async () => {
        await start({ ...relay, leastSeconds: 0, mostClosings: 0 });
        assert.deepEqual(await rig.ends('control', { payload: on }), { times: 1 });
        assert.equal(rig.pin('relay'), '1');
        assert.deepEqual(await rig.ends('control', { payload: off }), { times: 1 });
        assert.equal(rig.pin('relay'), '0');
      });
    }

    it('tells its actual state at the start and after each command, with what came', async () => {
      await start({ ...relay, leastSeconds: 0, mostClosings: 0 });
      await rig.until('it has told', () => rig.at('out').length > 0);
      assert.deepEqual(actual(), { on: false, ready: true, readyInSeconds: 0 });
      await rig.ends('control', { payload: true, other: 'kept' });
      await rig.until('it has told', () => actual().on);
      assert.equal(rig.last('out')!.other, 'kept');
    });

    it('lets go of the relay when it does not understand', async () => {
      await start({ ...relay, leastSeconds: 0, mostClosings: 0 });
      await rig.ends('control', { payload: true });
      assert.equal((await rig.ends('control', { payload: 'what' })).error?.code, 'bad-command');
      assert.equal(rig.pin('relay'), '0');
    });

    it('gives the contactor its rest, and says how long', async () => {
      await start({ ...relay, leastSeconds: 100 });
      await rig.ends('control', { payload: true });
      await rig.ends('control', { payload: false });
      assert.deepEqual(await rig.ends('control', { payload: true }), { times: 1 });
      assert.equal(rig.pin('relay'), '0');
      await rig.until('it has told', () => rig.at('out').length > 3);
      assert.equal(actual().on, false);
      assert.equal(actual().ready, false);
      assert.ok(actual().readyInSeconds > 90 && actual().readyInSeconds <= 100);
      assert.equal(rig.at('refused').length, 0);
    });

    it('tells a contact that did not close, switches off, and tells when it is well again', async () => {
      await start({ ...relay, feedbackLine: 'feedback', leastSeconds: 0, mostClosings: 0 });
      await rig.ends('control', { payload: true });
      const faults = () => rig.at('refused').map(({ payload: fault }) => fault as { code: string; standing: boolean });
      await rig.until('the fault is told', () => faults().some(({ code: one }) => one === 'relay-did-not-close'));
      await rig.until('the relay is off', () => rig.pin('relay') === '0');
      await rig.until('it is over', () => faults().at(-1)?.standing === false);
      assert.equal(rig.last('refused')!.topic, 'relay-fault');
    });

    it('tells a welded contact', async () => {
      await start({ ...relay, feedbackLine: 'feedback', leastSeconds: 0, mostClosings: 0 });
      await rig.ends('control', { payload: true });
      line('feedback', 1);
      await rig.until('it is seen on', () => actual().on);
      await rig.ends('control', { payload: false });
      await rig.until(
        'the fault is told',
        () => payload<{ code: string }>(rig.last('refused'))?.code === 'relay-stuck-on',
      );
      assert.equal(actual().on, true);
      assert.equal(rig.pin('relay'), '0');
      assert.equal(rig.statuses.get('control')?.fill, 'red');
    });

    it('without its guard is off, says so, and keeps trying', async () => {
      const station = { ...stationNode(rig.folder), guardSocket: join(rig.folder, 'no-guard.sock') };
      await rig.start([station, { ...relay, station: 'station', through: 'guard' }, { id: 'refused', type: 'helper' }]);
      await rig.until('it is red', () => rig.statuses.get('control')?.fill === 'red');
      await rig.until('the fault is told', () => payload<{ code: string }>(rig.last('refused'))?.code === 'guard-away');
      assert.equal((await rig.ends('control', { payload: true })).error?.code, 'guard-away');
    });
  });

  describe('detect vehicle', () => {
    const detect = { id: 'detect', type: 'detect vehicle', line: 'vehicle', closeMs: 20, wires: [['out']] };
    const told = () => rig.at('out').map(({ payload: level }) => level);

    it('tells the level at the start, and each change', async () => {
      rig.plug(true);
      await start(detect);
      await rig.until('it has told', () => told().at(-1) === true);
      rig.plug(false);
      await rig.until('it has told', () => told().at(-1) === false);
      assert.equal(rig.last('out')!.topic, 'vehicle');
    });

    it('reads a contact that is closed at 0', async () => {
      rig.plug(false);
      await start({ ...detect, line: 'vehicle,active-low' });
      await rig.until('it has told', () => told().at(-1) === true);
    });

    it('by the load presumes a vehicle until the relay is on, and misses one that draws nothing', async () => {
      await start({ ...detect, by: 'load', startSeconds: 1, goneSeconds: 1, inputs: 1 });
      await rig.until('it has told', () => told().at(-1) === true);
      rig.send('detect', { topic: 'relay', payload: { on: true } });
      rig.send('detect', { topic: 'meter', payload: { energyWh: 1, powerW: 0 } });
      await rig.until('it is gone', () => told().at(-1) === false);
    });
  });

  describe('read keypad', () => {
    it('gives an entry on #, and what is typed meanwhile', async () => {
      await start({ id: 'keypad', type: 'read keypad', wires });
      for (const key of ['1', 2, Buffer.from('3')]) rig.send('keypad', { payload: key });
      rig.send('keypad', { payload: '*' });
      rig.send('keypad', { payload: '45#*' });
      await rig.until('the entry is there', () => rig.at('out').length === 1);
      assert.deepEqual([rig.last('out')!.topic, rig.last('out')!.payload], ['entry', '45']);
      await rig.until('all is told', () => rig.last('refused')?.topic === 'key');
      const seen = rig.at('refused').map(({ topic, payload: typed }) => [topic, typed]);
      const typed = ['1', '12', '123', '', '4', '45', ''].map((digits) => ['typed', digits]);
      assert.deepEqual(seen, [...typed, ['key', '*']]);
    });

    it('takes the code out of what a page scanned, and tells of keys and scans that are none', async () => {
      await start({ id: 'keypad', type: 'read keypad', wires });
      rig.send('keypad', { payload: '99' });
      rig.send('keypad', { topic: 'scan', payload: ']Q10516310936' });
      await rig.until('the entry is there', () => rig.at('out').length === 1);
      assert.deepEqual([rig.last('out')!.topic, rig.last('out')!.payload], ['entry', '0516310936']);
      const told = () => rig.at('refused').map(({ topic, payload: what }) => [topic, what]);
      await rig.until('nothing is typed any more', () => told().at(-1)?.[1] === '');
      const before = told().length;
      rig.send('keypad', { payload: 'clear' });
      rig.send('keypad', { payload: 'num-lock' });
      rig.send('keypad', { topic: 'scan', payload: 'https://cloud.example/charge/CP-0001?receipt=052300012345' });
      await rig.until('all is told', () => told().length === before + 3);
      assert.deepEqual(told().slice(before), [
        ['keypad', 'num-lock-off'],
        ['typed', ''],
        ['keypad', 'unreadable'],
      ]);
      assert.equal(rig.at('out').length, 1);
    });

    for (const columns of ['c1,c2,c3', 'c1,c2,c3,c4']) {
      it(`reads a matrix on GPIO lines with the columns ${columns}`, async () => {
        await start({ id: 'keypad', type: 'read keypad', keypad: 'matrix', rows: 'r1 r2 r3 r4', columns, wires });
        await rig.until('it is ready', () => rig.statuses.get('keypad')?.fill === 'green');
        for (const column of columns.split(',')) assert.ok(existsSync(join(rig.folder, 'pins', column)));
      });
    }

    it('says how many lines a matrix needs', async () => {
      await start({
        id: 'keypad',
        type: 'read keypad',
        keypad: 'matrix',
        rows: 'r1 r2 r3 r4',
        columns: 'c1 c2',
        wires,
      });
      await rig.until('it is red', () => rig.statuses.get('keypad')?.fill === 'red');
      assert.match(rig.errors('keypad').join(), /3 or 4 columns/);
    });
  });

  describe('read meter', () => {
    it('counts S0 pulses, and goes on counting where it was after a restart', async () => {
      const meter = {
        id: 'meter',
        type: 'read meter',
        meter: 's0',
        line: 's0',
        activeLow: 'false',
        impulsesPerKwh: 1000,
      };
      const energy = () => payload<{ energyWh: number }>(rig.last('out'))?.energyWh;
      await start({ ...meter, wires: [['out']] });
      await rig.until('it reads', () => energy() === 0);
      for (let pulse = 0; pulse < 3; pulse++) {
        line('s0', 1);
        await new Promise((resolve) => setTimeout(resolve, 60));
        line('s0', 0);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      await rig.until('it counts', () => energy() === 3);
      await rig.stop();
      await start({ ...meter, wires: [['out']] });
      await rig.until('it goes on', () => rig.at('out').length > 4 && energy() === 3);
    });

    it('simulates none for a station with real pins', async () => {
      await rig.start([
        { ...stationNode(rig.folder), driver: 'gpiod' },
        { id: 'meter', type: 'read meter', station: 'station', meter: 'simulated', wires: [[]] },
      ]);
      await rig.until('it is red', () => rig.statuses.get('meter')?.fill === 'red');
    });

    it('says which port is missing', async () => {
      await start({ id: 'meter', type: 'read meter', meter: 'modbus', wires: [[]] });
      await rig.until('it is red', () => rig.statuses.get('meter')?.fill === 'red');
      assert.match(rig.statuses.get('meter')?.text ?? '', /port/);
    });
  });

  describe('show display', () => {
    it('gives lines for a page, in the language of the station, and shows a text of the flow’s own', async () => {
      await rig.start([
        { ...stationNode(rig.folder), language: 'zh-CN' },
        { id: 'display', type: 'show display', station: 'station', wires: [['out']] },
        { id: 'out', type: 'helper' },
      ]);
      rig.send('display', { payload: { screen: 'idle', values: {} } });
      await rig.until('it is shown', () => rig.at('out').length === 1);
      assert.match(payload<{ lines: string[] }>(rig.last('out')).lines.join(''), /[\u4e00-\u9fff]/);
      rig.send('display', { payload: 'Closed today\nuntil noon' });
      await rig.until('it is shown', () => rig.at('out').length === 2);
      assert.deepEqual(payload<{ lines: string[] }>(rig.last('out')).lines, ['Closed today', 'until noon']);
    });
  });
});
