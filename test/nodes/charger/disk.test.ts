import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { chargerFlow, code, Rig, stationNode } from './support.ts';

describe('a journal that takes no writes while the charger runs', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  it('is told to the customer, sells nothing, and is over when it takes them again', async () => {
    await rig.start(chargerFlow(rig.folder));
    await rig.until('the session runs', () => rig.statuses.get('session')?.text?.includes('idle') === true);
    const other = new DatabaseSync(join(rig.folder, 'journal/journal.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const { times, error } = await rig.ends('verify', { payload: code(1) });
    assert.equal(times, 1);
    assert.match(error?.code ?? '', /^journal-/);
    await rig.until('the display says so', () =>
      JSON.stringify(rig.last('shown')?.payload ?? '').includes('Out of order'),
    );
    assert.equal(rig.pin('relay'), '0');

    other.exec('ROLLBACK');
    other.close();
    await rig.until('it is over', () => rig.statuses.get('session')?.text?.includes('idle') === true, 25_000);
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
  });

  it('is over when it takes them again, also where the node that found it was deployed anew meanwhile', async () => {
    await rig.start(chargerFlow(rig.folder));
    await rig.until('the session runs', () => rig.statuses.get('session')?.text?.includes('idle') === true);
    const other = new DatabaseSync(join(rig.folder, 'journal/journal.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    await rig.ends('verify', { payload: code(1) });
    await rig.until('the session is stopped', () => rig.statuses.get('session')?.text?.includes('fault') === true);
    await rig.deploy(chargerFlow(rig.folder, { verify: { name: 'another name' } }), 'nodes');
    other.exec('ROLLBACK');
    other.close();
    await rig.until('it is over', () => rig.statuses.get('session')?.text?.includes('idle') === true, 25_000);
  });

  it('stops no meter: its readings go on, and its count is kept when the journal takes writes again', async () => {
    const station = { ...stationNode(rig.folder), unit: 'Wh', step: 500 };
    const meter = {
      id: 'meter',
      type: 'read meter',
      station: 'station',
      meter: 'simulated',
      simulatedPowerW: 100_000,
      wires: [['out']],
    };
    const flow = [station, meter, { id: 'out', type: 'helper' }];
    const energy = () => (rig.last('out')?.payload as { energyWh: number } | undefined)?.energyWh ?? 0;
    await rig.start(flow);
    const other = new DatabaseSync(join(rig.folder, 'journal/journal.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    rig.send('meter', { topic: 'relay', payload: { on: true } });
    await rig.until('it counts on', () => energy() > 60);
    other.exec('ROLLBACK');
    other.close();
    rig.send('meter', { topic: 'relay', payload: { on: false } });
    await rig.stop();
    const counted = energy();
    const before = rig.at('out').length;
    await rig.start(flow);
    await rig.until('it goes on', () => rig.at('out').length > before);
    assert.ok(energy() >= counted);
  });
});

describe('a journal that cannot be opened when the charger starts', function () {
  this.timeout(60_000);
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const journal = () => join(rig.folder, 'journal');
  const mended = () => {
    rmSync(journal());
    renameSync(`${journal()}.kept`, journal());
  };

  /** A charge has begun, Node-RED ends, and where the journal was there is a file when it starts again. */
  async function cutOff(change?: Readonly<Record<string, object>>): Promise<void> {
    await rig.start(chargerFlow(rig.folder, change));
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    await rig.stop();
    renameSync(journal(), `${journal()}.kept`);
    writeFileSync(journal(), '');
    rig.statuses.clear();
    await rig.start(chargerFlow(rig.folder, change));
    await rig.until('the display says so', () =>
      /Storage failed/.test(JSON.stringify(rig.last('shown')?.payload ?? '')),
    );
    assert.equal(rig.statuses.get('session')?.fill, 'red');
    assert.equal((await rig.ends('verify', { payload: code(2) })).error?.code, 'journal-not-writable');
    assert.notEqual(rig.pin('relay'), '1');
  }

  it('is opened when it can be: the session goes on with the vehicle that was there all the time', async () => {
    await cutOff();
    mended();
    await rig.until('the relay is on again', () => rig.pin('relay') === '1', 30_000);
    const green = (id: string) => rig.statuses.get(id)?.fill === 'green';
    await rig.until('verify and session work', () => green('verify') && green('session'));
  });

  it('is opened when it can be: what came of an emergency stop meanwhile still stands', async () => {
    await cutOff();
    rig.send('session', { topic: 'fault', payload: { code: 'emergency-stop', standing: true } });
    mended();
    const stops = () => JSON.stringify(rig.last('shown')?.payload ?? '');
    await rig.until('the receipt is shown', () => /Emergency stop.*Receipt/.test(stops()), 30_000);
    assert.notEqual(rig.pin('relay'), '1');
  });

  it('is opened when it can be: a meter that goes on from it goes on', async () => {
    const change = {
      meter: { id: 'meter', type: 'read meter', station: 'station', meter: 'simulated', wires: [['session']] },
    };
    await cutOff(change);
    assert.equal(rig.statuses.get('meter')?.fill, 'red');
    mended();
    await rig.until('the meter is read', () => rig.statuses.get('meter')?.fill === 'green', 30_000);
  });
});
