// The relay's level before any program runs: what the firmware's `gpio=` lines in config.txt make of its pin, and what
// they should (raspberrypi.com/documentation/computers/config_txt.html, "GPIO control" and "Conditional filters").
import { dirname, join } from 'node:path';
import { type Chip, findLine, headerChip } from '../gpio/chips.ts';
import { type Pin, partsOf, writePin } from '../gpio/pin.ts';
import { textIn } from '../linux/files.ts';

const FILES = ['boot/firmware/config.txt', 'boot/config.txt'] as const;
/** The installer's lines in config.txt stand between these. */
export const BLOCK = { begin: '# offline-charging: begin', end: '# offline-charging: end' } as const;
/** The highest that a Compute Module brings out. */
const HIGHEST_GPIO = 53;

/** What config.txt says of one GPIO. */
interface Said {
  readonly output: boolean | undefined;
  readonly level: 0 | 1 | undefined;
  /** The last line that says something of it. */
  readonly text: string;
  /** Stands in the installer's block. */
  readonly ours: boolean;
}

export interface BootSettings {
  readonly file: string;
  /** What holds on this machine for sure. */
  readonly said: ReadonlyMap<number, Said>;
  /** What may hold too: behind a filter that can't be judged from here. */
  readonly perhaps: ReadonlyMap<number, Said>;
}

/** Undefined where there is no config.txt: on no Raspberry Pi, or one whose boot partition is not mounted. */
export function readBootSettings(root: string = '/'): BootSettings | undefined {
  for (const file of FILES) {
    const path = join(root, file);
    const text = textIn(path);
    if (text === undefined) continue;
    const said = new Map<number, Said>();
    const perhaps = new Map<number, Said>();
    const model = modelOf(root);
    let ours = false;
    for (const { line, holds } of effective(text, path, model)) {
      if (line === BLOCK.begin || line === BLOCK.end) ours = line === BLOCK.begin;
      if (holds !== false) note(line, ours, holds ? said : perhaps);
    }
    return { file: `/${file}`, said, perhaps };
  }
  return undefined;
}

/** A Raspberry Pi's own name; undefined on other machines. */
export function modelOf(root: string): string | undefined {
  const model = textIn(join(root, 'proc/device-tree/model'))?.replace(/\0/g, '');
  return model?.startsWith('Raspberry Pi') ? model : undefined;
}

interface Line {
  readonly line: string;
  /** Undefined: it may. */
  readonly holds: boolean | undefined;
}

/** By conditional filter: which models it is for. Another filter (a serial number, a display, a strap) can't be judged. */
const MODELS: Readonly<Record<string, RegExp>> = {
  pi0: /Pi Zero/,
  pi0w: /Pi Zero W/,
  pi02: /Pi Zero 2/,
  pi1: /Pi Model|Compute Module Rev/,
  pi2: /Pi 2/,
  pi3: /Pi 3|Compute Module 3/,
  'pi3+': /Pi 3 Model [AB] Plus|Compute Module 3 Plus/,
  pi4: /Pi 4|Pi 400|Compute Module 4/,
  pi400: /Pi 400/,
  pi5: /Pi 5|Compute Module 5/,
  pi500: /Pi 500/,
  cm0: /Compute Module 0/,
  cm1: /Compute Module Rev/,
  cm3: /Compute Module 3/,
  'cm3+': /Compute Module 3 Plus/,
  cm4: /Compute Module 4 /,
  cm4s: /Compute Module 4S/,
  cm5: /Compute Module 5/,
};

function* effective(text: string, path: string, model: string | undefined, depth = 0): Generator<Line> {
  let forModel: boolean | undefined = true;
  let isUnsure = false;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    const filter = /^\[(.+)\]$/.exec(line)?.[1]?.toLowerCase();
    if (filter === 'all') {
      forModel = true;
      isUnsure = false;
    } else if (filter === 'none') forModel = false;
    else if (filter !== undefined && Object.hasOwn(MODELS, filter))
      forModel = model === undefined ? undefined : MODELS[filter]!.test(model);
    else if (filter !== undefined) isUnsure = true;
    const holds = forModel === false ? false : isUnsure ? undefined : forModel;
    const included = /^include\s+(\S+)$/.exec(line)?.[1];
    const inside = included === undefined || depth > 3 ? undefined : textIn(join(dirname(path), included));
    if (inside === undefined) yield { line, holds };
    else if (holds !== false) {
      for (const one of effective(inside, path, model, depth + 1))
        yield { line: one.line, holds: one.holds === true ? holds : one.holds };
    }
  }
}

