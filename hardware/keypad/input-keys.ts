// The events of one pad or scanner made keys and scans. Pure. Codes: linux/input-event-codes.h.
//
// A scanner types like a keyboard, and nobody knows which: it may send digits with Shift (French layout, AZERTY), characters as
// Alt and their number, a prefix, a whole link, and end with Enter, Tab, or both CR and LF. A pad for people sends digits alone.
import { characterOf, rowDigitOf } from './characters.ts';
import type { InputEvent } from './input-events.ts';
import type { Key } from './keypad.ts';

const EV_SYN = 0;
const EV_KEY = 1;
const SYN_REPORT = 0;
const SYN_DROPPED = 3;

const shiftCodes = [42, 54];
const controlCodes = [29, 97];
const altCode = 56;
const altGrCode = 100;
const modifiers = new Set([...shiftCodes, ...controlCodes, altCode, altGrCode]);

/** Enter, Enter of the pad, Tab; and with Control J, M and I, the line feed, carriage return and tab of a terminal. */
const endCodes = new Set([28, 96, 15]);
const controlEndCodes = new Set([36, 50, 23]);
/** Backspace, Delete, Esc. */
const clearCodes = new Set([14, 111, 1]);
/** `. Del` of the pad: a point within a link. */
const padPointCode = 83;
/** What the keys of a pad are while Num Lock is off: Home to Page Down, Insert. */
const navigationCodes = new Set([102, 103, 104, 105, 106, 107, 108, 109, 110]);

const digitOfCode: ReadonlyMap<number, string> = new Map<number, string>([
  ...'789'.split('').map((digit, index): [number, string] => [71 + index, digit]),
  ...'456'.split('').map((digit, index): [number, string] => [75 + index, digit]),
  ...'1230'.split('').map((digit, index): [number, string] => [79 + index, digit]),
  ...'0123456789'.split('').map((digit, index): [number, string] => [0x200 + index, digit]),
]);
const starCodes = new Set([55, 0x20a]);
const hashCode = 0x20b;

/** Telephone-shaped USB pads type # and * as a US keyboard does: Shift and 3, Shift and 8. */
const shiftedSigns: ReadonlyMap<number, Key> = new Map([
  [4, '#'],
  [9, '*'],
]);
/** Of the row's keys with AltGr, those that are `]` on a German or a French keyboard. */
const altGrBrackets = new Set([10, 12]);
const azertyUnshifted = '&é"\'(-è_çà';

/** A scanner's keys follow each other faster, a person's hardly ever. */
const runMs = 200;
/** No QR code holds more characters (ISO/IEC 18004, version 40-L of digits): more on end is a key that chatters. */
const mostInRun = 7089;
/** Shift and 3 alone is #; a digit with Shift that follows within this time makes it a 3. */
const pendingMs = 150;
/** As long as an entry is kept. */
const entryMs = 30_000;

/** `key`: a key of ours. `scan`: what a scanner typed that is more than digits. */
export type Stroke = { readonly key: Key } | { readonly scan: string };

/** One character of a run of keys. `row` is its code where it is a key of the row of digits. */
interface Typed {
  readonly character: string;
  readonly row?: number;
  readonly shifted: boolean;
}

/** Turns the events of one device into strokes. `at` is monotonic milliseconds. Repeats of a held key are nothing. */
export class InputKeys {
  #held = new Set<number>();
  #dropping = false;
  #altDigits = '';
  #lastAt = Number.NEGATIVE_INFINITY;
  /** The keys that followed each other as a scanner's do, since the last ending. */
  #run: Typed[] = [];
  #isText = false;
  /** How the digits of this entry came: those of a telephone-shaped pad never come with Shift. */
  #digits: 'none' | 'plain' | 'shifted' = 'none';
  /** Shift and 3, or 8, before any digit told what they are. */
  #pending: number[] = [];

