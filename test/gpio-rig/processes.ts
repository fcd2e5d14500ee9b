// The product's programs as processes on real lines.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const running = new Set<ChildProcess>();

/** Resolves when the program has printed a line that matches. */
export async function start(file: string, args: readonly string[], ready: RegExp): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const lines = createInterface(child.stdout!);
  for await (const line of lines) {
    if (!ready.test(line)) continue;
    child.stdout!.resume();
    return child;
  }
  throw new Error(`${file} ended before it was ready`);
}

export const SOCKET = '/run/offline-charging-guard.sock';

export function startGuard(driver: string, line: string): Promise<ChildProcess> {
  const file = `${import.meta.dirname}/../../hardware/relay/guard-main.ts`;
  // No contactor hangs on these lines, and they move often.
  const free = ['--least-seconds', '0', '--most-closings', '0'];
  return start(file, ['--socket', SOCKET, '--driver', driver, '--relay', `relay=${line}`, ...free], / on \//);
}

export async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
