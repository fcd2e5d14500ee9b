// An integrator who deploys while somebody charges: the relay opens, and what was paid goes on.
import assert from 'node:assert/strict';
import { chargerFlow, code, Rig } from './support.ts';

describe('a deploy in the middle of a charge', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = new Rig();
    await rig.start(chargerFlow(rig.folder));
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('it charges', () => rig.pin('relay') === '1' && shows('charging'));
  });
  afterEach(() => rig.remove());

  const shows = (state: string) => rig.statuses.get('session')?.text?.includes(state) === true;
  const records = (kind: string) => rig.at('records').filter(({ topic }) => topic === kind);

  for (const [what, change] of [
    ['renaming control relay', { control: { name: 'contactor' } }],
    ['another limit of control relay', { control: { longestHours: '79' } }],
    ['renaming run session', { session: { name: 'session' } }],
    ['renaming detect vehicle', { detect: { name: 'plug' } }],
    ['renaming all three', { control: { name: 'a' }, session: { name: 'b' }, detect: { name: 'c' } }],
  ] as const) {
    it(`${what} opens the relay at most, and the charge goes on`, async () => {
      const deployed = rig.deploy(chargerFlow(rig.folder, change), 'nodes');
      await deployed;
      await rig.until('it charges again', () => rig.pin('relay') === '1' && shows('charging'), 15_000);
      assert.equal(records('session-closed').length, 0);
      assert.equal(records('session-opened').length, 1, 'the code is redeemed once');
      rig.plug(false);
      await rig.until('it is closed', () => records('session-closed').length === 1);
      assert.equal(rig.pin('relay'), '0');
      assert.equal((records('session-closed')[0]!.payload as { ended: string }).ended, 'unplugged');
    });
  }

  it('unplugging while control relay is deployed anew ends it with its receipt', async () => {
    const deployed = rig.deploy(chargerFlow(rig.folder, { control: { name: 'contactor' } }), 'nodes');
    rig.plug(false);
    await deployed;
    await rig.until('it is closed', () => records('session-closed').length === 1);
    assert.match((records('session-closed')[0]!.payload as { receipt: string }).receipt, /^\d{12}$/);
    assert.equal(rig.pin('relay'), '0');
  });

  it('deleting control relay opens it; unplugging then ends the session with its receipt', async () => {
    const flow = chargerFlow(rig.folder).filter(({ id }) => id !== 'control');
    await rig.deploy(flow, 'nodes');
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
    rig.plug(false);
    await rig.until('it is closed', () => records('session-closed').length === 1);
    assert.equal(rig.pin('relay'), '0');
  });

  it('deleting detect vehicle opens it, as it says on its way out, and the charge goes on when the node is back', async () => {
    const flow = chargerFlow(rig.folder);
    await rig.deploy(
      flow.filter(({ id }) => id !== 'detect'),
      'nodes',
    );
    const farewell = () => rig.last('vehicle');
    await rig.until('it said so', () => farewell()?.payload === null && farewell()?.restarting === true);
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
    await rig.deploy(flow, 'nodes');
    await rig.until('it charges again', () => rig.pin('relay') === '1' && shows('charging'), 15_000);
    assert.equal(records('session-closed').length, 0);
  });
});
