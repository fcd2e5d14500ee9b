const GROUPS: Readonly<Record<number, RegExp>> = {
  10: /^(...)(...)(....)$/,
  12: /^(....)(....)(....)$/,
  14: /^(.{5})(....)(.{5})$/,
  15: /^(.{5})(.{5})(.{5})$/,
};

/**
 * The same digits grouped for reading and typing: `051 631 0936`, `0215 5028 4052`, `88269 7586 14605`, `30000 01368 52375`.
 * @throws {TypeError} when `code` is no string
 */
export function digitsForReading(code: string): string {
  if (typeof code !== 'string') throw new TypeError('code: a string of digits');
  const group = GROUPS[code.length];
  return group ? code.replace(group, '$1 $2 $3') : code;
}
