// What a key of a keyboard prints, after the US layout: scanners type as one, whatever the layout of the machine that they were made for.
// Codes: linux/input-event-codes.h.

/** Unshifted and shifted, from a first code on. */
const rows: readonly (readonly [first: number, plain: string, shifted: string])[] = [
  [2, '1234567890-=', '!@#$%^&*()_+'],
  [16, 'qwertyuiop[]', 'QWERTYUIOP{}'],
  [30, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [43, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
  [57, ' ', ' '],
  [71, '789-456+1230.', '789-456+1230.'],
  [98, '/', '/'],
  [55, '*', '*'],
];

const characters: ReadonlyMap<number, readonly [plain: string, shifted: string]> = new Map(
  rows.flatMap(([first, plain, shifted]) =>
    [...plain].map((character, index): [number, readonly [string, string]] => [
      first + index,
      [character, shifted[index]!],
    ]),
  ),
);

/** Undefined for a key that prints nothing. */
export function characterOf(code: number, shifted: boolean): string | undefined {
  return characters.get(code)?.[shifted ? 1 : 0];
}

const rowDigits = '1234567890';

/** The digit that stands on a key of the row above the letters: typed with Shift on a French (AZERTY) keyboard. */
export function rowDigitOf(code: number): string | undefined {
  return rowDigits[code - 2];
}
