// What the machine's own files tell: the kernel's under /sys and /proc, the device tree, /etc. Each function gives nothing
// where there is nothing to read, or nobody may.
import { readdirSync, readFileSync, realpathSync } from 'node:fs';

/** What a file holds, as it stands there. */
export function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The names in a folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of a folder's names those that are `prefix` and a number, by number: `event2` before `event10`. */
export function numberedIn(folder: string, prefix: string): string[] {
  const numberOf = (name: string) => Number(name.slice(prefix.length));
  const names = namesIn(folder).filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)));
  return names.sort((one, other) => numberOf(one) - numberOf(other));
}

/** Where a path leads, with all links followed. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
