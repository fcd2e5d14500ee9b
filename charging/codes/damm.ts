import { checkString } from './arguments.ts';

/** The quasigroup of H. M. Damm's thesis (2004), totally anti-symmetric: it finds every swap of neighbours. */
const TABLE = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
].map((row) => Array.from(row, Number));

function interim(digits: string): number {
  let state = 0;
  for (let i = 0; i < digits.length; i++) state = TABLE[state]![digits.charCodeAt(i) - 48]!;
  return state;
}

/**
 * The Damm check digit of a string of decimal digits: that of `572` is `4`.
 * @throws {TypeError} when `digits` holds anything but decimal digits
 */
export function dammDigit(digits: string): string {
  if (typeof digits !== 'string' || !/^[0-9]+$/.test(digits)) throw new TypeError('digits: a string of decimal digits');
  return String(interim(digits));
}

/**
 * Whether the last digit of a string of decimal digits is the check digit of those before it.
 * @throws {TypeError} when `digits` is no string
 */
export function hasValidCheckDigit(digits: string): boolean {
  checkString('digits', digits);
  return /^[0-9]{2,}$/.test(digits) && interim(digits) === 0;
}
