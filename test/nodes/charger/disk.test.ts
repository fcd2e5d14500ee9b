import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { chargerFlow, code, Rig, stationNode } from './support.ts';

describe('a journal that takes no writes while the charger runs', function () {
  this.timeout(40_000);
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
