// Serial ports, and whether Linux talks on them as well.
import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { namesIn, textIn } from './files.ts';

/** The ports of adapters and of the header, as paths. */
export function serialPorts(root: string): string[] {
  const folder = join(root, 'dev');
  return namesIn(folder)
    .filter((name) => /^(ttyUSB|ttyACM)\d+$|^serial0$/.test(name))
    .map((name) => join(folder, name));
}

/** Whether the kernel's console is on the port. */
export function hasConsole(path: string, root: string): boolean {
  const ports = consolePorts(root);
  return ports.has(basename(path)) || ports.has(basename(realpathSync(path)));
}

function consolePorts(root: string): Set<string> {
  const words = (textIn(join(root, 'proc/cmdline')) ?? '').trim().split(/\s+/);
  return new Set(words.flatMap((word) => /^console=(\w+)/.exec(word)?.[1] ?? []));
}
