// What the digits of each kind of code mean (docs/code-format.md, "Layouts").

export type Unit = 'min' | 'Wh';
export type LayoutName = 'compact' | 'long';

export interface Layout {
  /** Length of the whole code, check digit included. */
  readonly digits: 10 | 12;
  readonly payloadDigits: 3 | 4;
  readonly tagDigits: 6 | 7;
  /** M: the payload tells the sequence number modulo this. */
  readonly window: 32 | 64;
  /** The most steps that one voucher holds. */
  readonly mostQuantity: 31 | 155;
  /** The payload is `(sequence mod window) × radix + quantity − 1`. */
  readonly radix: 31 | 156;
}

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = Object.freeze({
  compact: Object.freeze({
    digits: 10,
    payloadDigits: 3,
    tagDigits: 6,
    window: 32,
    mostQuantity: 31,
    radix: 31,
  } as const),
  long: Object.freeze({
    digits: 12,
    payloadDigits: 4,
    tagDigits: 7,
    window: 64,
    mostQuantity: 155,
    radix: 156,
  } as const),
});

/** A receipt tells what is left in 155ths of what was bought. */
export const MOST_UNUSED = 155;
export const RECEIPT = Object.freeze({ digits: 12, payloadDigits: 4, tagDigits: 7, window: 64, radix: 156 } as const);

export type Operation = 'synchronize' | 'clear-lockout' | 'test-relay' | 'end-session';
/** Service operations and their digit on the keypad. */
export const OPERATIONS: Readonly<Record<Operation, number>> = Object.freeze({
  synchronize: 1,
  'clear-lockout': 2,
  'test-relay': 3,
  'end-session': 4,
});
export const SERVICE = Object.freeze({ digits: 15, payloadDigits: 7, tagDigits: 7, window: 1_000_000 } as const);

const GROUPS: Readonly<Record<number, RegExp>> = {
  10: /^(...)(...)(....)$/,
  12: /^(....)(....)(....)$/,
  15: /^(.{5})(.{5})(.{5})$/,
};

/**
 * The same digits grouped for reading and typing: `051 631 0936`, `0215 5028 4052`, `30000 01368 52375`.
 * @throws {TypeError} when `code` is no string
 */
export function digitsForReading(code: string): string {
  if (typeof code !== 'string') throw new TypeError('code: a string of digits');
  const group = GROUPS[code.length];
  return group ? code.replace(group, '$1 $2 $3') : code;
}