/** `gpio=2,5-7=op,dh`: pins and ranges, then options, of which each sets one thing and leaves the others. */
function note(line: string, ours: boolean, into: Map<number, Said>): void {
  const [, pins, options] = /^gpio\s*=\s*([\d,\s-]+)=\s*([\w,\s]+?)\s*(?:#.*)?$/.exec(line) ?? [];
  if (pins === undefined || options === undefined) return;
  const words = options.split(',').map((word) => word.trim().toLowerCase());
  const function_ = words.findLast((word) => /^(ip|op|a\d)$/.test(word));
  const level = words.findLast((word) => word === 'dh' || word === 'dl');
  for (const gpio of pins.split(',').flatMap(rangeOf)) {
    const before = into.get(gpio);
    into.set(gpio, {
      output: function_ === undefined ? before?.output : function_ === 'op',
      level: level === undefined ? before?.level : level === 'dh' ? 1 : 0,
      text: line,
      ours,
    });
  }
}

function rangeOf(text: string): number[] {
  const [first = Number.NaN, last = first] = text.split('-').map(Number);
  if (!(first <= last) || last > HIGHEST_GPIO) return [];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * The BCM number that the firmware knows a line by; undefined for a line that is not on the header, which the firmware
 * can't set.
 * @param chips of this machine, where they are known: a line that goes by its name is found among them
 */
export function gpioOf(line: string, chips: readonly Chip[] = []): number | undefined {
  const { chip, number } = partsOf(line);
  if (chip === undefined && number !== undefined) return number <= HIGHEST_GPIO ? number : undefined;
  try {
    const at = findLine(chips, line);
    return at.chip === headerChip(chips) ? at.offset : undefined;
  } catch {
    return undefined;
  }
}

/** The line for config.txt that holds the relay off from the first moment on; undefined where the firmware can't. */
export function bootLine(pin: Pin, chips?: readonly Chip[]): string | undefined {
  const gpio = gpioOf(pin.line, chips);
  if (gpio === undefined) return undefined;
  const pull = pin.pull ? `,${{ up: 'pu', down: 'pd', none: 'pn' }[pin.pull]}` : '';
  return `gpio=${gpio}=op,${pin.activeLow ? 'dh' : 'dl'}${pull}`;
}

export interface BootProblem {
  /** The pin in its notation. */
  readonly pin: string;
  readonly line: string;
  readonly file: string;
  /** What stands there now; undefined: nothing. */
  readonly says: string | undefined;
  /** What should. */
  readonly write: string;
}

/** Relays that config.txt does not hold off while the machine starts. */
export function bootProblems(
  relays: readonly Pin[],
  { file, said, perhaps }: BootSettings,
  chips?: readonly Chip[],
): BootProblem[] {
  return relays.flatMap((pin) => {
    const gpio = gpioOf(pin.line, chips);
    if (gpio === undefined) return [];
    const off = pin.activeLow ? 1 : 0;
    const holds = (one: Said | undefined) => one?.output === true && one.level === off;
    const sure = said.get(gpio);
    const other = perhaps.get(gpio);
    const otherwise = other !== undefined && (other.level ?? off) !== off;
    if (holds(sure) && !otherwise) return [];
    const says = holds(sure) ? other!.text : sure?.text;
    return [{ pin: writePin(pin), line: pin.line, file, says, write: bootLine(pin, chips)! }];
  });
}

/** Lines that the firmware drives as outputs though a contact or a keypad's column is wired there, and what says so. */
export function drivenInputs(
  inputs: readonly string[],
  { file, said }: BootSettings,
  chips?: readonly Chip[],
): { readonly line: string; readonly says: string; readonly file: string }[] {
  return inputs.flatMap((line) => {
    const found = said.get(gpioOf(line, chips) ?? -1);
    return found?.output ? [{ line, says: found.text, file }] : [];
  });
}

/** What the installer once wrote for a relay that is on another line now. */
export function staleLines(
  relays: readonly Pin[],
  { file, said }: BootSettings,
  chips?: readonly Chip[],
): { readonly says: string; readonly file: string }[] {
  const held = new Set(relays.map(({ line }) => gpioOf(line, chips)));
  const stale = [...said].filter(([gpio, one]) => one.ours && one.output && !held.has(gpio));
  return stale.map(([, { text }]) => ({ says: text, file }));
}

/** One problem in words, for a log. */
export function bootSentence({ pin, file, says, write }: BootProblem): string {
  return (
    `${pin}: ${file} says ${says ?? `no ${write.slice(0, write.lastIndexOf('='))}=…`}, so that nothing holds the relay off while the ` +
    `machine starts. Write ${write} under [all] at its end, in place of other lines for that pin, and restart the machine.`
  );
}
