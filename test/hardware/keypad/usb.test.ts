import assert from 'node:assert/strict';
import { closeSync, constants, openSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { findKeypad, findKeypads, inputDevices, keyBitmap } from '../../../hardware/keypad/input-devices.ts';
import type { Keypad } from '../../../hardware/keypad/keypad.ts';
import { openUsbKeypad } from '../../../hardware/keypad/usb.ts';
import { ManualClock } from '../linux/manual-clock.ts';
import { inputEvent, keyEvents, RecordedMachine, recorded } from './recorded-machine.ts';

describe('the USB keypad among the input devices', () => {
  let machine: RecordedMachine;
  beforeEach(() => {
    machine = new RecordedMachine();
  });
  afterEach(() => machine.remove());

  it('is the one with ten digits and Enter, a bare pad rather than a keyboard', () => {
    machine.plug('event0', recorded.powerButton);
    machine.plug('event1', recorded.mouse);
    machine.plug('event2', recorded.keyboard);
    assert.equal(findKeypad(undefined, machine.root)?.path, join(machine.root, 'dev/input/event2'));
    machine.plug('event10', recorded.pad);
    assert.equal(findKeypad(undefined, machine.root)?.name, 'HCT USB Entry Keypad');
    assert.deepEqual(
      inputDevices(machine.root).map(({ hasDigits, hasLetters }) => [hasDigits, hasLetters]),
      [
        [false, false],
        [false, false],
        [true, true],
        [true, false],
      ],
    );
  });

  it('is found by a part of its name, and by a link that keeps its name', () => {
    const node = machine.plug('event3', recorded.pad);
    machine.plug('event4', recorded.keyboard);
    const link = join(machine.root, 'dev/input/by-id/usb-HCT-event-kbd');
    symlinkSync('../event3', link);
    assert.equal(findKeypad('sigma', machine.root)?.path, join(machine.root, 'dev/input/event4'));
    assert.equal(findKeypad(link, machine.root)?.path, node);
    assert.equal(findKeypad(`${link}-other`, machine.root), undefined);
    assert.equal(findKeypad('barcode', machine.root), undefined);
  });

  it('are all those with digits where none is named, pads first; else those that are named', () => {
    machine.plug('event1', recorded.mouse);
    machine.plug('event2', recorded.keyboard);
    machine.plug('event3', recorded.pad);
    const names = (wanted?: string) => {
      const { found, missing } = findKeypads(wanted, machine.root);
      return [found.map(({ name }) => name), missing];
    };
    assert.deepEqual(names(), [['HCT USB Entry Keypad', 'SIGMACHIP USB Keyboard'], []]);
    assert.deepEqual(names('hct'), [['HCT USB Entry Keypad'], []]);
    assert.deepEqual(names('sigma; hct, barcode'), [['SIGMACHIP USB Keyboard', 'HCT USB Entry Keypad'], ['barcode']]);
    assert.deepEqual(names(' ; '), names());
  });

  it('is told by its key bitmap, the highest word first', () => {
    assert.deepEqual(keyBitmap('10000000000000 0'), new Set([116]));
    assert.deepEqual(keyBitmap('70000 0 0 0 0'), new Set([272, 273, 274]));
  });
});

describe('a USB keypad', () => {
  let machine: RecordedMachine;
  let keypad: Keypad | undefined;
  let writers: number[];
  beforeEach(() => {
    machine = new RecordedMachine();
    writers = [];
  });
  afterEach(async () => {
    await keypad?.close();
    for (const fd of writers) closeSync(fd);
    machine.remove();
  });

  async function open(device?: string) {
    const clock = new ManualClock();
    const keys: string[] = [];
    const sources = new Set<string>();
    const told: string[] = [];
    keypad = await openUsbKeypad(
      { clock, root: machine.root, device },
      {
        onKey: (key, source) => {
          keys.push(key);
          sources.add(source ?? '');
        },
        onScan: (text) => keys.push(`<${text}>`),
        onFault: ({ message }) => told.push(message),
        onRecovered: () => told.push('recovered'),
      },
    );
    return { clock, keys, sources, told };
  }
  const plug = (event: string, device: { name: string; keys: string } = recorded.pad) => {
    const fd = openSync(machine.plug(event, device), constants.O_RDWR | constants.O_NONBLOCK);
    writers.push(fd);
    return fd;
  };

  it('tells what is typed on it', async () => {
    const fd = plug('event0');
    const { clock, keys } = await open();
    writeSync(fd, keyEvents('0516310936#'));
    await clock.advance(20);
    assert.equal(keys.join(''), '0516310936#');
  });

  it('puts an event together that came in two pieces', async () => {
    const fd = plug('event0');
    const { clock, keys } = await open();
    const bytes = keyEvents('1');
    writeSync(fd, bytes.subarray(0, 10));
    await clock.advance(20);
    assert.deepEqual(keys, []);
    writeSync(fd, bytes.subarray(10));
    await clock.advance(20);
    assert.deepEqual(keys, ['1']);
  });

  it('repeats nothing while a key is held', async () => {
    const fd = plug('event0');
    const { clock, keys } = await open();
    writeSync(fd, inputEvent(1, 79, 1));
    for (let repeat = 0; repeat < 30; repeat++) writeSync(fd, inputEvent(1, 79, 2));
    await clock.advance(100);
    assert.deepEqual(keys, ['1']);
  });

  it('is waited for when it is not plugged in, and is there once it is', async () => {
    const { clock, keys, told } = await open();
    assert.deepEqual(told, ['No keypad with digits and an Enter key is plugged in.']);
    await clock.advance(10_000);
    assert.equal(told.length, 1);
    const fd = plug('event5');
    await clock.advance(1_000);
    assert.deepEqual(told.slice(1), ['recovered']);
    writeSync(fd, keyEvents('7'));
    await clock.advance(20);
    assert.deepEqual(keys, ['7']);
  });

  it('goes on under another number after it was pulled out and put back', async () => {
    const first = plug('event0');
    const { clock, keys, told } = await open('hct');
    writeSync(first, keyEvents('1'));
    await clock.advance(20);
    machine.unplug('event0');
    closeSync(writers.pop()!);
    await clock.advance(20);
    assert.equal(told[0], 'The keypad was unplugged: plug it in again.');
    await clock.advance(3_000);
    const second = plug('event9');
    await clock.advance(1_000);
    writeSync(second, keyEvents('2'));
    await clock.advance(20);
    assert.deepEqual(keys, ['1', '2']);
    assert.equal(told.at(-1), 'recovered');
  });

  it('is heard beside a scanner, which is told apart from it and may be plugged in later', async () => {
    const pad = plug('event0');
    const { clock, keys, sources, told } = await open();
    const scanner = plug('event1', recorded.keyboard);
    await clock.advance(1_000);
    writeSync(pad, keyEvents('1'));
    writeSync(scanner, keyEvents('2#'));
    await clock.advance(20);
    assert.deepEqual(keys, ['1', '2', '#']);
    assert.equal(sources.size, 2);
    assert.deepEqual(told, []);
  });

  it('goes on while a scanner is pulled out, which is told until it is back', async () => {
    const pad = plug('event0');
    const scanner = plug('event1', recorded.keyboard);
    const { clock, keys, told } = await open();
    machine.unplug('event1');
    writers = writers.filter((fd) => fd !== scanner);
    closeSync(scanner);
    await clock.advance(2_000);
    assert.deepEqual(told, ['The keypad was unplugged: plug it in again.']);
    writeSync(pad, keyEvents('1'));
    await clock.advance(20);
    assert.deepEqual(keys, ['1']);
    plug('event4', recorded.keyboard);
    await clock.advance(1_000);
    assert.equal(told.at(-1), 'recovered');
  });

  it('tells what a scanner types that is more than digits as a whole', async () => {
    const fd = plug('event0', recorded.keyboard);
    const { clock, keys } = await open();
    const press = (code: number) =>
      Buffer.concat([inputEvent(1, code, 1), inputEvent(0, 0, 0), inputEvent(1, code, 0), inputEvent(0, 0, 0)]);
    writeSync(fd, Buffer.concat([press(27), inputEvent(1, 42, 1), press(16), inputEvent(1, 42, 0)]));
    await clock.advance(40);
    writeSync(fd, keyEvents('10516310936#'));
    await clock.advance(40);
    assert.deepEqual(keys, ['<]Q10516310936>']);
  });

  it('hears nothing after it was closed', async () => {
    const fd = plug('event0');
    const { clock, keys } = await open();
    await keypad!.close();
    writeSync(fd, keyEvents('1'));
    await clock.advance(5_000);
    assert.deepEqual(keys, []);
    assert.equal(clock.waiting, 0);
  });
});
