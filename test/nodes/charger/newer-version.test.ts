// Flows that a newer version of the pack saved, after somebody went back to this one: nothing is guessed at, nothing sold.
import assert from 'node:assert/strict';
import { chargerFlow, code, type FlowNode, Rig } from './support.ts';

describe('a flow that a newer version saved', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const status = (id: string) => rig.statuses.get(id) ?? {};
  const screen = () => rig.last('shownRaw')?.payload as { screen: string; values: { fault?: string } } | undefined;
  const ofVersion = (version: unknown, ids: readonly string[]): FlowNode[] =>
    chargerFlow(rig.folder).map((node) => (ids.includes(node.id) ? { ...node, version } : node));

  for (const id of ['keypad', 'verify', 'session', 'display']) {
    it(`says so in red, and with each message's end: ${id}`, async () => {
      await rig.start(ofVersion(2, [id]));
      const { times, error } = await rig.ends(id, { payload: '1' });
      assert.equal(times, 1);
      assert.equal(error?.code, 'config-newer');
      assert.match(error?.message ?? '', /version 2.*version 1 is the newest known here.*update the pack/);
      assert.equal(status(id).fill, 'red');
    });
  }

  it('closes no relay while its session is of a newer version', async () => {
    await rig.start(ofVersion(2, ['session']));
    rig.plug(true);
    rig.type(`${code(1)}#`);
    assert.equal((await rig.ends('session', { topic: 'voucher', payload: {} })).error?.code, 'config-newer');
    assert.notEqual(rig.pin('relay'), '1');
  });

  it('is out of order where nobody sees the vehicle', async () => {
    await rig.start(ofVersion(2, ['detect']));
    await rig.until('it shows that', () => screen()?.values.fault === 'gpio-lost');
    assert.match(status('detect').text ?? '', /saved by/);
  });

  it('has all its nodes in red where the station is of a newer version', async () => {
    await rig.start(ofVersion('3', ['station']));
    for (const id of ['verify', 'detect', 'session', 'control'])
      await rig.until(`${id} is red`, () => status(id).fill === 'red');
    assert.equal((await rig.ends('verify', { payload: code(1) })).error?.code, 'config-newer');
  });

  it('works when all was saved by this version', async () => {
    const all = chargerFlow(rig.folder).map(({ id }) => id);
    await rig.start(ofVersion(1, all));
    await rig.until('it is ready', () => screen()?.screen === 'idle');
    assert.equal(status('control').fill, 'green');
  });
});
