// The contactor's mirror contact, on a long wire beside the mains that it switches.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chargerFlow, code, Rig } from './support.ts';

describe('the feedback contact of a relay', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = new Rig();
    contact(false);
    await rig.start(chargerFlow(rig.folder, { control: { feedbackLine: 'feedback' } }));
    rig.plug(true);
    rig.type(`${code(1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    contact(true);
    await rig.until('it charges', () => rig.statuses.get('session')?.text?.includes('charging') === true);
  });
  afterEach(() => rig.remove());

  function contact(closed: boolean): void {
    mkdirSync(join(rig.folder, 'pins'), { recursive: true });
    writeFileSync(join(rig.folder, 'pins/feedback'), closed ? '1' : '0');
  }
  const closed = () => rig.at('records').filter(({ topic }) => topic === 'session-closed');

  it('ends no charge by a disturbance on its wire', async () => {
    for (let time = 0; time < 3; time++) {
      contact(false);
      await wait(15);
      contact(true);
      const told = rig.at('actual').length;
      await rig.until('the relay has told its state again', () => rig.at('actual').length > told);
    }
    assert.equal(closed().length, 0);
    assert.equal(rig.pin('relay'), '1');
  });

  it('ends it when it chatters', async () => {
    for (let time = 0; time < 200 && closed().length === 0; time++) {
      contact(time % 2 === 1);
      await wait(15);
    }
    contact(false);
    await rig.until('it is closed', () => closed().length === 1);
    assert.equal((closed()[0]!.payload as { ended: string }).ended, 'fault');
    assert.equal(rig.pin('relay'), '0');
  });
});
