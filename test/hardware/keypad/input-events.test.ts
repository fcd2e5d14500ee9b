import assert from 'node:assert/strict';
import { InputEventParser, InputKeys, inputEventSize } from '../../../hardware/keypad/input-events.ts';
import { inputEvent } from './recorded-machine.ts';

function typed(codes: number[][]): string {
  const keys = new InputKeys();
  return codes.map(([type, code, value]) => keys.take({ type: type!, code: code!, value: value! }) ?? '').join('');
}
const down = (code: number) => [1, code, 1];
const up = (code: number) => [1, code, 0];

describe('the events of a USB keypad', () => {
  it('are 24 bytes for a 64-bit program and 16 for a 32-bit one', () => {
    assert.equal(inputEventSize('arm64'), 24);
    assert.equal(inputEventSize('x64'), 24);
    assert.equal(inputEventSize('arm'), 16);
  });

  for (const size of [24, 16] as const) {
    it(`are read in whatever pieces they come, ${size} bytes each`, () => {
      const bytes = Buffer.concat([inputEvent(1, 79, 1, size), inputEvent(0, 0, 0, size), inputEvent(1, 79, -1, size)]);
      for (const piece of [1, 7, 16, 24, 100]) {
        const parser = new InputEventParser(size);
        const events = [];
        for (let at = 0; at < bytes.length; at += piece) events.push(...parser.feed(bytes.subarray(at, at + piece)));
        assert.deepEqual(events, [
          { type: 1, code: 79, value: 1 },
          { type: 0, code: 0, value: 0 },
          { type: 1, code: 79, value: -1 },
        ]);
      }
    });
  }

  it('are digits from the number row and from the pad', () => {
    assert.equal(typed([2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(down)), '1234567890');
    assert.equal(typed([79, 80, 81, 75, 76, 77, 71, 72, 73, 82].map(down)), '1234567890');
  });

  it('are # for Enter and * for Backspace, Delete and the asterisk', () => {
    assert.equal(typed([28, 96].map(down)), '##');
    assert.equal(typed([14, 55, 83, 111, 1].map(down)), '*****');
  });

  it('are # and * with Shift on pads shaped like a telephone, which is let go of again', () => {
    assert.equal(typed([down(42), down(4), up(4), up(42), down(4), down(54), down(9), up(54), down(9)]), '#3*8');
  });

  it('are nothing for Num Lock, letters, releases and the repeats of a held key', () => {
    assert.equal(typed([down(69), down(30), up(2), [1, 2, 2], [4, 4, 458841]]), '');
  });

  it('that are incomplete because the kernel dropped some are left out', () => {
    assert.equal(typed([down(2), [0, 3, 0], down(3), down(4), [0, 0, 0], down(5)]), '14');
  });
});
