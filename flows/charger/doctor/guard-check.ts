// The relay guard: whether it runs, who may speak to it, and what it says of its relays.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Pin, writePin } from '../../../hardware/gpio/pin.ts';
import { askGuard } from '../../../hardware/relay/ask-guard.ts';
import type { GuardStatus } from '../../../hardware/relay/protocol.ts';
import { readRelays } from '../../../hardware/relay/relay-pins.ts';
import { type Check, type Finding, good, note, type Subject, wrong } from './finding.ts';

export const guardCheck: Check = {
  title: 'guard',
  async run(subject) {
    const socket = socketOf(subject);
    try {
      const stats = statSync(socket);
      const open = owner(socket, stats.uid, stats.mode, subject);
      const status = await askGuard(socket);
      return [...open, ...relays(status), ...otherPins(status, subject)];
    } catch (error) {
      const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ECONNREFUSED')
        return [wrong('guard.not-running', 'guard.not-running.do', { socket })];
      if (code === 'EACCES') return [note('guard.not-ours', { socket }, 'as-root.do')];
      return [wrong('guard.silent', 'guard.not-running.do', { socket, reason: message })];
    }
  },
};

/** Where the services have it; beside the data where `npm start` runs. */
function socketOf({ env }: Subject): string {
  if (env.GUARD_SOCKET) return env.GUARD_SOCKET;
  return env.DATA_DIR ? join(env.DATA_DIR, 'guard.sock') : '/run/offline-charging/guard.sock';
}

function owner(socket: string, uid: number, mode: number, { user }: Subject): Finding[] {
  const findings: Finding[] = [];
  if ((mode & 0o077) !== 0) {
    const values = { socket, mode: (mode & 0o777).toString(8) };
    findings.push(wrong('guard.socket-open', 'guard.socket-open.do', values));
  }
  if (uid !== user.uid && user.uid !== 0)
    findings.push(wrong('guard.other-user', 'guard.other-user.do', { socket, user: user.name }));
  return findings;
}

function relays({ driver, relays }: GuardStatus): Finding[] {
  const names = Object.keys(relays).join(', ');
  return [
    good('guard.runs', { driver, relays: names }),
    ...Object.entries(relays).map(([relay, { held, on, problem }]) => {
      if (problem) return wrong('guard.problem', 'guard.problem.do', { relay, reason: problem.message });
      if (!held) return note('guard.no-lease', { relay });
      return good(on ? 'guard.relay-on' : 'guard.relay-off', { relay });
    }),
  ];
}

/** What the guard read when it started, against what the settings say now. */
function otherPins({ relays }: GuardStatus, { env }: Subject): Finding[] {
  let now: Record<string, Pin>;
  try {
    now = readRelays(env);
  } catch {
    // Told with the pins.
    return [];
  }
  const names = new Set([...Object.keys(now), ...Object.keys(relays)]);
  return [...names].flatMap((relay) => {
    const pin = now[relay] && writePin(now[relay]);
    const driven = relays[relay]?.pin;
    // A guard of an older version does not say.
    if (relays[relay] !== undefined && driven === undefined) return [];
    if (pin === driven) return [];
    return [wrong('guard.other-pin', 'guard.other-pin.do', { relay, pin: pin ?? '–', driven: driven ?? '–' })];
  });
}
