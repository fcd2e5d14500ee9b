// A pin as people write it, everywhere alike (dialog, variable, guard, doctor, installer):
// `[CHIP:]LINE[,active-low][,pull-up|pull-down]`. It is read here and nowhere else: a level that one program knows and
// another doesn't is a contactor that closes at boot.

/** What a message shows as allowed. */
export const PIN_NOTATION = '[CHIP:]LINE[,active-low][,pull-up|pull-down]';

/**
 * A BCM number (17, '17'), or a line's name ('GPIO17'), behind a chip's label and a colon where the line is not on the
 * header ('mcp23017:5'); under simulation any file name ('vehicle').
 */
export type Line = string | number;

export type Pull = 'up' | 'down' | 'none';

export interface Pin {
  /** As `findLine` finds it. */
  readonly line: string;
  /** The wire's level 0 means on, or `true`. */
  readonly activeLow: boolean;
  /** Unset: left as it is. */
  readonly pull?: Pull;
}

/**
 * `bad-pin`: not the notation. `bad-level`, `bad-pull`: a companion setting that says neither. `pin-list`: several pins
 * where one belongs. `pin-contradicts`: two settings that say different things of one pin.
 */
export type PinFault = 'bad-pin' | 'bad-level' | 'bad-pull' | 'pin-list' | 'pin-contradicts';

export interface PinFaultValues {
  /** The setting or variable, and what it holds. */
  readonly name: string;
  readonly value: string;
  /** What in it can't be; of a contradiction, the other setting with what it holds; of a list, how many pins. */
  readonly part: string;
}

/** A pin that can't be read; the message names the setting and what is allowed. */
export class PinError extends Error {
  readonly code: PinFault;
  readonly values: PinFaultValues;
  constructor(code: PinFault, values: PinFaultValues) {
    super(MESSAGES[code](values));
    this.name = 'PinError';
    this.code = code;
    this.values = values;
  }
}

const EXAMPLES = `a pin is written ${PIN_NOTATION}, as in GPIO27, "27,active-low" or mcp23017:5`;
const MESSAGES: Readonly<Record<PinFault, (values: PinFaultValues) => string>> = {
  'bad-pin': ({ name, value, part }) => `${name}: "${part}" can't be in "${value}"; ${EXAMPLES}.`,
  'bad-level': ({ name, value }) => `${name} holds "${value}", which says no level: it takes true or false.`,
  'bad-pull': ({ name, value }) => `${name} holds "${value}", which says no pull: it takes up, down or none.`,
  'pin-list': ({ name, value, part }) =>
    `${name} holds "${value}": that is ${part} pins, one an outlet, and this station has one outlet. Name one pin; ${EXAMPLES}.`,
  'pin-contradicts': ({ name, value, part }) =>
    `${name} holds "${value}", and ${part} says otherwise: write it once, as it is wired, in ${name} (${PIN_NOTATION}).`,
};

/** A setting beside the pin's own that says a part of it. */
export interface Companion {
  readonly name: string;
  readonly value: string | undefined;
}

export interface PinSource {
  /** Of the setting or variable that holds the text. */
  readonly name: string;
  /** `…_ACTIVE_LOW`: true or false. */
  readonly level?: Companion;
  /** `…_PULL`: up, down or none. */
  readonly pull?: Companion;
  /** Where neither says a level: false. */
  readonly activeLow?: boolean;
}

const LEVELS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};
const PULLS: Readonly<Record<string, Pull>> = { up: 'up', down: 'down', none: 'none' };

/**
 * Reads one pin; undefined where there is none.
 * @throws {PinError}
 */
export function readPin(text: string | undefined, source: PinSource): Pin | undefined {
  const pins = readPins(text, source);
  if (pins.length <= 1) return pins[0];
  throw new PinError('pin-list', { name: source.name, value: shown(text), part: String(pins.length) });
}

/**
 * Reads pins, one an outlet, separated by semicolons; none where the text is empty.
 * @throws {PinError}
 */
export function readPins(text: string | undefined, source: PinSource): Pin[] {
  const level = readLevel(source.level);
  const pull = companion(source.pull, PULLS, 'bad-pull');
  const value = shown(text);
  return rowsOf(text).map((one) => {
    const said = readOne(one, source.name, value);
    refuseContradiction(said.activeLow, level, source, source.level, value);
    refuseContradiction(said.pull, pull, source, source.pull, value);
    const pulled = said.pull ?? pull;
    return {
      line: said.line,
      activeLow: said.activeLow ?? level ?? source.activeLow ?? false,
      ...(pulled && { pull: pulled }),
    };
  });
}

/** What a list with one entry an outlet holds, semicolons between them; none where it is empty. */
export function rowsOf(text: string | undefined): string[] {
  const plain = plainOf(text);
  return plain === '' ? [] : plain.split(';').map((row) => row.trim());
}

/**
 * Whether a `…_ACTIVE_LOW` says that 0 means on; undefined where it says nothing.
 * @throws {PinError}
 */
export function readLevel(setting: Companion | undefined): boolean | undefined {
  return companion(setting, LEVELS, 'bad-level');
}

