// Who may do what on this machine, from its own files, for a user who need not be the one who asks.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { textIn } from './files.ts';

/** Whom the station runs as: permissions are judged for this user, also when root asks. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly groupIds: readonly number[];
}

const stationUser = 'offline-charging';

/** The station's own user where the installer made one, else whoever asks. */
export function findUser(wanted: string | undefined, root = '/'): User | undefined {
  const entries = lines(root, 'etc/passwd').map((line) => line.split(':'));
  const byName = (name: string) => entries.find((entry) => entry[0] === name);
  const asked = process.getuid?.() ?? 0;
  const entry = wanted ? byName(wanted) : (byName(stationUser) ?? entries.find(([, , uid]) => Number(uid) === asked));
  if (!entry) return wanted ? undefined : { name: String(asked), uid: asked, groupIds: process.getgroups?.() ?? [] };
  const [name, , uid, gid] = entry;
  const more = lines(root, 'etc/group')
    .map((line) => line.split(':'))
    .filter(([, , , members]) => members?.split(',').includes(name!))
    .map(([, , id]) => Number(id));
  return { name: name!, uid: Number(uid), groupIds: [Number(gid), ...more] };
}

/** Whether the user may read and write the file, by its owner, group and mode. */
export function mayUse(path: string, user: User): boolean {
  if (user.uid === 0) return true;
  const { uid, gid, mode } = statSync(path);
  const bits = uid === user.uid ? mode >> 6 : user.groupIds.includes(gid) ? mode >> 3 : mode;
  return (bits & 0o6) === 0o6;
}

/** The group that a device belongs to, by name. */
export function groupOf(path: string, root = '/'): string {
  const { gid } = statSync(path);
  return (
    lines(root, 'etc/group')
      .map((line) => line.split(':'))
      .find(([, , id]) => Number(id) === gid)?.[0] ?? String(gid)
  );
}

function lines(root: string, path: string): string[] {
  return (textIn(join(root, path)) ?? '').split('\n').filter(Boolean);
}
