// Which chip and offset a line is. Chips are told by label and lines by name, never by number: what is gpiochip0 on
// one kernel is gpiochip4 or gpiochip15 on another, and sysfs counts from 0, 512 or 569.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../linux/files.ts';
import { GpioError } from './errors.ts';
import { HEADER_LABELS, type Line, partsOf } from './pin.ts';

export interface Chip {
  /** `gpiochip0`, `gpiochip512`: for messages, and for its driver to find it again. */
  readonly id: string;
  readonly label: string;
  readonly lines: number;
  /** By offset; '' or missing where a line has no name. */
  readonly names: readonly string[];
}

export interface SysfsChip extends Chip {
  /** The number that sysfs gives to offset 0. */
  readonly base: number;
}

export interface LineAt<C extends Chip> {
  readonly chip: C;
  readonly offset: number;
}

/** The chip behind a Raspberry Pi's 40-pin header. */
export function headerChip<C extends Chip>(chips: readonly C[]): C | undefined {
  return chips.find((chip) => HEADER_LABELS.has(chip.label));
}

/**
 * Finds a line by BCM number or by name, or behind a chip's label and a colon by its number or name on that chip.
 * `GPIO17` is the header's line 17 also where the kernel calls it otherwise (`PIN11`, `SPI_MISO`). Throws a `GpioError`: `no-gpio`, `not-a-pi`, `line-unknown`, `line-ambiguous`.
 */
export function findLine<C extends Chip>(chips: readonly C[], line: Line): LineAt<C> {
  if (chips.length === 0) {
    throw new GpioError(
      'no-gpio',
      'This machine has no GPIO chip. On a computer without pins use GPIO_DRIVER=simulated.',
    );
  }
  const { chip, name: text, number } = partsOf(line);
  // Lines without a name have an empty one: an empty setting must not find them.
  if (text === '')
    throw new GpioError('line-unknown', 'No GPIO line is given: use a BCM number (17) or a name (GPIO17).');
  if (chip !== undefined) return lineOn(labelled(chips, chip), text, number);
  const header = headerChip(chips);
  if (number !== undefined) {
    const named = header?.names.indexOf(text) ?? -1;
    if (header) return { chip: header, offset: named >= 0 ? named : offsetOn(header, number, text) };
    if (/^\d+$/.test(text)) {
      throw new GpioError(
        'not-a-pi',
        `Line ${text} is a BCM number, and this machine has no Raspberry Pi GPIO chip (found: ${labels(chips)}). ` +
          'Give the line by its name instead; gpioinfo lists the names.',
      );
    }
  }
  const found = chips.flatMap((chip) =>
    chip.names.flatMap((name, offset) => (name === text ? [{ chip, offset }] : [])),
  );
  const onHeader = found.filter(({ chip }) => chip === header);
  const hit = onHeader.length === 1 ? onHeader[0] : found[0];
  if (!hit) {
    throw new GpioError(
      'line-unknown',
      `No GPIO line is named "${text}" (chips: ${labels(chips)}). Use a BCM number (17) or a name that gpioinfo lists.`,
    );
  }
  if (found.length > 1 && onHeader.length !== 1) {
    const places = found.map(({ chip, offset }) => `${chip.id} [${chip.label}] line ${offset}`).join(', ');
    throw new GpioError('line-ambiguous', `Several GPIO lines are named "${text}": ${places}. Use the BCM number.`);
  }
  return hit;
}

/** The one chip of that label: labels stay what they are, numbers change with kernel and board. */
function labelled<C extends Chip>(chips: readonly C[], label: string): C {
  const [chip, ...others] = chips.filter((one) => one.label.toLowerCase() === label.toLowerCase());
  if (chip === undefined)
    throw new GpioError('line-unknown', `No GPIO chip has the label "${label}" (chips: ${labels(chips)}).`);
  if (others.length === 0) return chip;
  const ids = [chip, ...others].map(({ id }) => id).join(', ');
  throw new GpioError(
    'line-ambiguous',
    `Several GPIO chips have the label "${label}": ${ids}. Give the line by its name instead; gpioinfo lists the names.`,
  );
}

function lineOn<C extends Chip>(chip: C, name: string, number: number | undefined): LineAt<C> {
  if (number !== undefined) return { chip, offset: offsetOn(chip, number, name) };
  const offset = chip.names.indexOf(name);
  if (offset >= 0) return { chip, offset };
  throw new GpioError('line-unknown', `${chip.label} has no line named "${name}": use its number on that chip.`);
}

function offsetOn(chip: Chip, number: number, text: string): number {
  if (number < chip.lines) return number;
  throw new GpioError('line-unknown', `${chip.label} has the lines 0 to ${chip.lines - 1}; there is no line ${text}.`);
}

function labels(chips: readonly Chip[]): string {
  return chips.map((chip) => chip.label).join(', ');
}

/** The chips that sysfs shows under `root`, with the bases that it gave them. Empty where there are none. */
export function sysfsChips(root: string = '/'): SysfsChip[] {
  const folder = join(root, 'sys/class/gpio');
  const chips: SysfsChip[] = [];
  for (const id of namesIn(folder).sort()) {
    if (!/^gpiochip\d+$/.test(id)) continue;
    const read = (file: string) => readFileSync(join(folder, id, file), 'utf8');
    try {
      const base = Number(read('base'));
      const lines = Number(read('ngpio'));
      chips.push({ id, base, lines, label: read('label').trim(), names: deviceTreeNames(join(folder, id)) });
    } catch {
      // Gone between listing and reading: a chip on USB that was unplugged.
    }
  }
  return chips;
}

/** Line names as the device tree has them: strings that each end in a zero byte. */
function deviceTreeNames(chipFolder: string): string[] {
  try {
    const bytes = readFileSync(join(chipFolder, 'device/of_node/gpio-line-names'), 'latin1');
    return bytes.replace(/\0$/, '').split('\0');
  } catch {
    return [];
  }
}
