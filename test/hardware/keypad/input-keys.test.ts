import assert from 'node:assert/strict';
import { InputKeys, type Stroke } from '../../../hardware/keypad/input-keys.ts';

const [SHIFT, RIGHT_SHIFT, ALT, ALT_GR, CONTROL] = [42, 54, 56, 100, 29];
const [ENTER, TAB, BACKSPACE, DELETE, ESC] = [28, 15, 14, 111, 1];
const row = (digit: string) => 2 + '1234567890'.indexOf(digit);
const pad = (digit: string) => [82, 79, 80, 81, 75, 76, 77, 71, 72, 73][Number(digit)]!;

/** A device whose keys follow each other every `gapMs`. */
class Device {
  readonly keys = new InputKeys();
  readonly strokes: Stroke[] = [];
  now = 1_000;
  gapMs = 4;

  event(code: number, value: number, type = 1): this {
    this.strokes.push(...this.keys.take({ type, code, value }, this.now));
    return this;
  }
  down(code: number): this {
    this.event(code, 1);
    this.now += this.gapMs / 2;
    return this;
  }
  up(code: number): this {
    this.event(code, 0);
    this.now += this.gapMs / 2;
    return this;
  }
  press(...codes: number[]): this {
    for (const code of codes) this.down(code).up(code);
    return this;
  }
  with(modifier: number, ...codes: number[]): this {
    return this.down(modifier)
      .press(...codes)
      .up(modifier);
  }
  digits(text: string): this {
    return this.press(...[...text].map(row));
  }
  /** Each digit with its own Shift, as scanners for French machines send it. */
  shifted(text: string): this {
    for (const digit of text) this.with(SHIFT, row(digit));
    return this;
  }
  /** What it types on a US keyboard. */
  us(text: string): this {
    for (const character of text) this.#character(character);
    return this;
  }
  pause(ms: number): this {
    this.now += ms;
    this.strokes.push(...this.keys.settle(this.now));
    return this;
  }
  get told(): string {
    return this.strokes.map((stroke) => ('scan' in stroke ? `<${stroke.scan}>` : stroke.key)).join(' ');
  }

