// The input devices of a machine, as files: sysfs as recorded, a named pipe for each device node.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputEventSize } from '../../../hardware/keypad/input-events.ts';

/** `capabilities/key` as Linux prints it, from machines with 64-bit words. */
export const recorded = {
  /** A whole keyboard, as most numeric pads say they are. */
  keyboard: { name: 'SIGMACHIP USB Keyboard', keys: 'df01ffffff fffffffffffffffe' },
  pad: { name: 'HCT USB Entry Keypad', keys: '5000fffa0 80000000004000' },
  powerButton: { name: 'pwr_button', keys: '10000000000000 0' },
  mouse: { name: 'Logitech Optical Mouse', keys: '70000 0 0 0 0' },
} as const;

export class RecordedMachine {
  readonly root = mkdtempSync(join(tmpdir(), 'keypad-'));

  constructor() {
    mkdirSync(join(this.root, 'sys/class/input'), { recursive: true });
    mkdirSync(join(this.root, 'dev/input/by-id'), { recursive: true });
  }

  plug(event: string, { name, keys }: { name: string; keys: string }): string {
    const folder = join(this.root, 'sys/class/input', event, 'device');
    mkdirSync(join(folder, 'capabilities'), { recursive: true });
    writeFileSync(join(folder, 'name'), `${name}\n`);
    writeFileSync(join(folder, 'capabilities/key'), `${keys}\n`);
    const node = join(this.root, 'dev/input', event);
    execFileSync('mkfifo', [node]);
    return node;
  }

  unplug(event: string): void {
    rmSync(join(this.root, 'sys/class/input', event), { recursive: true });
    rmSync(join(this.root, 'dev/input', event));
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

export function inputEvent(type: number, code: number, value: number, size = inputEventSize(process.arch)): Buffer {
  const event = Buffer.alloc(size, 0x11);
  event.writeUInt16LE(type, size - 8);
  event.writeUInt16LE(code, size - 6);
  event.writeInt32LE(value, size - 4);
  return event;
}

const padCodes: Readonly<Record<string, number>> = {
  ...Object.fromEntries([...'1230'].map((digit, index) => [digit, 79 + index])),
  ...Object.fromEntries([...'456'].map((digit, index) => [digit, 75 + index])),
  ...Object.fromEntries([...'789'].map((digit, index) => [digit, 71 + index])),
  '#': 96,
  '*': 55,
};

/** What a pad sends when somebody types `keys` on it. */
export function keyEvents(keys: string): Buffer {
  return Buffer.concat(
    [...keys].flatMap((key) => [
      inputEvent(1, padCodes[key]!, 1),
      inputEvent(0, 0, 0),
      inputEvent(1, padCodes[key]!, 0),
      inputEvent(0, 0, 0),
    ]),
  );
}
