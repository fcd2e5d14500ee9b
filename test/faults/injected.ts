// Loaded before the station: counts every write of its journal (statements, transactions, snapshot writes, syncs) and,
// at the one asked for, kills the process before or after it, or lets it fail as a full or read-only disk does.
// INJECT = `kill-before:17`, `kill-after:17`, `fail:17:ENOSPC`, `fail-from:17:EROFS`.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

const [act = 'none', at = '0', code = 'EIO'] = (process.env.INJECT ?? '').split(':');
let writes = 0;

/** How many writes the journal has made since `arm`. */
export const writesMade = () => writes;
let armed = false;
/** From here on writes count; `false` ends a disk that fails. */
export function arm(on = true): void {
  armed = on;
}

function failure(): Error {
  const texts: Record<string, string> = {
    ENOSPC: 'no space left on device',
    EROFS: 'read-only file system',
    EIO: 'i/o error',
  };
  const error = new Error(`${code}: ${texts[code] ?? code}`) as Error & { errcode?: number };
  const sqlite: Record<string, number> = { ENOSPC: 13, EROFS: 8, EIO: 1034 };
  return Object.assign(error, { code, errcode: sqlite[code] ?? 10 });
}

function counted<Args extends unknown[], Result>(act0: (...args: Args) => Result): (...args: Args) => Result {
  return function (this: unknown, ...args: Args): Result {
    if (!armed) return act0.apply(this, args);
    writes++;
    const mine = writes === Number(at);
    if (mine && act === 'kill-before') process.kill(process.pid, 'SIGKILL');
    if (mine && act === 'fail') throw failure();
    if (act === 'fail-from' && writes >= Number(at)) throw failure();
    const result = act0.apply(this, args);
    if (mine && act === 'kill-after') process.kill(process.pid, 'SIGKILL');
    return result;
  };
}

DatabaseSync.prototype.exec = counted(DatabaseSync.prototype.exec);
StatementSync.prototype.run = counted(StatementSync.prototype.run as () => never) as typeof StatementSync.prototype.run;
const changed = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of ['writeSync', 'fdatasyncSync', 'fsyncSync', 'renameSync']) changed[name] = counted(changed[name]!);
syncBuiltinESMExports();
