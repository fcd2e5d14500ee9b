import assert from 'node:assert/strict';
import { type EntryEvent, EntryReader } from '../../../hardware/keypad/entry.ts';
import { ManualClock } from '../linux/manual-clock.ts';

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

  it('change the language with A, whatever is typed', () => {
    const { events, press } = bench();
    press('A1A2#B');
    assert.deepEqual(events, [
      { key: 'A' },
      { typed: '1' },
      { key: 'A' },
      { typed: '12' },
      { entry: '12' },
      { ignored: 'B' },
    ]);
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
    assert.equal(events.filter((event) => 'ignored' in event).length, 3);
  });

  it('are forgotten silently when the keypad is closed', async () => {
    const { clock, events, press, reader } = bench();
    press('12');
    reader.reset();
    await clock.advance(60_000);
    assert.deepEqual(events, [{ typed: '1' }, { typed: '12' }]);
    assert.equal(reader.typed, '');
  });

  it('that clear leave a charge alone: Backspace, Delete and Esc are nothing while nothing is typed', () => {
    const { events, reader, press } = bench();
    reader.press('clear');
    press('12');
    reader.press('clear');
    press('34#');
    reader.press('clear');
    assert.deepEqual(events, [
      { ignored: 'clear' },
      { typed: '1' },
      { typed: '12' },
      { typed: '' },
      { typed: '3' },
      { typed: '34' },
      { entry: '34' },
      { ignored: 'clear' },
    ]);
  });

  it('that lack Num Lock are told as such, and change nothing', () => {
    const { events, reader, press } = bench();
    press('1');
    reader.press('num-lock');
    press('2#');
    assert.deepEqual(events, [{ typed: '1' }, { trouble: 'num-lock-off' }, { typed: '12' }, { entry: '12' }]);
  });
});

describe('keys of two devices at once', () => {
  const entriesOf = (events: readonly EntryEvent[]) =>
    events.flatMap((event) => ('entry' in event ? [event.entry] : []));

  it('do not mix: each device has an entry of its own', async () => {
    const { clock, events, reader } = bench();
    for (let index = 0; index < 10; index++) {
      reader.press('1234567890'[index]!, 'pad');
      await clock.advance(3);
      reader.press('0516310936'[index]!, 'scanner');
      await clock.advance(3);
    }
    reader.press('#', 'scanner');
    reader.press('#', 'pad');
    assert.deepEqual(entriesOf(events), ['0516310936', '1234567890']);
  });

  it('are a fresh entry when they are scanned: what somebody left on the pad is forgotten', async () => {
    const { clock, events, reader } = bench();
    for (const key of '99') reader.press(key, 'pad');
    await clock.advance(2_000);
    for (const key of '0516310936#') reader.press(key, 'scanner');
    await clock.advance(2_000);
    for (const key of '1234567890#') reader.press(key, 'pad');
    assert.deepEqual(entriesOf(events), ['0516310936', '1234567890']);
  });
});

describe('a scan', () => {
  it('on the device on which somebody had typed is a fresh entry, too', async () => {
    const { clock, events, press } = bench();
    for (const key of '0516') {
      press(key);
      await clock.advance(300);
    }
    await clock.advance(2_000);
    for (const key of '052300012345') {
      press(key);
      await clock.advance(40);
    }
    press('#');
    assert.deepEqual(events.at(-1), { entry: '052300012345' });
  });

  it('is not what somebody types slowly, or goes on typing after a pause', async () => {
    const { clock, events, press } = bench();
    for (const key of '05') press(key);
    await clock.advance(5_000);
    for (const key of '1234567890') {
      press(key);
      await clock.advance(120);
    }
    press('#');
    assert.deepEqual(events.at(-1), { entry: '051234567890' });
  });

  it('of more than digits is an entry when there is a code in it, whatever was typed', () => {
    const { events, reader, press } = bench();
    press('99');
    reader.scan(']Q10516310936');
    assert.deepEqual(events.at(-1), { entry: '0516310936' });
    press('34#');
    assert.deepEqual(events.at(-1), { entry: '34' });
  });

  it('without a code in it is told, and is no entry that could cost a guess', () => {
    const { events, reader } = bench();
    reader.scan('https://cloud.example/charge/CP-0001?receipt=052300012345');
    assert.deepEqual(events, [{ typed: '' }, { trouble: 'unreadable' }]);
  });
});
