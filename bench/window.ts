// `npm run simulate:window`: what the two families of codes do to customers of a busy station, over 120 days, drawn and
// judged by the project's own numbering (docs/code-format.md, "Which family").
import { simulate } from './support/busy-site.ts';

const DAYS = 120;
const SEED = 20_261_129;
const FAMILIES = [
  { layout: 'compact', slotSeconds: 300 },
  { layout: 'wide', slotSeconds: 120 },
] as const;

const columns = ['codes a day', 'family', 'slots', 'came', 'told to wait', 'too late', 'rescue too late'];
const widths = [13, 9, 7, 9, 17, 17, 17];
const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padStart(widths[i]!)).join('');
const share = (part: number, whole: number) => `${part} (${((100 * part) / whole).toFixed(part === 0 ? 0 : 1)} %)`;

console.log(
  `${DAYS} days. Customers come at that rate, and at four times it from 7:00 to 10:00 and from 16:30 to 21:00; who is`,
);
console.log(
  'told to wait goes elsewhere. A fifth of the codes is typed up to 20 h later, the others after 45 min in the mean.\n',
);
console.log(line(columns));
for (const codesADay of [20, 100, 300]) {
  for (const family of FAMILIES) {
    const { came, toldToWait, tooLate, tooLateForRescue } = simulate({ ...family, codesADay, days: DAYS, seed: SEED });
    const sold = came - toldToWait;
    const shares = [share(toldToWait, came), share(tooLate, sold), share(tooLateForRescue, sold)];
    console.log(line([codesADay, family.layout, `${family.slotSeconds} s`, came, ...shares].map(String)));
  }
}
