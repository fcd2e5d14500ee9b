// The nodes at a station with several outlets: the same flow, a row an outlet, and msg.outlet on every message.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '../../../nodes/shared/red.ts';
import { code, type FlowNode, Rig, stationNode } from './support.ts';

describe('at a station with several outlets', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const vehicle = { id: 'detect', type: 'detect vehicle', station: 'station', closeMs: 20, wires: [['vehicle']] };
  const control = {
    ...{ id: 'control', type: 'control relay', station: 'station', through: 'direct', leastSeconds: 0 },
    ...{ mostClosings: 0, wires: [['actual'], ['faults']] },
  };
  const meter = { id: 'meter', type: 'read meter', station: 'station', meter: 'simulated', wires: [['out']] };
  const heard = ['vehicle', 'actual', 'faults', 'out'].map((id) => ({ id, type: 'helper' }));
  const start = (outlets: number, ...nodes: readonly FlowNode[]) =>
    rig.start([{ ...stationNode(rig.folder), outlets: String(outlets), version: 2 }, ...nodes, ...heard]);

  const names = (first: string, outlets: number) =>
    Array.from({ length: outlets }, (_, index) => (index === 0 ? first : `${first}-${index + 1}`));
  const rows = (first: string, outlets: number) => names(first, outlets).join('; ');
  const write = (line: string, level: string) => {
    mkdirSync(join(rig.folder, 'pins'), { recursive: true });
    writeFileSync(join(rig.folder, 'pins', line), level);
  };
  /** What was told last of an outlet. */
  const last = (id: string, outlet: number) => rig.at(id).findLast((message) => message.outlet === outlet)?.payload;
  const isOn = (outlet: number) => (last('actual', outlet) as { on?: boolean } | undefined)?.on;
  const faults = () =>
    rig.at('faults').map(({ outlet, payload }) => [outlet, (payload as { code: string }).code] as const);

  it('twenty vehicles are seen by one node, each at its outlet', async () => {
    await start(20, { ...vehicle, line: rows('vehicle', 20) });
    await rig.until('all are told', () => new Set(rig.at('vehicle').map(({ outlet }) => outlet)).size === 20);
    write('vehicle-13', '1');
    await rig.until('the thirteenth is there', () => last('vehicle', 13) === true);
    for (let outlet = 1; outlet <= 20; outlet++) assert.equal(last('vehicle', outlet), outlet === 13);
    await rig.until('the status counts', () => rig.statuses.get('detect')?.text?.endsWith('several') === true);
  });

  it('a command moves the relay of its outlet alone, with the level that its row says', async () => {
    await start(3, { ...control, line: 'relay; relay-2,active-low; relay-3' });
    await rig.until('all are off', () => [1, 2, 3].every((outlet) => isOn(outlet) === false));
    assert.deepEqual(
      names('relay', 3).map((line) => rig.pin(line)),
      ['0', '1', '0'],
    );
    for (const outlet of [2, '3']) await rig.ends('control', { payload: true, outlet });
    assert.deepEqual(
      names('relay', 3).map((line) => rig.pin(line)),
      ['0', '0', '1'],
    );
    assert.deepEqual([isOn(1), isOn(2), isOn(3)], [false, true, true]);
    await rig.ends('control', { payload: false, outlet: 2 });
    await rig.ends('control', { payload: true });
    assert.deepEqual(
      names('relay', 3).map((line) => rig.pin(line)),
      ['1', '1', '1'],
    );
  });

  it('the display is told of each outlet by its number, and by its name where it has one', async () => {
    const station = { ...stationNode(rig.folder), outlets: '3', outletNames: 'Left;; Right', version: 2 };
    const session = { id: 'session', type: 'run session', station: 'station', wires: [[], ['shown'], []] };
    await rig.start([station, session, { id: 'shown', type: 'helper' }]);
    const shown = () =>
      rig.at('shown').at(-1)?.payload as { outlets?: { outlet: number; name?: string }[] } | undefined;
    await rig.until('all are shown', () => shown()?.outlets?.length === 3);
    assert.deepEqual(
      shown()!.outlets!.map(({ outlet, name }) => [outlet, name]),
      [
        [1, 'Left'],
        [2, undefined],
        [3, 'Right'],
      ],
    );
  });

  it('a command for an outlet that there is not closes nothing; one that may mean off opens all', async () => {
    await start(2, { ...control, line: rows('relay', 2) });
    await rig.ends('control', { payload: true, outlet: 2 });
    for (const outlet of [0, 3, -1, 1.5, 'two', '', {}, true, Number.NaN]) {
      const { times, error } = await rig.ends('control', { payload: true, outlet } as Message);
      assert.deepEqual([times, error?.code], [1, 'bad-outlet'], String(outlet));
    }
    assert.deepEqual([rig.pin('relay'), rig.pin('relay-2')], ['0', '1']);
    const { error } = await rig.ends('control', { payload: false, outlet: 3 });
    assert.match(String(error), /msg\.outlet is "3".* 1 to 2/);
    assert.deepEqual([rig.pin('relay'), rig.pin('relay-2')], ['0', '0']);
    await rig.ends('control', { payload: true, outlet: 2 });
    await rig.ends('control', { payload: 'what', outlet: 3 });
    assert.equal(rig.pin('relay-2'), '0');
  });

  it('a row too few or too many, and one relay for two outlets, leave every relay off and are told of each outlet', async () => {
    for (const [line, code] of [
      ['relay; relay-2', 'relay-unusable'],
      ['relay; relay-2; relay-3; relay-4', 'relay-unusable'],
    ] as const) {
      await start(3, { ...control, line });
      await rig.until('each outlet says so', () => new Set(faults().map(([outlet]) => outlet)).size === 3);
      assert.ok(faults().every(([, told]) => told === code));
      const { error } = await rig.ends('control', { payload: true, outlet: 2 });
      assert.equal(error?.code, 'rows');
      assert.equal(rig.pin('relay-2'), 'none');
      await rig.stop();
      rig.heard.get('faults')!.length = 0;
    }
    await start(3, { ...control, line: 'relay; relay-2; relay' });
    await rig.until('both say so', () => faults().length === 2);
    assert.deepEqual(
      faults().map(([outlet]) => outlet),
      [1, 3],
    );
    assert.match(rig.errors('control').join(' '), /names "relay" for the outlets 1, 3/);
    await rig.ends('control', { payload: true, outlet: 2 });
    assert.deepEqual([rig.pin('relay'), rig.pin('relay-2')], ['none', '1']);
  });

  it('a contact that belongs to one outlet stops that one alone', async () => {
    await start(2, { ...control, line: rows('relay', 2), feedbackLine: '; contact' });
    await rig.ends('control', { payload: true, outlet: 1 });
    await rig.ends('control', { payload: true, outlet: 2 });
    await rig.until('the second did not close', () => faults().length > 0);
    assert.deepEqual(faults()[0], [2, 'relay-did-not-close']);
    await rig.until('the second is off', () => rig.pin('relay-2') === '0');
    assert.equal(rig.pin('relay'), '1');
  });

  it('a vehicle that is known by its load is known at its outlet alone', async () => {
    await start(2, { ...vehicle, by: 'load', leastPowerW: 20, startSeconds: 1, goneSeconds: 1 });
    await rig.until('both are presumed', () => last('vehicle', 1) === true && last('vehicle', 2) === true);
    await rig.ends('detect', { topic: 'relay', payload: { on: true }, outlet: 2 });
    await rig.ends('detect', { topic: 'meter', payload: { powerW: 0 }, outlet: 2 });
    await rig.until('nothing draws at the second', () => last('vehicle', 2) === false);
    assert.equal(last('vehicle', 1), true);
    assert.equal(
      (await rig.ends('detect', { topic: 'relay', payload: { on: true }, outlet: 3 })).error?.code,
      'bad-outlet',
    );
  });

  it('a control pilot is refused at each of them, and nobody takes a vehicle for there', async () => {
    await start(2, { ...vehicle, by: 'pilot' });
    const lost = () => new Set(rig.at('vehicle').flatMap(({ topic, outlet }) => (topic === 'fault' ? [outlet] : [])));
    await rig.until('both say so', () => lost().size === 2);
    assert.ok(rig.at('vehicle').every(({ payload }) => payload !== true));
    assert.match(rig.errors('detect').join(' '), /one outlet alone/);
  });

  it('each has a simulated meter that draws while its relay is on', async () => {
    await start(2, { ...meter });
    await rig.ends('meter', { topic: 'relay', payload: { on: true }, outlet: 2 });
    await rig.until('the second draws', () => (last('out', 2) as { powerW?: number } | undefined)?.powerW === 3680);
    assert.equal((last('out', 1) as { powerW?: number }).powerW, 0);
    const { error } = await rig.ends('meter', { topic: 'relay', payload: { on: true }, outlet: 3 });
    assert.equal(error?.code, 'bad-outlet');
  });

  it('a vehicle is plugged in at the outlet that the message names', async () => {
    const plug = { id: 'plug', type: 'simulate station', station: 'station', does: 'plug', line: 'vehicle' };
    await start(3, { ...vehicle, line: rows('vehicle', 3) }, { ...plug, wires: [[], []] });
    // It tells the state as well, which no session here has.
    await rig.ends('plug', { payload: true, outlet: 3 });
    await rig.until('it is seen', () => last('vehicle', 3) === true);
    assert.deepEqual([last('vehicle', 1), last('vehicle', 2)], [false, false]);
  });

  it('with one, a flow as it was saved before goes on as it did', async () => {
    await rig.start([stationNode(rig.folder), { ...control, line: 'relay' }, ...heard]);
    await rig.ends('control', { payload: 'on' });
    assert.equal(rig.pin('relay'), '1');
    assert.equal((await rig.ends('control', { payload: true, outlet: 2 })).error?.code, 'bad-outlet');
    assert.equal(rig.pin('relay'), '1');
  });

  it('a code that comes with its outlet goes there, and nobody is asked', async () => {
    const verify = { id: 'verify', type: 'verify code', station: 'station', redeem: 'session' };
    await start(
      3,
      { ...verify, wires: [['session'], ['session']] },
      { id: 'session', type: 'run session', station: 'station', wires: [['control'], [], []] },
      { ...vehicle, line: rows('vehicle', 3), wires: [['session', 'vehicle']] },
      {
        ...control,
        line: rows('relay', 3),
        wires: [
          ['session', 'actual'],
          ['session', 'faults'],
        ],
      },
    );
    write('vehicle-2', '1');
    await rig.until('the vehicle is seen', () => last('vehicle', 2) === true);
    rig.send('verify', { payload: code(1), outlet: 2 });
    await rig.until('the second relay is on', () => rig.pin('relay-2') === '1');
    assert.deepEqual([rig.pin('relay'), rig.pin('relay-3')], ['0', '0']);
  });
});