/**
 * The lines of a keypad's rows or columns, separated by commas, semicolons or blanks: its level and pulls are the
 * keypad's own.
 * @throws {PinError}
 */
export function readLines(text: string | undefined, name: string): string[] {
  return tight(plainOf(text))
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => readLine(part, name, shown(text)));
}

/** The pin in its notation, whole: whoever reads it again gets the same. */
export function writePin({ line, activeLow, pull }: Pin): string {
  return [line, ...(activeLow ? ['active-low'] : []), ...(pull && pull !== 'none' ? [`pull-${pull}`] : [])].join(',');
}

/** The chips whose offsets are BCM numbers: Pi 0 to 3, Pi 4, Pi 5. */
export const HEADER_LABELS: ReadonlySet<string> = new Set(['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1']);

export interface LineParts {
  /** The chip's label; undefined: the header, or whichever chip has a line of that name. */
  readonly chip?: string;
  readonly name: string;
  /** The BCM number, or the offset on the named chip; undefined for a line that goes by its name. */
  readonly number?: number;
}

/** What stands before and behind the colon of a line that `readPin` gave. */
export function partsOf(line: Line): LineParts {
  const text = tight(String(line));
  const colon = text.lastIndexOf(':');
  const label = colon < 0 ? undefined : text.slice(0, colon);
  const chip = label !== undefined && HEADER_LABELS.has(label.toLowerCase()) ? undefined : label;
  const name = text.slice(colon + 1);
  const number = (chip === undefined ? /^(?:GPIO|BCM)?(\d{1,3})$/i : /^(\d{1,3})$/).exec(name)?.[1];
  return { ...(chip !== undefined && { chip }), name, ...(number !== undefined && { number: Number(number) }) };
}

/** The same for all ways to name a line: 17, `17`, `GPIO17`, `bcm17`, `pinctrl-rp1:17`. */
export function lineKey(line: Line): string {
  const { chip, name, number } = partsOf(line);
  return `${chip === undefined ? '' : `${chip.toLowerCase()}:`}${number ?? name}`;
}

interface Said {
  readonly line: string;
  readonly activeLow?: boolean;
  readonly pull?: Pull;
}

function readOne(text: string, name: string, value: string): Said {
  const [first = '', ...options] = text.split(',').map((part) => tight(part));
  const line = readLine(first, name, value);
  const said: { line: string; activeLow?: boolean; pull?: Pull } = { line };
  for (const option of options) {
    const word = option.toLowerCase();
    if (word === 'active-low' && said.activeLow === undefined) said.activeLow = true;
    else if ((word === 'pull-up' || word === 'pull-down') && said.pull === undefined)
      said.pull = word === 'pull-up' ? 'up' : 'down';
    else throw new PinError('bad-pin', { name, value, part: option });
  }
  return said;
}

/** What a variable, a comment or a forgotten comma would leave in a line's name, and no line has. */
const NOT_IN_A_LINE = /[\s,;="'`#$\\]|active[-_]?(low|high)|pull[-_]?(up|down)/i;

function readLine(text: string, name: string, value: string): string {
  const colon = text.lastIndexOf(':');
  const own = text.slice(colon + 1);
  const isNumber = /^\d{1,3}$/.test(own);
  if (colon === 0 || NOT_IN_A_LINE.test(text) || !(isNumber || /\p{L}/u.test(own)))
    throw new PinError('bad-pin', { name, value, part: text });
  const bcm = /^(GPIO|BCM)?0*(\d{1,3})$/i.exec(own);
  return text.slice(0, colon + 1) + (bcm ? `${(bcm[1] ?? '').toUpperCase()}${bcm[2]}` : own);
}

/** Without the blanks that mean nothing: round a colon or a hyphen, and before a number's digits. */
function tight(text: string): string {
  return text
    .trim()
    .replace(/\s*([:-])\s*/g, '$1')
    .replace(/\b(GPIO|BCM)\s+(?=\d)/gi, '$1');
}

/** Without quotes round it, which some readers of settings files leave; wide forms of a Chinese keyboard are the same. */
function plainOf(text: string | undefined): string {
  const trimmed = (text ?? '').normalize('NFKC').trim();
  const [, quote, inside] = /^(["'])(.*)\1$/s.exec(trimmed) ?? [];
  return quote === undefined || inside!.includes(quote) ? trimmed : inside!.trim();
}

function shown(text: string | undefined): string {
  return (text ?? '').trim().slice(0, 60);
}

function companion<T>(
  setting: Companion | undefined,
  words: Readonly<Record<string, T>>,
  code: PinFault,
): T | undefined {
  const word = plainOf(setting?.value).toLowerCase();
  if (setting === undefined || word === '') return undefined;
  if (Object.hasOwn(words, word)) return words[word];
  throw new PinError(code, { name: setting.name, value: shown(setting.value), part: word });
}

function refuseContradiction<T>(
  said: T | undefined,
  elsewhere: T | undefined,
  { name }: PinSource,
  other: Companion | undefined,
  value: string,
): void {
  if (said === undefined || elsewhere === undefined || said === elsewhere) return;
  throw new PinError('pin-contradicts', { name, value, part: `${other!.name}=${shown(other!.value)}` });
}
