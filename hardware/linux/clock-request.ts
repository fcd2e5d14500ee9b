// What passes over the socket of offline-charging-clock: one line that asks for the time to be set, one that answers. The time
// is told from the monotonic clock, which all programs of a machine share, so that it is right whenever it is read.
import { connectTo } from '../relay/socket.ts';
import { DeviceError } from './errors.ts';

/** A program has to be started for it, perhaps on a slow memory card. */
const PATIENCE_MS = 20_000;
const LONGEST_LINE = 200;
/** Nobody's station is set farther ahead of its program. */
const MOST_AHEAD_MS = 30 * 365.25 * 24 * 3_600_000;

/** @param fromMs unix milliseconds at which the monotonic clock was 0 */
export function requestLine(fromMs: number): string {
  return `set-clock 1 ${fromMs.toFixed(3)}\n`;
}

/**
 * What a line asks for: unix milliseconds at which the monotonic clock was 0.
 * @param monotonicMs now
 * @throws {RangeError} for anything but a time from the build of this program to 30 years after
 */
export function requestedFrom(line: string, monotonicMs: number, builtMs: number): number {
  const [, said] = /^set-clock 1 (-?\d{1,15}(?:\.\d{1,3})?)\n?$/.exec(line) ?? [];
  const fromMs = Number(said ?? Number.NaN);
  const ms = fromMs + monotonicMs;
  if (!(ms >= builtMs && ms <= builtMs + MOST_AHEAD_MS)) {
    throw new RangeError(
      'It must be "set-clock 1 MS", the unix milliseconds of a time since this program was built, less the monotonic clock.',
    );
  }
  return fromMs;
}

/**
 * Has the machine's clock and its chip set to `fromMs` plus the monotonic clock.
 * @returns why the clock chip was not set, where it was not
 * @throws {DeviceError} `clock-not-set`: nobody is there to set it, it is not permitted, or it failed; nothing is changed then
 */
export async function requestClock(
  socketPath: string,
  fromMs: number,
  patienceMs = PATIENCE_MS,
): Promise<string | undefined> {
  const answer = await asked(socketPath, requestLine(fromMs), patienceMs);
  const [, chip] = /^set(?:, but not the clock chip: (.*))?$/s.exec(answer) ?? [];
  if (!answer.startsWith('set')) throw notSet(answer.replace(/^refused: /, '') || 'it did not answer');
  return chip;
}

function asked(socketPath: string, line: string, patienceMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTo(socketPath);
    let answer = '';
    const impatience = setTimeout(() => socket.destroy(), patienceMs);
    socket.setEncoding('utf8');
    socket.once('connect', () => socket.write(line));
    socket.on('data', (chunk) => {
      answer = (answer + chunk).slice(0, LONGEST_LINE);
    });
    socket.once('error', (error) => reject(notSet(error.message, error)));
    socket.once('close', () => {
      clearTimeout(impatience);
      resolve(answer.trim());
    });
  });
}

function notSet(reason: string, cause?: unknown): DeviceError {
  return new DeviceError('clock-not-set', `The machine's clock was not set: ${reason}`, { cause });
}
