// A barcode scanner as Linux has it: an input device whose events the charger's own reader takes, played from a named pipe.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { inputEvent } from '../../test/hardware/keypad/recorded-machine.ts';
import { settled } from './figures.ts';

const EV_KEY = 1;
const ENTER = 28;
/** As fast as scanners send, each key down and up. */
const KEY_MS = 4;

export class Scanner {
  /** `KEYPAD_DEVICE` */
  readonly device: string;
  #pipe: number | undefined;

  constructor(device: string) {
    this.device = device;
    execFileSync('mkfifo', [device]);
    // Open for both, so that neither side ever finds the other gone.
    this.#pipe = openSync(device, constants.O_RDWR | constants.O_NONBLOCK);
  }

  /** Sends the digits of the row and Enter. */
  async scan(digits: string): Promise<void> {
    for (const digit of digits) {
      this.#press(digit === '0' ? 11 : 1 + Number(digit));
      await settled(KEY_MS);
    }
    this.#press(ENTER);
  }

  #press(code: number): void {
    const [report, down, up] = [inputEvent(0, 0, 0), inputEvent(EV_KEY, code, 1), inputEvent(EV_KEY, code, 0)];
    writeSync(this.#pipe!, Buffer.concat([down, report, up, report]));
  }

  close(): void {
    if (this.#pipe !== undefined) closeSync(this.#pipe);
    this.#pipe = undefined;
  }
}
