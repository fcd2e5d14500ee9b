// What an integrator's own sensors say to `run session` of the vehicle and the relay.
import assert from 'node:assert/strict';
import { chargerFlow, code, Rig } from './support.ts';

describe('run session, told of a vehicle and a relay', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = new Rig();
    await rig.start(chargerFlow(rig.folder, { detect: { d: true } }));
    await rig.until('the relay is ready', () => rig.statuses.get('control')?.fill === 'green');
  });
  afterEach(() => rig.remove());

  const tell = async (topic: string, payload: unknown) => (await rig.ends('session', { topic, payload })).error?.code;
  const ended = () =>
    rig.at('records').find(({ topic }) => topic === 'session-closed')?.payload as { ended: string } | undefined;

  async function charge(plugged: unknown): Promise<void> {
    assert.equal(await tell('vehicle', plugged), undefined);
    rig.type(`${code(1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    await rig.until('it charges', () => rig.statuses.get('session')?.text?.includes('charging') === true);
  }

  for (const [plugged, unplugged] of [
    [1, 0],
    ['1', '0'],
    ['true', 'false'],
    ['on', 'off'],
    [Buffer.from('1'), Buffer.from('0')],
  ]) {
    it(`understands ${String(plugged)} and ${String(unplugged)} of the vehicle`, async () => {
      await charge(plugged);
      assert.equal(await tell('vehicle', unplugged), undefined);
      await rig.until('the session is closed', () => ended()?.ended === 'unplugged');
      assert.equal(rig.pin('relay'), '0');
    });

    it(`understands ${String(unplugged)} of the relay`, async () => {
      await charge(plugged);
      assert.equal(await tell('relay', unplugged), undefined);
      await rig.until('the session is closed', () => ended()?.ended === 'fault');
      assert.equal(rig.pin('relay'), '0');
    });
  }

  for (const topic of ['vehicle', 'relay']) {
    for (const payload of ['what', 2, {}, undefined, Number.NaN]) {
      it(`switches off when it does not understand ${JSON.stringify(payload)} of the ${topic}, and says so`, async () => {
        await charge(true);
        assert.equal(await tell(topic, payload), `bad-${topic}`);
        await rig.until('the session is closed', () => ended()?.ended === 'fault');
        assert.equal(rig.pin('relay'), '0');
      });
    }
  }

  it('understands words in what the relay says of itself', async () => {
    await charge(true);
    assert.equal(await tell('relay', { on: 'off', ready: 'true' }), undefined);
    await rig.until('the session is closed', () => ended()?.ended === 'fault');
  });
});
