// Opens the journal of a station and closes it again, and is killed before one of its steps, told by number: a statement to
// its database or a write to one of its files. Ends with 0 where it has fewer. Arguments: settings and folder as JSON, number.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StationSettings } from '../../../charging/station/types.ts';

const [given = '{}', at = ''] = process.argv.slice(2);
const { settings, folder, wall } = JSON.parse(given) as {
  settings: Omit<StationSettings, 'key'> & { key: string };
  folder: string;
  wall: number;
};
let steps = 0;

/** Counts a call of a method as a step. */
function counted<T extends object>(owner: T, name: keyof T & string): void {
  const real = owner[name] as (...args: unknown[]) => unknown;
  const before = function (this: unknown, ...args: unknown[]) {
    if (++steps === Number(at)) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(real, this, args);
  };
  Object.assign(owner, { [name]: before });
}
counted(DatabaseSync.prototype, 'exec');
counted(StatementSync.prototype, 'run');
counted(fs, 'writeSync');
counted(fs, 'fdatasyncSync');
syncBuiltinESMExports();

const { Station } = await import('../../../charging/station/station.ts');
const clocks = { wallMs: () => wall, monotonicMs: () => 1000, bootId: 'a later boot', builtMs: wall - 86_400_000 };
const key = new Uint8Array(Buffer.from(settings.key, 'hex'));
Station.open({ ...settings, key }, { folder, clocks }).dispose();
