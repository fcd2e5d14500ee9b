// What a station needs, and is not there yet when it starts: nobody comes by to start it again.
import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { Rig, stationNode } from './support.ts';

describe('a line that is not there yet when the charger starts', function () {
  this.timeout(30_000);
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const pin = () => join(rig.folder, 'pins/late');
  async function startWithout(node: object): Promise<void> {
    mkdirSync(pin(), { recursive: true });
    const station = { ...stationNode(rig.folder), unit: 'Wh', step: 500 };
    await rig.start([
      station,
      { id: 'late', type: '', station: 'station', wires: [['out'], ['out']], ...node },
      { id: 'out', type: 'helper' },
    ]);
    await rig.until('it says so', () => rig.statuses.get('late')?.fill === 'red');
  }

  it("is a keypad's: it is taken when it comes", async () => {
    await startWithout({ type: 'read keypad', keypad: 'matrix', rows: 'late,r2,r3,r4', columns: 'c1,c2,c3' });
    rmdirSync(pin());
    await rig.until('the keypad is ready', () => rig.statuses.get('late')?.fill === 'green', 12_000);
    assert.equal(rig.errors('late').length, 1, 'what is wrong is said once');
  });

  it("is a meter's: it is read when it comes", async () => {
    await startWithout({ type: 'read meter', meter: 's0', line: 'late' });
    rmdirSync(pin());
    await rig.until('it is read', () => rig.at('out').some(({ topic }) => topic === 'meter'), 12_000);
    assert.equal(rig.errors('late').length, 1, 'what is wrong is said once');
  });
});

describe('a meter that does not answer', function () {
  this.timeout(30_000);
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  it('is no fault any more once its node is deleted', async () => {
    const meter = { id: 'meter', type: 'read meter', station: 'station', meter: 'modbus', port: '/nowhere' };
    const others = [stationNode(rig.folder), { id: 'out', type: 'helper' }];
    await rig.start([...others, { ...meter, wires: [['out']] }]);
    const fault = () => rig.at('out').findLast(({ topic }) => topic === 'fault')?.payload;
    await rig.until('it is told', () => fault() !== undefined);
    assert.deepEqual(fault(), { code: 'meter-silent', standing: true });
    await rig.deploy(others, 'nodes');
    await rig.until('it is taken back', () => rig.at('out').filter(({ topic }) => topic === 'fault').length === 2);
    assert.deepEqual(fault(), { code: 'meter-silent', standing: false });
  });
});
