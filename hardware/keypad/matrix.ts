// A matrix keypad on GPIO lines: rows are driven low one at a time, columns are pulled up and read.
// At rest every row is driven, so that any key makes an edge on its column; only then is the matrix scanned, until all
// keys are up again. A Schottky diode in each row (cathode to the Raspberry Pi) keeps two pressed keys of one column from
// shorting two outputs (hardware/raspberry-pi/wiring.svg).

import type { GpioDriver, InputLine, Line, OutputLine } from '../gpio/driver.ts';
import { notPulledUp, pullUp } from '../gpio/pull-up.ts';
import { type DeviceClock, machineClock } from '../linux/clock.ts';
import { DeviceError } from '../linux/errors.ts';
import { type Keypad, type KeypadListener, keypadKind } from './keypad.ts';
import { type MatrixLayoutName, matrixLayouts } from './layout.ts';
import { MatrixKeys, type MatrixScan } from './matrix-keys.ts';

export const matrix = keypadKind({
  name: 'matrix',
  settings: {
    rows: { kind: 'lines', needed: true, drives: true, variable: 'KEYPAD_ROWS' },
    columns: { kind: 'lines', needed: true, variable: 'KEYPAD_COLUMNS' },
  },
  async open({ rows, columns }, { gpio, listener }) {
    if (rows.length !== 4 || columns.length < 3 || columns.length > 4) {
      const values = { name: rows.length === 4 ? 'columns' : 'rows', rows: rows.length, columns: columns.length };
      const found = `found were ${rows.length} rows and ${columns.length} columns`;
      const needs = 'A matrix keypad needs the lines of 4 rows, and of 3 or 4 columns';
      throw new DeviceError('bad-lines', `${needs}: ${found}.`, { values });
    }
    const layout = columns.length === 4 ? '4x4' : '4x3';
    return openMatrixKeypad(await gpio(), { layout, rows, columns }, listener);
  },
});

export interface MatrixKeypadOptions {
  readonly layout: MatrixLayoutName;
  /** From the top. */
  readonly rows: readonly Line[];
  /** From the left. */
  readonly columns: readonly Line[];
  readonly clock?: DeviceClock;
}

/** How long a row needs before its columns can be read, with every driver that there is. */
const settleMs = 2;
/** A lost line is tried again so often. */
const reopenMs = 1_000;

/** Opens a matrix keypad. Rejects with a `GpioError` or, for a wrong number of lines, a `RangeError`. */
export async function openMatrixKeypad(
  driver: GpioDriver,
  options: MatrixKeypadOptions,
  listener: KeypadListener,
): Promise<Keypad> {
  const keys = matrixLayouts[options.layout];
  if (options.rows.length !== keys.length || options.columns.length !== keys[0]!.length) {
    throw new RangeError(
      `A ${options.layout} keypad has ${keys.length} rows and ${keys[0]!.length} columns; ${options.rows.length} and ` +
        `${options.columns.length} lines were given.`,
    );
  }
  const keypad = new MatrixKeypad(driver, options, listener);
  await keypad.open();
  return keypad;
}

class MatrixKeypad implements Keypad {
  readonly name: string;
  readonly #driver: GpioDriver;
  readonly #options: MatrixKeypadOptions;
  readonly #listener: KeypadListener;
  readonly #clock: DeviceClock;
  #rows: OutputLine[] = [];
  #columns: InputLine[] = [];
  #keys: MatrixKeys;
  #scanning = false;
  #closed = false;
  #cancel: (() => void) | undefined;

  constructor(driver: GpioDriver, options: MatrixKeypadOptions, listener: KeypadListener) {
    this.name = `${options.layout} matrix keypad`;
    this.#driver = driver;
    this.#options = options;
    this.#listener = listener;
    this.#clock = options.clock ?? machineClock();
    this.#keys = new MatrixKeys(options.rows.length);
  }

  async open(): Promise<void> {
    try {
      for (const line of this.#options.rows)
        this.#rows.push(await this.#driver.output(line, { activeLow: true, consumer: 'keypad' }));
      for (const line of this.#options.columns) {
        this.#columns.push(
          await this.#driver.input(line, {
            activeLow: true,
            ...pullUp(this.#driver),
            consumer: 'keypad',
            onChange: (level) => {
              if (level) this.#wake();
            },
            onLost: (error) => this.#lost(error),
          }),
        );
      }
      if (!this.#driver.setsPulls) this.#checkPulls();
      this.#rest();
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#release();
  }

  /** While no row is driven no key can draw a column to 0: one that is there would read as pressed for ever. */
  #checkPulls(): void {
    const floating = this.#columns.findIndex((column) => column.read());
    if (floating !== -1) throw notPulledUp(this.#driver, this.#options.columns[floating]!);
  }

  /** Every row driven: a key pressed from here on makes an edge. One that is down already makes none, so look. */
  #rest(): void {
    for (const row of this.#rows) row.write(true);
    if (this.#columns.some((column) => column.read())) this.#wake();
  }

  #wake(): void {
    if (this.#scanning || this.#closed) return;
    this.#scanning = true;
    this.#keys = new MatrixKeys(this.#rows.length);
    this.#guarded(() => {
      for (const row of this.#rows) row.write(false);
      this.#readRow(0, []);
    });
  }

  #readRow(row: number, scan: MatrixScan): void {
    const line = this.#rows[row]!;
    line.write(true);
    this.#later(() => {
      const columns = this.#columns.reduce((mask, column, bit) => (column.read() ? mask | (1 << bit) : mask), 0);
      line.write(false);
      const read = [...scan, columns];
      if (read.length < this.#rows.length) this.#readRow(row + 1, read);
      else this.#scanned(read);
    });
  }

  #scanned(scan: MatrixScan): void {
    for (const [row, column] of this.#keys.scan(scan))
      this.#listener.onKey(matrixLayouts[this.#options.layout][row]![column]!);
    if (this.#closed) return;
    if (!this.#keys.released) {
      this.#readRow(0, []);
      return;
    }
    this.#scanning = false;
    this.#rest();
  }

  #later(act: () => void): void {
    this.#cancel = this.#clock.schedule(settleMs, () => this.#guarded(act));
  }

  /** Lines throw once they are lost; that is a fault of the keypad, not of whoever called. */
  #guarded(act: () => void): void {
    try {
      if (!this.#closed) act();
    } catch (error) {
      this.#lost(error as Error);
    }
  }

  #lost(error: Error): void {
    if (this.#closed || this.#rows.length === 0) return;
    this.#listener.onFault({ code: 'keypad-lost', message: error.message });
    void this.#release().then(() => this.#reopenLater());
  }

  #reopenLater(): void {
    if (this.#closed) return;
    this.#cancel = this.#clock.schedule(reopenMs, () => {
      this.open().then(
        () => (this.#closed ? this.#release() : this.#listener.onRecovered()),
        () => this.#reopenLater(),
      );
    });
  }

  async #release(): Promise<void> {
    this.#cancel?.();
    this.#scanning = false;
    const lines = [...this.#rows, ...this.#columns];
    this.#rows = [];
    this.#columns = [];
    for (const line of lines) await line.close().catch(() => undefined);
  }
}
