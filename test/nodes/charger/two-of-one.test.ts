import assert from 'node:assert/strict';
import { join } from 'node:path';
import { chargerFlow, code, KEY, Rig } from './support.ts';

describe('two of what a station can have but one of', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const red = (id: string) => rig.statuses.get(id)?.fill === 'red';
  const second = { id: 'session2', type: 'run session', station: 'station', wires: [['control'], ['shown'], []] };

  it('a second session says so at deploy, does nothing, and leaves the first alone', async () => {
    await rig.start([...chargerFlow(rig.folder), second]);
    await rig.until('the second is red', () => red('session2'));
    assert.ok(!red('session'));
    assert.match(rig.errors('session2').join(), /Another "run session" runs on this station/);
    const { times, error } = await rig.ends('session2', { topic: 'voucher', payload: {} });
    assert.equal(times, 1);
    assert.equal(error?.code, 'two-sessions');
    // What nodes tell all the time fills no log.
    assert.equal((await rig.ends('session2', { topic: 'vehicle', payload: false })).error, undefined);
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the first charges', () => rig.pin('relay') === '1');
  });

  it('it begins once the first is gone', async () => {
    const flow = chargerFlow(rig.folder);
    await rig.start([...flow, second]);
    await rig.until('the second is red', () => red('session2'));
    await rig.deploy([...flow.filter(({ id }) => id !== 'session'), second], 'nodes');
    await rig.until('the second is ready', () => rig.statuses.get('session2')?.fill === 'green');
  });

  it('a station with the journal of another says which one has it, and the other sells on', async () => {
    const flow = chargerFlow(rig.folder);
    const other = {
      ...flow.find(({ id }) => id === 'station')!,
      id: 'other',
      station: 'CP-0001',
      gpioFolder: join(rig.folder, 'others'),
    };
    const theirs = { id: 'verify2', type: 'verify code', station: 'other', wires: [[], []] };
    process.env.STATION_KEY = Buffer.from(KEY).toString('hex');
    try {
      await rig.start([...flow, other, theirs, { ...second, station: 'other' }]);
      await rig.until('the second is red', () => red('session2'));
    } finally {
      delete process.env.STATION_KEY;
    }
    assert.match(rig.errors().join(), /two stations|The station CP-0001 has the folder/i);
    assert.equal((await rig.ends('verify2', { payload: code(1) })).error?.code, 'journal-shared');
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the first charges', () => rig.pin('relay') === '1');
  });
});
