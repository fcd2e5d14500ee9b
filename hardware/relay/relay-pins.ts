// Which pins a station's variables name for its relays, read once for guard, charger, doctor and installer.
import { lineKey, type Pin, type PinSource, readPin, readPins, rowsOf } from '../gpio/pin.ts';
import { everyOutlet, type Settings } from '../settings.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** A relay's line, as RELAY_LINE and the dialog of `control relay` have it. */
export const RELAY_PIN = {
  line: { kind: 'pin', needed: true, each: 'filled', level: 'activeLow', variable: 'RELAY_LINE' },
  activeLow: { kind: 'level', otherwise: false, variable: 'RELAY_ACTIVE_LOW' },
} as const satisfies Settings;

/** What is wired where nothing is said. */
const USUAL = {
  real: { relay: 'GPIO27', vehicle: 'GPIO17' },
  simulated: { relay: 'relay', vehicle: 'vehicle' },
} as const;

/** The lines of a station whose variables name none. Real ones of several outlets only their owner knows. */
export function usualLines(variables: Variables): { readonly relay: string; readonly vehicle: string } {
  if (variables.GPIO_DRIVER !== 'simulated') return USUAL.real;
  const { relay, vehicle } = USUAL.simulated;
  const outlets = everyOutlet(outletsOf(variables));
  const lines = (first: string) => outlets.map(({ outlet }) => nameAt(first, outlet)).join('; ');
  return { relay: lines(relay), vehicle: lines(vehicle) };
}

/** What belongs to outlet `outlet` where the first one's has that name: `relay`, `relay-2`, `relay-3`. */
export function nameAt(first: string, outlet: number): string {
  return outlet === 1 ? first : `${first}-${outlet}`;
}

/** How many outlets STATION_OUTLETS says; undefined where it says nothing that can be. */
function saidOutlets({ STATION_OUTLETS = '' }: Variables): number | undefined {
  const outlets = /^\s*0*([1-9]\d?)\s*$/.exec(STATION_OUTLETS)?.[1];
  return outlets === undefined ? undefined : Number(outlets);
}

/** How many outlets a station's variables are for: what STATION_OUTLETS says, else as many as they name relays. */
export function outletsOf(variables: Variables): number {
  const named = splitRelays(variables.GUARD_RELAYS ?? '').filter((one) => /^\s*relay(-\d+)?\s*=/.test(one));
  return saidOutlets(variables) ?? Math.max(1, named.length, rowsOf(variables.RELAY_LINE).length);
}

/**
 * The relays that the guard holds, by the names under which they are leased: those of `given` (`NAME=PIN`), else of
 * GUARD_RELAYS, else of RELAY_LINE, one an outlet: `relay`, `relay-2`. RELAY_ACTIVE_LOW says the level of each whose pin says none.
 * @throws {PinError} of a pin; an `Error` that names what is wrong otherwise
 */
export function readRelays(variables: Variables, given?: readonly string[]): Record<string, Pin> {
  const level = { name: 'RELAY_ACTIVE_LOW', value: variables.RELAY_ACTIVE_LOW };
  const listed = given ? '--relay' : 'GUARD_RELAYS';
  const named = given ?? splitRelays(variables.GUARD_RELAYS ?? '');
  if (named.length === 0) return relaysInOrder(variables, level);
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
export function settingOfRelays({ GUARD_RELAYS = '' }: Variables): string {
  return GUARD_RELAYS.trim() === '' ? 'RELAY_LINE' : 'GUARD_RELAYS';
}

function relaysInOrder(variables: Variables, level: PinSource['level']): Record<string, Pin> {
  const text = variables.RELAY_LINE?.trim() || usualLines(variables).relay;
  const pins = readPins(text, { name: 'RELAY_LINE', ...(level && { level }) });
  for (const [index, { line }] of pins.entries()) {
    if (pins.findIndex((other) => lineKey(other.line) === lineKey(line)) !== index)
      throw new Error(`RELAY_LINE names ${line} twice: each outlet needs a relay of its own.`);
  }
  return Object.fromEntries(pins.map((pin, index) => [nameAt('relay', index + 1), pin]));
}
