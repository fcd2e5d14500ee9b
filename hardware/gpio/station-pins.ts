// Which pins a station's variables name, read once for guard, charger, doctor and installer.
import { lineKey, type Pin, readLines, readPin } from './pin.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface StationPin {
  /** The variable that names it. */
  readonly setting: string;
  readonly use: 'relay' | 'vehicle' | 'feedback' | 'meter' | 'keypad';
  readonly pin: Pin;
}

/** What is wired where nothing is said. */
const USUAL = {
  real: { relay: 'GPIO27', vehicle: 'GPIO17' },
  simulated: { relay: 'relay', vehicle: 'vehicle' },
} as const;

function usual({ GPIO_DRIVER }: Variables): { readonly relay: string; readonly vehicle: string } {
  return USUAL[GPIO_DRIVER === 'simulated' ? 'simulated' : 'real'];
}

/**
 * The relays that the guard holds, by the names under which they are leased: those of `given` (`NAME=PIN`), else of
 * GUARD_RELAYS, else the one of RELAY_LINE. RELAY_ACTIVE_LOW says the level of each whose pin says none.
 * @throws {PinError} of a pin; an `Error` that names what is wrong otherwise
 */
export function readRelays(variables: Variables, given?: readonly string[]): Record<string, Pin> {
  const level = { name: 'RELAY_ACTIVE_LOW', value: variables.RELAY_ACTIVE_LOW };
  const listed = given ? '--relay' : 'GUARD_RELAYS';
  const named = given ?? splitRelays(variables.GUARD_RELAYS ?? '');
  if (named.length === 0) return { relay: pinOf(variables, 'RELAY_LINE', usual(variables).relay)! };
  const relays: Record<string, Pin> = {};
  for (const one of named) {
    const [, name, text] = /^\s*([A-Za-z0-9_-]{1,40})\s*=(.*)$/s.exec(one) ?? [];
    const pin = name === undefined ? undefined : readPin(text, { name: `${listed} ${name}`, level });
    if (name === undefined || pin === undefined) throw new Error(`${listed} ${one} is not of the form NAME=PIN.`);
    if (Object.hasOwn(relays, name)) throw new Error(`Relay ${name} is given twice.`);
    if (Object.values(relays).some(({ line }) => lineKey(line) === lineKey(pin.line)))
      throw new Error(`Line ${pin.line} is given to two relays.`);
    relays[name] = pin;
  }
  return relays;
}

/** At the blanks or semicolons before a name: blanks inside a pin mean nothing. */
function splitRelays(text: string): string[] {
  return text.split(/[\s;]+(?=[A-Za-z0-9_-]+\s*=)/).filter((one) => one.trim() !== '');
}

/** The variable of each relay that `readRelays` gives. */
function settingOfRelays({ GUARD_RELAYS = '' }: Variables): string {
  return GUARD_RELAYS.trim() === '' ? 'RELAY_LINE' : 'GUARD_RELAYS';
}

export interface StationPins {
  readonly pins: readonly StationPin[];
  /** What can't be read, each with the variable and what is allowed. */
  readonly refused: readonly Error[];
}

/** All pins of what is wired; what is not wired may have its variables say what they like. */
export function readStationPins(variables: Variables): StationPins {
  const pins: StationPin[] = [];
  const refused: Error[] = [];
  const add = (setting: string, use: StationPin['use'], read: () => readonly (Pin | undefined)[]) => {
    try {
      for (const pin of read()) if (pin) pins.push({ setting, use, pin });
    } catch (error) {
      refused.push(error as Error);
    }
  };
  add(settingOfRelays(variables), 'relay', () => Object.values(readRelays(variables)));
  add('VEHICLE_LINE', 'vehicle', () => [pinOf(variables, 'VEHICLE_LINE', usual(variables).vehicle)]);
  add('FEEDBACK_LINE', 'feedback', () => [pinOf(variables, 'FEEDBACK_LINE')]);
  if (variables.METER === 's0') add('METER_LINE', 'meter', () => [pinOf(variables, 'METER_LINE')]);
  if (variables.KEYPAD === 'matrix') {
    for (const setting of ['KEYPAD_ROWS', 'KEYPAD_COLUMNS'])
      add(setting, 'keypad', () =>
        readLines(variables[setting], setting).map((line) => ({ line, activeLow: true, pull: 'up' })),
      );
  }
  return { pins, refused };
}

type LineVariable = 'RELAY_LINE' | 'VEHICLE_LINE' | 'FEEDBACK_LINE' | 'METER_LINE';

/** An S0 pulse pulls its line down. */
const ACTIVE_LOW: ReadonlySet<LineVariable> = new Set(['METER_LINE']);

function pinOf(variables: Variables, setting: LineVariable, otherwise?: string): Pin | undefined {
  const source = {
    name: setting,
    ...companionsOf(setting, variables),
    activeLow: ACTIVE_LOW.has(setting),
  };
  return readPin(variables[setting], source) ?? readPin(otherwise, source);
}

function companionsOf(setting: LineVariable, variables: Variables) {
  const of = (ending: string) => {
    const name = setting.replace(/LINE$/, ending);
    return { name, value: variables[name] };
  };
  return { level: of('ACTIVE_LOW'), ...(setting === 'VEHICLE_LINE' && { pull: of('PULL') }) };
}

/**
 * Two uses of one line, the later one's setting first; undefined where each has its own. A contact on the relay's line
 * would take it from the guard, or read what the guard writes: neither the simulated lines nor sysfs would notice.
 */
export function sharedLine(
  pins: readonly StationPin[],
): { readonly pin: StationPin; readonly other: StationPin } | undefined {
  const taken = new Map<string, StationPin>();
  for (const pin of pins) {
    const key = lineKey(pin.pin.line);
    const other = taken.get(key);
    if (other !== undefined) return { pin, other };
    taken.set(key, pin);
  }
  return undefined;
}
