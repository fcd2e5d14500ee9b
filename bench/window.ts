// `npm run simulate:window`: what the two families of codes do to customers of a busy station, over 120 days, drawn and
// judged by the project's own numbering (docs/code-format.md, "Which family").
import { simulate } from './support/busy-site.ts';

const DAYS = 120;
const SEED = 20_261_129;
const FAMILIES = [
  { layout: 'compact', slotSeconds: 300 },
  { layout: 'wide', slotSeconds: 120 },
] as const;

const columns = ['codes a day', 'family', 'slots', 'came', 'told to wait', 'went away', 'too late', 'rescue too late'];
const widths = [13, 9, 7, 9, 16, 16, 16, 17];
const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padStart(widths[i]!)).join('');
const share = (part: number, whole: number) => `${part} (${((100 * part) / whole).toFixed(part === 0 ? 0 : 1)} %)`;

console.log(
  `${DAYS} days; a fifth of the codes is bought ahead and typed up to 20 h later, the others within half an hour`,
);
console.log('in the mean; rushes at noon and after work; who would wait for more than an hour goes elsewhere.\n');
console.log(line(columns));
for (const codesADay of [20, 100, 300]) {
  for (const family of FAMILIES) {
    const { came, sold, toldToWait, wentAway, tooLate, tooLateForRescue } = simulate({
      ...family,
      codesADay,
      days: DAYS,
      seed: SEED,
    });
    const who = [came, share(toldToWait, came), share(wentAway, came)];
    const late = [share(tooLate, sold), share(tooLateForRescue, sold)];
    console.log(line([codesADay, family.layout, `${family.slotSeconds} s`, ...who, ...late].map(String)));
  }
}