  take(event: InputEvent, at = 0): Stroke[] {
    if (event.type === EV_SYN && event.code === SYN_DROPPED) {
      // The kernel's buffer ran over: what comes up to the next report is incomplete.
      this.#dropping = true;
      this.#held.clear();
      this.#forget();
    } else if (event.type === EV_SYN && event.code === SYN_REPORT) this.#dropping = false;
    if (event.type !== EV_KEY || this.#dropping) return [];
    if (modifiers.has(event.code)) return this.#modify(event, at);
    return event.value === 1 ? this.#press(event.code, at) : [];
  }

  /** Time went on without a key: what waited for the next one is what it is. */
  settle(at: number): Stroke[] {
    return this.#pending.length > 0 && at - this.#lastAt > pendingMs ? this.#flush() : [];
  }

  #modify({ code, value }: InputEvent, at: number): Stroke[] {
    if (value === 1) {
      this.#held.add(code);
      if (code === altCode) this.#altDigits = '';
    } else if (value === 0) {
      this.#held.delete(code);
      if (code === altCode && this.#altDigits !== '') {
        const character = String.fromCharCode(Number(this.#altDigits) % 256);
        this.#altDigits = '';
        return [...this.#follow(at), ...this.#character({ character, shifted: false })];
      }
    }
    return [];
  }

  #press(code: number, at: number): Stroke[] {
    if (this.#held.has(altCode)) {
      // A character has four at most.
      this.#altDigits = `${this.#altDigits}${digitOfCode.get(code) ?? rowDigitOf(code) ?? ''}`.slice(-4);
      return [];
    }
    if (controlCodes.some((control) => this.#held.has(control)) && !controlEndCodes.has(code)) return [];
    return [...this.#follow(at), ...this.#key(code)];
  }

  /** Where a pause has ended the run of keys, a new one begins. */
  #follow(at: number): Stroke[] {
    const pauseMs = at - this.#lastAt;
    const before = this.settle(at);
    this.#lastAt = at;
    if (pauseMs > runMs) {
      this.#run = [];
      this.#isText = false;
    }
    if (this.#run.length + this.#pending.length > mostInRun) this.#forget();
    if (pauseMs > entryMs) this.#digits = 'none';
    return before;
  }

  #key(code: number): Stroke[] {
    const shifted = shiftCodes.some((shift) => this.#held.has(shift));
    const controlled = controlCodes.some((control) => this.#held.has(control));
    if (endCodes.has(code) || (controlled && controlEndCodes.has(code))) return this.#end();
    if (clearCodes.has(code) || (code === padPointCode && !this.#isText)) {
      this.#forget();
      return [{ key: 'clear' }];
    }
    if (navigationCodes.has(code)) return [{ key: 'num-lock' }];
    if (this.#held.has(altGrCode))
      return this.#character({ character: altGrBrackets.has(code) ? ']' : '?', shifted: false });
    const row = rowDigitOf(code);
    if (row !== undefined) return this.#row(code, row, shifted);
    if (code === hashCode) return this.#character({ character: '#', shifted });
    if (starCodes.has(code)) return this.#character({ character: '*', shifted });
    const character = digitOfCode.get(code) ?? characterOf(code, shifted);
    return character === undefined ? [] : this.#character({ character, shifted: false });
  }

  #row(code: number, digit: string, shifted: boolean): Stroke[] {
    if (this.#isText) return this.#text({ character: characterOf(code, shifted)!, row: code, shifted });
    if (!shifted) {
      const before = this.#flush();
      this.#digits = 'plain';
      return [...before, ...this.#digit({ character: digit, row: code, shifted })];
    }
    const sign = shiftedSigns.get(code);
    if (sign === undefined || this.#digits === 'shifted') {
      this.#digits = 'shifted';
      const before = this.#pending.splice(0).flatMap((pending) => this.#shiftedDigit(pending));
      return [...before, ...this.#shiftedDigit(code)];
    }
    if (this.#digits === 'plain') return this.#character({ character: sign, shifted: false });
    this.#pending.push(code);
    return [];
  }

  #shiftedDigit(code: number): Stroke[] {
    return this.#digit({ character: rowDigitOf(code)!, row: code, shifted: true });
  }

  #digit(typed: Typed): Stroke[] {
    this.#run.push(typed);
    return [{ key: typed.character }];
  }

  /** A character that is what it is, whatever the layout. */
  #character(typed: Typed): Stroke[] {
    const { character } = typed;
    if (/[\r\n\t]/.test(character)) return this.#end();
    const before = this.#flush();
    if (this.#isText) return [...before, ...this.#text(typed)];
    if (/[0-9]/.test(character)) {
      if (this.#digits === 'none') this.#digits = 'plain';
      return [...before, ...this.#digit(typed)];
    }
    if (character === '#' || character === '*') {
      this.#forget();
      return [...before, { key: character }];
    }
    this.#isText = true;
    return [...before, ...this.#text(typed)];
  }

  #text(typed: Typed): Stroke[] {
    this.#run.push(typed);
    return [];
  }

  #end(): Stroke[] {
    const before = this.#flush();
    const end: Stroke = this.#isText ? { scan: textOf(this.#run) } : { key: '#' };
    this.#forget();
    return [...before, end];
  }

  #flush(): Stroke[] {
    return this.#pending.splice(0).map((code): Stroke => ({ key: shiftedSigns.get(code)! }));
  }

  #forget(): void {
    this.#run = [];
    this.#isText = false;
    this.#digits = 'none';
    this.#pending = [];
  }
}

/** A scanner that types more of the row's keys with Shift than without types digits, on a French keyboard. */
function textOf(run: readonly Typed[]): string {
  const row = run.filter((typed) => typed.row !== undefined);
  const french = row.filter(({ shifted }) => shifted).length > row.length / 2;
  return run.map((typed) => (french ? frenchOf(typed) : typed.character)).join('');
}

function frenchOf({ character, row, shifted }: Typed): string {
  if (row === undefined) return character;
  return shifted ? rowDigitOf(row)! : azertyUnshifted[row - 2]!;
}
