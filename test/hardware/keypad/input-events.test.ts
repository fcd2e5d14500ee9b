import assert from 'node:assert/strict';
import { InputEventParser, inputEventSize } from '../../../hardware/keypad/input-events.ts';
import { inputEvent } from './recorded-machine.ts';

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
});
