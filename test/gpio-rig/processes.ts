// The product's programs as processes on real lines.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { nameAt } from '../../hardware/relay/relay-pins.ts';

const running = new Set<ChildProcess>();

/** How an emulated processor ends a Node.js that it runs wrongly, before any line of ours. */
const EMULATOR_FAULTS: readonly (NodeJS.Signals | null)[] = ['SIGSEGV', 'SIGILL', 'SIGBUS'];

/** Resolves when the program has printed a line that matches. One that the emulator ended first is started once more. */
export async function start(file: string, args: readonly string[], ready: RegExp, again = true): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  void ended.then(() => running.delete(child));
  const lines = createInterface(child.stdout!);
  for await (const line of lines) {
    if (!ready.test(line)) continue;
    child.stdout!.resume();
    return child;
  }
  const [code, signal] = await ended;
  if (again && EMULATOR_FAULTS.includes(signal)) {
    console.log(`  note ${file} was ended by ${signal} as it started, and is started again`);
    return start(file, args, ready, false);
  }
  throw new Error(`${file} ended before it was ready (${signal ?? code})`);
}

export const SOCKET = '/run/offline-charging-guard.sock';

export function startGuard(driver: string, line: string, ...others: readonly string[]): Promise<ChildProcess> {
  // As it is shipped, and without the WebAssembly that takes the types away, which is what emulators trip over.
  const file = `${import.meta.dirname}/../../dist/hardware/relay/guard-main.js`;
  // No contactor hangs on these lines, and they move often.
  const free = ['--least-seconds', '0', '--most-closings', '0'];
  const relays = [line, ...others].flatMap((pin, index) => ['--relay', `${nameAt('relay', index + 1)}=${pin}`]);
  return start(file, ['--socket', SOCKET, '--driver', driver, ...relays, ...free], / on \//);
}

export async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
