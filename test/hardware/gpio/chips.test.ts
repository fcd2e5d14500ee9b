import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chip, findLine, headerChip, sysfsChips } from '../../../hardware/gpio/chips.ts';
import { GpioError } from '../../../hardware/gpio/errors.ts';
import { sysfsNumber } from '../../../hardware/gpio/onoff.ts';

interface RecordedChip {
  readonly device: string;
  readonly base: number;
  readonly label: string;
  readonly ngpio: number;
  readonly names: readonly string[];
}

const boards = join(import.meta.dirname, 'boards');
const recorded = (board: string) =>
  (JSON.parse(readFileSync(join(boards, `${board}.json`), 'utf8')) as { chips: RecordedChip[] }).chips;

/** The recorded files where the kernel puts them. */
function unfold(board: string, root: string): void {
  for (const { device, base, label, ngpio, names } of recorded(board)) {
    const parent = join(root, 'sys/devices/platform', label);
    const chip = join(parent, 'gpio', `gpiochip${base}`);
    mkdirSync(chip, { recursive: true });
    mkdirSync(join(parent, 'of_node'), { recursive: true });
    mkdirSync(join(root, 'sys/class/gpio'), { recursive: true });
    writeFileSync(join(chip, 'base'), `${base}\n`);
    writeFileSync(join(chip, 'label'), `${label}\n`);
    writeFileSync(join(chip, 'ngpio'), `${ngpio}\n`);
    if (names.length > 0) writeFileSync(join(parent, 'of_node/gpio-line-names'), names.map((n) => `${n}\0`).join(''));
    symlinkSync(parent, join(chip, 'device'));
    symlinkSync(chip, join(root, `sys/class/gpio/gpiochip${base}`));
    writeFileSync(join(root, 'sys/class/gpio/export'), '');
    assert.match(device, /^gpiochip\d+$/);
  }
}

const deviceChips = (board: string): Chip[] =>
  recorded(board).map(({ device, label, ngpio, names }) => ({ id: device, label, lines: ngpio, names }));

const code = (expected: string) => (error: unknown) => error instanceof GpioError && error.code === expected;

describe('finding a GPIO line', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'boards-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const expected = {
    'pi-3-linux-6.1': { device: 'gpiochip0', sysfs17: 17 },
    'pi-3-linux-6.12': { device: 'gpiochip0', sysfs17: 529 },
    'pi-4-linux-6.1': { device: 'gpiochip0', sysfs17: 17 },
    'pi-4-linux-6.12': { device: 'gpiochip0', sysfs17: 529 },
    'pi-5-linux-6.1': { device: 'gpiochip4', sysfs17: 416 },
    'pi-5-linux-6.6': { device: 'gpiochip4', sysfs17: 588 },
    'pi-5-linux-6.12': { device: 'gpiochip0', sysfs17: 586 },
    'pi-5-linux-6.12.96': { device: 'gpiochip15', sysfs17: 586 },
  };

  it('knows every board that was recorded', () => {
    assert.deepEqual(
      readdirSync(boards).sort(),
      Object.keys(expected)
        .map((board) => `${board}.json`)
        .sort(),
    );
  });

  for (const [board, { device, sysfs17 }] of Object.entries(expected)) {
    describe(`on a ${board}`, () => {
      it('takes BCM 17 to be the same wire by number, by name, in sysfs and on the char device', () => {
        unfold(board, root);
        for (const line of [17, '17', 'GPIO17', 'BCM17', 'gpio17']) {
          assert.equal(sysfsNumber(sysfsChips(root), line), sysfs17, String(line));
          const { chip, offset } = findLine(deviceChips(board), line);
          assert.equal(`${chip.id} ${offset}`, `${device} 17`, String(line));
        }
      });

      it('finds the header by its label', () => {
        unfold(board, root);
        assert.match(headerChip(sysfsChips(root))!.label, /^pinctrl-(bcm2835|bcm2711|rp1)$/);
      });

      it('finds a line of another chip by its name', () => {
        unfold(board, root);
        const other = recorded(board).find(({ names }) => names.includes('WL_ON'))!;
        assert.equal(sysfsNumber(sysfsChips(root), 'WL_ON'), other.base + other.names.indexOf('WL_ON'));
      });

      it('refuses a line that is not there', () => {
        unfold(board, root);
        assert.throws(() => findLine(sysfsChips(root), 58), code('line-unknown'));
        assert.throws(() => findLine(sysfsChips(root), 'NO_SUCH_LINE'), code('line-unknown'));
        assert.throws(() => findLine(sysfsChips(root), ''), code('line-unknown'));
        assert.throws(() => findLine(sysfsChips(root), -1), code('line-unknown'));
      });
    });
  }

  it('calls the header pin GPIO10 also where the kernel calls it SPI_MOSI', () => {
    assert.equal(findLine(deviceChips('pi-4-linux-6.1'), 'GPIO10').offset, 10);
    assert.equal(findLine(deviceChips('pi-4-linux-6.1'), 'SPI_MOSI').offset, 10);
  });

  it('does not mistake an expander whose lines bear the same names for the header', () => {
    const expander: Chip = { id: 'gpiochip9', label: 'mcp23017', lines: 16, names: ['GPIO17', 'GPIO18', 'FAN'] };
    const chips = [expander, ...deviceChips('pi-5-linux-6.1')];
    assert.equal(findLine(chips, 'GPIO17').chip.label, 'pinctrl-rp1');
    assert.equal(findLine(chips, 'FAN').chip, expander);
  });

  it('says that a name is ambiguous rather than taking either line', () => {
    const one: Chip = { id: 'gpiochip0', label: 'a', lines: 2, names: ['RELAY', ''] };
    const other: Chip = { id: 'gpiochip1', label: 'b', lines: 2, names: ['', 'RELAY'] };
    assert.throws(() => findLine([one, other], 'RELAY'), code('line-ambiguous'));
    assert.throws(() => findLine([one, other], 'RELAY'), /gpiochip0 \[a\] line 0, gpiochip1 \[b\] line 1/);
  });

  it('takes names, and no BCM numbers, on a board that is no Raspberry Pi', () => {
    const rock: Chip = { id: 'gpiochip0', label: 'gpio0', lines: 4, names: ['', 'RELAY', 'GPIO17'] };
    assert.throws(() => findLine([rock], 17), code('not-a-pi'));
    assert.throws(() => findLine([rock], 17), /found: gpio0/);
    assert.equal(findLine([rock], 'RELAY').offset, 1);
    assert.equal(findLine([rock], 'GPIO17').offset, 2);
  });

  it('says that there is no GPIO at all', () => {
    assert.deepEqual(sysfsChips(root), []);
    assert.throws(() => findLine([], 17), code('no-gpio'));
  });
});
