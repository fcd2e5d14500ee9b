// Which of the machine's input devices is the keypad. Looked up in sysfs at each plugging in: event numbers change.
import { readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { numberedIn, realPath, textIn } from '../linux/files.ts';
import { digitCodes } from './input-events.ts';

export interface InputDevice {
  /** `/dev/input/event3` */
  readonly path: string;
  /** As the device calls itself: `SIGMACHIP USB Keyboard`. */
  readonly name: string;
  /** All ten digits and an Enter. */
  readonly hasDigits: boolean;
  /** Has letters too: a whole keyboard, less likely to be the station's. */
  readonly hasLetters: boolean;
}

const enterCodes = [28, 96];
const letterCodes = [16, 30, 44];

/** The input devices, in the order of their numbers. `root` is `/` but for recorded machines. */
export function inputDevices(root = '/'): InputDevice[] {
  const folder = join(root, 'sys/class/input');
  return numberedIn(folder, 'event').map((event) => {
    const codes = keyBitmap(read(join(folder, event, 'device/capabilities/key')));
    const has = (wanted: readonly number[]) => wanted.every((code) => codes.has(code));
    return {
      path: join(root, 'dev/input', event),
      name: read(join(folder, event, 'device/name')),
      hasDigits: (has(digitCodes.row) || has(digitCodes.pad)) && enterCodes.some((code) => codes.has(code)),
      hasLetters: has(letterCodes),
    };
  });
}

/**
 * The keypad: the device at `wanted` when that is a path (links of `/dev/input/by-id` too), the first whose name holds
 * `wanted`, or with nothing wanted the first that has digits, those without letters first.
 */
export function findKeypad(wanted: string | undefined, root = '/'): InputDevice | undefined {
  const devices = inputDevices(root);
  if (wanted === undefined || wanted === '') {
    const withDigits = devices.filter((device) => device.hasDigits);
    return withDigits.find((device) => !device.hasLetters) ?? withDigits[0];
  }
  if (!wanted.startsWith('/')) {
    const name = wanted.toLowerCase();
    return devices.find((device) => device.name.toLowerCase().includes(name) && device.hasDigits);
  }
  const path = resolveLink(wanted);
  if (path === undefined) return undefined;
  return (
    devices.find((device) => device.path === path) ?? { path, name: basename(path), hasDigits: true, hasLetters: false }
  );
}

/**
 * All keypads and scanners of a station: those that `wanted` names, separated by semicolons or commas, or with nothing
 * wanted every device that has digits, those without letters first. `missing`: the names that fit none.
 */
export function findKeypads(wanted: string | undefined, root = '/'): { found: InputDevice[]; missing: string[] } {
  const names = (wanted ?? '').split(/[;,]/).map((name) => name.trim());
  const found = new Map<string, InputDevice>();
  const missing: string[] = [];
  for (const name of names.filter((each) => each !== '')) {
    const device = findKeypad(name, root);
    if (device) found.set(device.path, device);
    else missing.push(name);
  }
  if (found.size > 0 || missing.length > 0) return { found: [...found.values()], missing };
  const withDigits = inputDevices(root).filter((device) => device.hasDigits);
  withDigits.sort((one, other) => Number(one.hasLetters) - Number(other.hasLetters));
  return { found: withDigits, missing };
}

/** `capabilities/key` is words of the machine's size in hex, the highest first. */
export function keyBitmap(text: string): Set<number> {
  const words = text.trim().split(/\s+/).filter(Boolean).reverse();
  // A word is printed without leading zeros, so its size shows only in the longest one.
  const wordBits = words.some((word) => word.length > 8) || process.arch.includes('64') ? 64 : 32;
  const codes = new Set<number>();
  words.forEach((word, index) => {
    const value = BigInt(`0x${word}`);
    for (let bit = 0; bit < wordBits; bit++) if ((value >> BigInt(bit)) & 1n) codes.add(index * wordBits + bit);
  });
  return codes;
}

function resolveLink(path: string): string | undefined {
  try {
    readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return path;
  }
  return realPath(path);
}

function read(path: string): string {
  return textIn(path)?.trim() ?? '';
}