  #character(character: string): void {
    const rows: [number, string, string][] = [
      [2, '1234567890-=', '!@#$%^&*()_+'],
      [16, 'qwertyuiop[]', 'QWERTYUIOP{}'],
      [30, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
      [43, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
    ];
    for (const [first, plain, shifted] of rows) {
      if (plain.includes(character)) this.press(first + plain.indexOf(character));
      else if (shifted.includes(character)) this.with(SHIFT, first + shifted.indexOf(character));
    }
  }
}
const spaced = (text: string) => [...text].join(' ');

describe('the keys of a USB pad or scanner', () => {
  it('are digits from the number row and from the pad, with Shift held or not', () => {
    assert.equal(
      new Device().press(...[...'1234567890'].map(row), ...[...'1234567890'].map(pad)).told,
      spaced('12345678901234567890'),
    );
    assert.equal(new Device().with(SHIFT, ...[...'1234567890'].map(pad)).told, spaced('1234567890'));
  });

  it('are # for every ending there is: Enter, that of the pad, Tab, CR LF, and their control characters', () => {
    for (const ending of [ENTER, 96, TAB]) assert.equal(new Device().digits('12').press(ending).told, '1 2 #');
    assert.equal(new Device().digits('12').press(ENTER, ENTER).told, '1 2 # #');
    for (const [letter, name] of [
      [50, 'M'],
      [36, 'J'],
      [23, 'I'],
    ] as const)
      assert.equal(new Device().digits('12').with(CONTROL, letter).told, '1 2 #', `Control ${name}`);
    assert.equal(new Device().digits('12').press(ENTER).with(CONTROL, 36).told, '1 2 # #');
  });

  it('are * for the asterisk alone: Backspace, Delete and Esc clear, and are nothing else', () => {
    assert.equal(new Device().press(55, 0x20a).told, '* *');
    assert.equal(new Device().press(BACKSPACE, 83, DELETE, ESC).told, 'clear clear clear clear');
  });

  it('that are digits only with Num Lock on are told as such, Delete among them as clearing', () => {
    assert.equal(
      new Device().press(102, 103, 104, 105, 106, 107, 108, 109, 110, DELETE).told,
      `${'num-lock '.repeat(9)}clear`,
    );
  });

  it('are # and * with Shift on pads shaped like a telephone, which is let go of again', () => {
    const device = new Device();
    device.gapMs = 250;
    device.with(SHIFT, row('3')).pause(200).digits('3').with(RIGHT_SHIFT, row('8')).digits('8').with(SHIFT, row('3'));
    assert.equal(device.told, '# 3 * 8 #');
  });

  it('are # at once where digits came without Shift, and * where nothing follows', () => {
    assert.equal(new Device().digits('0516310936').with(SHIFT, row('3')).told, `${spaced('0516310936')} #`);
    const waiting = new Device().with(SHIFT, row('8'));
    assert.equal(waiting.told, '');
    assert.equal(waiting.pause(160).told, '*');
  });

  for (const code of ['0516310936', '3338880000', '8123456789', '3333333333'.replace(/.$/, '0')]) {
    it(`are the digits of ${code}, each with Shift, as on a French keyboard`, () => {
      assert.equal(new Device().shifted(code).press(ENTER).told, `${spaced(code)} #`);
      assert.equal(new Device().down(SHIFT).digits(code).up(SHIFT).press(ENTER).told, `${spaced(code)} #`);
    });
  }

  it('are the characters whose numbers are typed while Alt is held', () => {
    const alt = (text: string) => {
      const device = new Device();
      for (const character of text) {
        const number = `0${character.charCodeAt(0)}`;
        device.with(ALT, ...[...number].map(pad));
      }
      return device;
    };
    assert.equal(alt('0516310936').press(ENTER).told, `${spaced('0516310936')} #`);
    assert.equal(alt(']Q10516310936\r').told, '<]Q10516310936>');
  });

  for (const text of [']Q10516310936', 'https://cloud.example/charge/CP-0001?code=0516310936', 'AB1#*2']) {
    it(`are a scan where they are more than digits: ${text}`, () => {
      assert.equal(new Device().us(text).press(ENTER).told, `<${text}>`);
      assert.equal(new Device().us(text).press(TAB).told, `<${text}>`);
    });
  }

  it('are the digits behind a prefix from a French keyboard, too', () => {
    const device = new Device().with(ALT_GR, 12).with(SHIFT, 30).shifted('10516310936').press(ENTER);
    assert.equal(device.told, '<]A10516310936>');
  });

  it('are two scans where there were two, and digits again after a stray letter', () => {
    const device = new Device().us(']Q112').press(ENTER, ENTER).us(']C134').press(ENTER);
    assert.equal(device.told, '<]Q112> # <]C134>');
    assert.equal(new Device().us('x').pause(300).digits('12').press(ENTER).told, '1 2 #');
  });

  it('are nothing for Num Lock, releases, the repeats of a held key and Control with a letter', () => {
    const device = new Device().press(69).event(2, 0).event(2, 2).event(4, 458841, 4).with(CONTROL, 46);
    assert.equal(device.told, '');
  });

  it('that chatter for ever are forgotten at the length of the longest code of a scanner', () => {
    const longest = 7089;
    const scanned = (letters: number) => new Device().us('x'.repeat(letters)).press(ENTER).told.length - '<>'.length;
    assert.equal(scanned(longest), longest);
    assert.equal(scanned(longest + 3), 2);
    const chatter = new Device().down(ALT).digits('9'.repeat(400)).digits('0065').up(ALT);
    assert.equal(chatter.press(ENTER).told, '<A>');
  });

  it('that are incomplete because the kernel dropped some are left out', () => {
    const device = new Device().event(2, 1).event(3, 0, 0).event(3, 1).event(4, 1).event(0, 0, 0).event(5, 1);
    assert.equal(device.told, '1 4');
  });
});
