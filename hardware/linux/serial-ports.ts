// Serial ports, and whether Linux talks on them as well.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The ports of adapters and of the header, as paths. */
export function serialPorts(root: string): string[] {
  const folder = join(root, 'dev');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => /^(ttyUSB|ttyACM)\d+$|^serial0$/.test(name)).map((name) => join(folder, name));
}

/** Whether the kernel's console is on the port. */
export function hasConsole(path: string, root: string): boolean {
  const ports = consolePorts(root);
  return ports.has(basename(path)) || ports.has(basename(realpathSync(path)));
}

function consolePorts(root: string): Set<string> {
  try {
    const words = readFileSync(join(root, 'proc/cmdline'), 'utf8').trim().split(/\s+/);
    return new Set(words.flatMap((word) => /^console=(\w+)/.exec(word)?.[1] ?? []));
  } catch {
    return new Set();
  }
}
