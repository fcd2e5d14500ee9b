// A Raspberry Pi 4's /sys/class/gpio in a folder, and what the package onoff does there, without its epoll.
import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SysfsChip, sysfsChips } from '../../../hardware/gpio/chips.ts';
import type { OnoffDriver } from '../../../hardware/gpio/onoff.ts';

const BASE = 512;

export function layChip(root: string, base = BASE, label = 'pinctrl-bcm2711', lines = 58): SysfsChip[] {
  const chip = join(root, `sys/class/gpio/gpiochip${base}`);
  mkdirSync(chip, { recursive: true });
  writeFileSync(join(chip, 'base'), `${base}\n`);
  writeFileSync(join(chip, 'label'), `${label}\n`);
  writeFileSync(join(chip, 'ngpio'), `${lines}\n`);
  return sysfsChips(root);
}

/** What a program leaves that has exported a line. */
export function exportLine(root: string, number: number, at: { direction: 'in' | 'out'; value: '0' | '1' }): void {
  const folder = join(root, `sys/class/gpio/gpio${number}`);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries({ ...at, active_low: '0', edge: 'none' })) {
    writeFileSync(join(folder, file), text);
  }
}

export function sysfsGpio(root: string): ConstructorParameters<typeof OnoffDriver>[0] {
  return class {
    readonly _valueFd: number;
    readonly #folder: string;

    constructor(number: number, direction: 'in' | 'high' | 'low') {
      this.#folder = join(root, `sys/class/gpio/gpio${number}`);
      if (!existsSync(this.#folder)) exportLine(root, number, { direction: 'in', value: '0' });
      writeFileSync(join(this.#folder, 'direction'), direction === 'in' ? 'in' : 'out');
      if (direction !== 'in') this.writeSync(direction === 'high' ? 1 : 0);
      this._valueFd = openSync(join(this.#folder, 'value'), 'r+');
    }

    watch(): void {}
    unwatchAll(): void {}

    readSync(): 0 | 1 {
      const byte = Buffer.alloc(1);
      readSync(this._valueFd, byte, 0, 1, 0);
      return byte.toString() === '1' ? 1 : 0;
    }

    writeSync(value: 0 | 1): void {
      writeFileSync(join(this.#folder, 'value'), String(value));
    }

    unexport(): void {
      closeSync(this._valueFd);
      rmSync(this.#folder, { recursive: true });
    }
  } as unknown as ConstructorParameters<typeof OnoffDriver>[0];
}
