import assert from 'node:assert/strict';
import { chargerFlow, code, Rig } from './support.ts';

describe('a charger in Node-RED', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  it('charges a whole time: code, plug, relay on, unplug, relay off, receipt', async () => {
    await rig.start(chargerFlow(rig.folder));
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    rig.plug(false);
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
    await rig.until('the receipt is there', () => rig.at('records').some(({ topic }) => topic === 'session-closed'));
    const closed = rig.at('records').find(({ topic }) => topic === 'session-closed')!.payload as { receipt: string };
    assert.match(closed.receipt, /^\d{12}$/);
  });
});
