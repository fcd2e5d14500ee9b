// The disk: the journal has to reach it, and to be there after a power cut.
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textIn } from '../../../hardware/linux/files.ts';
import { mayUse } from '../../../hardware/linux/users.ts';
import { type Check, dataDir, type Finding, good, note, type Subject, wrong } from './finding.ts';

const leastFreeMiB = 200;
/** Nothing that is written there is left after a power cut. */
const forgetful = new Set(['tmpfs', 'ramfs', 'overlay']);

export const diskCheck: Check = {
  title: 'disk',
  async run(subject) {
    const folder = dataDir(subject);
    if (!existsSync(folder)) return [wrong('disk.no-folder', 'disk.no-folder.do', { folder })];
    return [...mount(folder, subject), space(folder), ...writable(folder, subject)];
  },
};

function mount(folder: string, { root }: Subject): Finding[] {
  const found = mountOf(folder, root);
  if (!found) return [];
  const values = { folder, type: found.type };
  if (found.options.includes('ro')) return [wrong('disk.read-only', 'disk.read-only.do', values)];
  return forgetful.has(found.type) ? [wrong('disk.forgetful', 'disk.forgetful.do', values)] : [];
}

function space(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  const values = { folder, free, least: leastFreeMiB };
  return free < leastFreeMiB ? wrong('disk.full', 'disk.full.do', values) : good('disk.free', values);
}

function writable(folder: string, { user }: Subject): Finding[] {
  if (!mayUse(folder, user)) return [wrong('disk.not-ours', 'disk.not-ours.do', { folder, user: user.name })];
  const file = join(folder, `.doctor-${process.pid}`);
  try {
    const fd = openSync(file, 'wx', 0o600);
    try {
      writeSync(fd, 'written');
      fsyncSync(fd);
    } finally {
      closeSync(fd);
      rmSync(file);
    }
    return [good('disk.writable', { folder })];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' && process.getuid?.() !== user.uid) return [note('disk.not-tried', { folder }, 'as-root.do')];
    return [wrong('disk.failed', 'disk.failed.do', { folder, reason: message })];
  }
}

/** The mount that the folder lies on: the longest of /proc/mounts that it is under. */
export function mountOf(folder: string, root = '/'): { type: string; options: string[] } | undefined {
  const mounts = (textIn(join(root, 'proc/mounts')) ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '))
    // Blanks in paths are written as octal escapes.
    .map(([, path, type, options]) => ({
      path: path!.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
      type: type!,
      options: options!.split(','),
    }));
  for (let path = folder; ; path = dirname(path)) {
    const found = mounts.findLast((mount) => mount.path === path);
    if (found) return found;
    if (path === dirname(path)) return undefined;
  }
}
