#!/usr/bin/env node
// `offline-charging set-clock`: sets the machine's clock and its clock chip for the charger. systemd starts it for one request,
// which is its standard input and output (offline-charging-clock.socket), with no right but that one.
import { requestedFrom } from '../linux/clock-request.ts';
import { loadLibc } from '../linux/libc.ts';
import { setMachineClock } from '../linux/machine-clock.ts';
import { builtMs, monotonicMs } from '../linux/machine-time.ts';
import { clockChips } from './clock-chips.ts';

const HELP = `offline-charging set-clock: sets the clock for the charger. systemd starts it (offline-charging-clock.socket).

It reads one line, "set-clock 1 MS", and answers with one: set, or why not.
`;
const PATIENCE_MS = 5_000;
const LONGEST_LINE = 100;

async function main(): Promise<string> {
  const fromMs = requestedFrom(await line(), monotonicMs(), builtMs());
  const chips = clockChips();
  const failed = setMachineClock(await loadLibc(), () => fromMs + monotonicMs(), chips?.used.id);
  return failed ? `set, but not the clock chip: ${failed.message}` : 'set';
}

/** The first line; nobody who says nothing keeps it running. */
async function line(): Promise<string> {
  const impatience = setTimeout(() => process.exit(1), PATIENCE_MS);
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('\n') || text.length > LONGEST_LINE) break;
  }
  clearTimeout(impatience);
  return text.slice(0, LONGEST_LINE);
}

if (process.argv.some((argument) => /^(-h|--help)$/.test(argument))) console.log(HELP);
else {
  const answer = await main().catch((error: Error) => `refused: ${error.message}`);
  process.exitCode = answer.startsWith('set') ? 0 : 1;
  process.stdout.write(`${answer}\n`, () => process.exit());
}
