import assert from 'node:assert/strict';
import { type EntryEvent, EntryReader } from '../../../hardware/keypad/entry.ts';
import { ManualClock } from '../bus/manual-clock.ts';

function bench() {
  const clock = new ManualClock();
  const events: EntryEvent[] = [];
  const reader = new EntryReader({ clock, emit: (event) => events.push(event) });
  const press = (keys: string) => {
    for (const key of keys) reader.press(key);
  };
  return { clock, events, reader, press };
}

describe('keys on the keypad', () => {
  it('are an entry when # is pressed', () => {
    const { events, press } = bench();
    press('0516310936#');
    assert.deepEqual(events.at(-1), { entry: '0516310936' });
  });

  it('are told as they are typed, for the display', () => {
    const { events, press } = bench();
    press('12*');
    assert.deepEqual(events, [{ typed: '1' }, { typed: '12' }, { typed: '' }]);
  });

  it('begin anew after *', () => {
    const { events, press } = bench();
    press('99*12#');
    assert.deepEqual(events.at(-1), { entry: '12' });
  });

  it('begin anew after an entry', () => {
    const { events, press } = bench();
    press('12#34#');
    assert.deepEqual(
      events.filter((event) => 'entry' in event),
      [{ entry: '12' }, { entry: '34' }],
    );
  });

  it('are passed on when they belong to no entry', () => {
    const { events, press } = bench();
    press('*#**');
    assert.deepEqual(events, [{ key: '*' }, { key: '#' }, { key: '*' }, { key: '*' }]);
  });

  it('are forgotten 30 s after the last of them', async () => {
    const { clock, events, press } = bench();
    press('12');
    await clock.advance(29_999);
    press('3');
    await clock.advance(29_999);
    assert.deepEqual(events.at(-1), { typed: '123' });
    await clock.advance(1);
    assert.deepEqual(events.at(-1), { typed: '' });
    press('4#');
    assert.deepEqual(events.at(-1), { entry: '4' });
  });

  it('do not time out when nothing is typed', async () => {
    const { clock, events, press } = bench();
    press('1#');
    press('2*');
    await clock.advance(60_000);
    assert.equal(events.length, 4);
    assert.equal(clock.waiting, 0);
  });

  it('stop counting after sixteen digits, and say so', () => {
    const { events, press } = bench();
    press('12345678901234567#');
    assert.deepEqual(events.at(-2), { ignored: '7' });
    assert.deepEqual(events.at(-1), { entry: '1234567890123456' });
  });

  it('keep an entry that is being typed through letters and unknown keys', () => {
    const { events, press, reader } = bench();
    press('1A2D');
    reader.press('');
    reader.press('12');
    press('#');
    assert.deepEqual(events.at(-1), { entry: '12' });
    assert.equal(events.filter((event) => 'ignored' in event).length, 4);
  });

  it('are forgotten silently when the keypad is closed', async () => {
    const { clock, events, press, reader } = bench();
    press('12');
    reader.reset();
    await clock.advance(60_000);
    assert.deepEqual(events, [{ typed: '1' }, { typed: '12' }]);
    assert.equal(reader.typed, '');
  });
});
