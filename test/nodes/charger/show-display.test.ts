import assert from 'node:assert/strict';
import { checkGlyphs, fitted, shownOf } from '../../../nodes/show-display/show-display.ts';

const onDisplay = (payload: unknown, rows = 2) => fitted(shownOf({ payload }), { rows });

describe('what a character display shows', () => {
  it('is English for a screen of the session, in fewer words where there are two lines', () => {
    const idle = { screen: 'idle', values: {} };
    for (const rows of [2, 4]) checkGlyphs(onDisplay(idle, rows));
    assert.equal(onDisplay(idle).length, 2);
  });

  it('is a text of the flow’s own as it stands where the display has its characters', () => {
    assert.deepEqual(onDisplay('Geöffnet\nbis 20 °C'), ['Geöffnet', 'bis 20 °C']);
    assert.deepEqual(onDisplay({ lines: ['Übrig: 5 €'], english: ['Left: 5 €'] }), ['Übrig: 5 €']);
  });

  it('is the English of a text that it has no characters for', () => {
    const lines = ['正在充电', '60 min'];
    assert.deepEqual(onDisplay({ lines, english: ['Charging', '60 min'] }), ['Charging', '60 min']);
    assert.deepEqual(onDisplay({ lines: lines.join('\n'), english: 'Charging\n60 min' }), ['Charging', '60 min']);
  });

  it('is told as a fault where such a text comes without English, and so is English that is none', () => {
    for (const payload of ['正在充电 60 min', { lines: ['正在充电'], english: ['充电'] }])
      assert.throws(() => checkGlyphs(onDisplay(payload)), { code: 'no-glyphs', message: /充电.*english/ });
  });

  it('is refused where its English is too long or no text', () => {
    for (const english of [['x'.repeat(41)], ['', '', '', '', ''], {}, null])
      assert.throws(
        () => shownOf({ payload: { lines: ['正在充电'], english } }),
        { code: 'bad-lines' },
        String(english),
      );
  });
});
