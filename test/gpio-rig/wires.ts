// What stands where the wires would be: every level here goes to, or comes from, the kernel.
import { readFileSync, writeFileSync } from 'node:fs';

/** By the names that gpio-sim.sh gives them: the header, and two expanders. */
export type Simulated = 'pi' | 'mcp' | 'pcf';

const config = (on: Simulated) => `/sys/kernel/config/gpio-sim/${on}`;
const read = (path: string) => readFileSync(path, 'utf8').trim();
// Read each time: a chip that went away and came back has another number.
const chip = (on: Simulated = 'pi') => read(`${config(on)}/bank0/chip_name`);
const attribute = (offset: number, name: string, on: Simulated) =>
  `/sys/devices/platform/${read(`${config(on)}/dev_name`)}/${chip(on)}/sim_gpio${offset}/${name}`;

/** Drives an input from outside. */
export function drive(offset: number, level: boolean, on: Simulated = 'pi'): void {
  writeFileSync(attribute(offset, 'pull', on), level ? 'pull-up' : 'pull-down');
}

/** What an input is driven to: by `drive`, or by a pull that a driver has set. */
export function drivenHigh(offset: number): boolean {
  return read(attribute(offset, 'pull', 'pi')) === 'pull-up';
}

/** The wire itself. */
export function level(offset: number, on: Simulated = 'pi'): 0 | 1 {
  return read(attribute(offset, 'value', on)) === '1' ? 1 : 0;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves when the wire has this level. Throws after `patienceMs`. */
export async function reaches(offset: number, wanted: 0 | 1, patienceMs = 10_000): Promise<void> {
  const until = nowMs() + patienceMs;
  while (level(offset) !== wanted) {
    if (nowMs() > until) throw new Error(`line ${offset} did not become ${wanted} within ${patienceMs} ms`);
    await pause(5);
  }
}

/** The same clock in every process. */
export const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

export function stats(values: readonly number[]): { median: number; worst: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, worst: sorted.at(-1) ?? Number.NaN };
}

export const ms = (value: number) => `${value.toFixed(1)} ms`;

const TRACING = '/sys/kernel/tracing';

interface Driven {
  readonly atMs: number;
  readonly what: string;
}

/** What the kernel was told to drive onto a line since the last call of this function, with its own time stamps. */
export function drivenSince(offset: number): Driven[] {
  const number = sysfsNumber(offset);
  const text = read(`${TRACING}/trace`);
  writeFileSync(`${TRACING}/trace`, '');
  writeFileSync(`${TRACING}/trace_clock`, 'mono');
  writeFileSync(`${TRACING}/events/gpio/enable`, '1');
  return text.split('\n').flatMap((line) => {
    const [, seconds, what, which, said] = /([0-9.]+): gpio_(value|direction): (\d+) +(.*)$/.exec(line) ?? [];
    return Number(which) === number ? [{ atMs: Number(seconds) * 1000, what: `${what} ${said}` }] : [];
  });
}

/** Milliseconds from `act` until the kernel switched the line to this level, by its own time stamp. */
export async function timeTo(offset: number, wanted: 0 | 1, act: () => unknown): Promise<number> {
  drivenSince(offset);
  if (level(offset) === wanted) throw new Error(`line ${offset} was ${wanted} before anything was done`);
  const at = nowMs();
  await act();
  await reaches(offset, wanted);
  const driven = drivenSince(offset).find(({ what }) => what === `value set ${wanted}`);
  if (!driven) throw new Error(`nobody drove line ${offset} to ${wanted}: it was let go of`);
  return driven.atMs - at;
}

function sysfsNumber(offset: number): number {
  const bases = readFileSync('/sys/kernel/debug/gpio', 'utf8');
  const [, base] = new RegExp(`^${chip()}: GPIOs (\\d+)-`, 'm').exec(bases) ?? [];
  return Number(base) + offset;
}
