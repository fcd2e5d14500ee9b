// From text to the bytes of an HD44780 with the character set A00, which most modules have: ASCII but for two signs,
// some accents, and eight characters that can be drawn. Pure.

/** Drawn at start into the display's eight free places: five dots wide, eight high, bit 4 is the leftmost. */
export const glyphs: readonly { readonly character: string; readonly rows: readonly number[] }[] = [
  { character: '✓', rows: [0b00000, 0b00001, 0b00011, 0b10110, 0b11100, 0b01000, 0b00000, 0b00000] },
  { character: '✗', rows: [0b00000, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b00000, 0b00000] },
  { character: '⚡', rows: [0b00010, 0b00100, 0b01000, 0b11111, 0b00010, 0b00100, 0b01000, 0b00000] },
  { character: '€', rows: [0b00110, 0b01001, 0b11100, 0b01000, 0b11100, 0b01001, 0b00110, 0b00000] },
  { character: '\\', rows: [0b00000, 0b10000, 0b01000, 0b00100, 0b00010, 0b00001, 0b00000, 0b00000] },
  { character: '~', rows: [0b00000, 0b00000, 0b01000, 0b10101, 0b00010, 0b00000, 0b00000, 0b00000] },
  { character: 'é', rows: [0b00010, 0b00100, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110, 0b00000] },
  { character: 'è', rows: [0b01000, 0b00100, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110, 0b00000] },
];

/** The drawn characters answer to 0–7 and to 8–15; the latter leave 0 out of strings. */
const firstGlyph = 8;

/** What the character set has beyond ASCII (HD44780U data sheet, table 4, ROM code A00). */
const romCodes: ReadonlyMap<string, number> = new Map([
  ['¥', 0x5c],
  ['→', 0x7e],
  ['←', 0x7f],
  ['·', 0xa5],
  ['°', 0xdf],
  ['ä', 0xe1],
  ['ß', 0xe2],
  ['µ', 0xe4],
  ['ñ', 0xee],
  ['ö', 0xef],
  ['Ω', 0xf4],
  ['ü', 0xf5],
  ['π', 0xf7],
  ['÷', 0xfd],
  ['█', 0xff],
]);

/** Written in other letters, as a typewriter would. */
const spellings: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '−': '-',
  '…': '...',
  '•': '·',
  '×': 'x',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ı: 'i',
  Ä: 'Ae',
  Ö: 'Oe',
  Ü: 'Ue',
  '\u00a0': ' ',
  '\u3000': ' ',
  '。': '.',
  '、': ',',
  '「': '"',
  '」': '"',
  '《': '"',
  '》': '"',
  '【': '[',
  '】': ']',
  '￥': '¥',
  '℃': '°C',
  '℉': '°F',
};

const unknown = '?'.charCodeAt(0);

const codeOf: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 0x5f }, (_, index): [string, number] => [String.fromCharCode(0x20 + index), 0x20 + index]),
  ...romCodes,
  ...glyphs.map(({ character }, index): [string, number] => [character, firstGlyph + index]),
]);

/** The bytes that show `text`; `?` for what has no like, as Chinese has none. */
export function toDisplayBytes(text: string): number[] {
  return Array.from(spell(text), (character) => codeOf.get(character) ?? unknown);
}

/** Whether every character of `text` has a like. Where not, show the text in English instead. */
export function canShow(text: string): boolean {
  return Array.from(spell(text)).every((character) => codeOf.has(character));
}

function spell(text: string): string {
  return Array.from(text.normalize('NFC'), spellCharacter).join('');
}

function spellCharacter(character: string): string {
  if (codeOf.has(character)) return character;
  const spelling = spellings[character];
  if (spelling !== undefined) return spelling;
  const point = character.codePointAt(0)!;
  // Full-width forms, as Chinese text has them for digits and punctuation.
  if (point >= 0xff01 && point <= 0xff5e) return String.fromCharCode(point - 0xfee0);
  return character.normalize('NFD').replace(/\p{Mark}/gu, '');
}
