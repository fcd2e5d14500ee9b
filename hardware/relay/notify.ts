// systemd's readiness and watchdog protocol, sd_notify(3): datagrams to the socket in NOTIFY_SOCKET.
import { spawn } from 'node:child_process';
import { loadLibc } from '../linux/libc.ts';

export interface Notifier {
  /** READY=1, WATCHDOG=1, STOPPING=1, STATUS=...; never throws, never waits. */
  tell(state: string): void;
  /** How often WATCHDOG=1 is due, milliseconds: half of what systemd waits. Undefined: it does not wait. */
  readonly watchdogMs: number | undefined;
}

/** What systemd's environment asks for. Undefined where there is no systemd. */
export async function notifier(
  environment: NodeJS.ProcessEnv = process.env,
  datagrams: (path: string) => Promise<(text: string) => void> = async (to) => (await loadLibc()).datagrams(to),
): Promise<Notifier | undefined> {
  const path = environment.NOTIFY_SOCKET;
  if (!path) return undefined;
  const { WATCHDOG_USEC, WATCHDOG_PID } = environment;
  const mine = !WATCHDOG_PID || Number(WATCHDOG_PID) === process.pid;
  const watchdogMs = mine && Number(WATCHDOG_USEC) > 0 ? Number(WATCHDOG_USEC) / 2000 : undefined;
  // Its own datagrams come from the main process, as NotifyAccess=main asks; a helper program's do not.
  const tell = await datagrams(path).catch(() => (state: string) => spawnNotify(state, environment));
  return { watchdogMs, tell };
}

/** Where koffi is not installed; the unit then needs NotifyAccess=all. */
function spawnNotify(state: string, env: NodeJS.ProcessEnv): void {
  const child = spawn('systemd-notify', [state], { stdio: 'ignore', env });
  child.on('error', () => {});
  child.unref();
}
