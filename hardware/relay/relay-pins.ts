// Which pins a station's variables name for its relays, read once for guard, charger, doctor and installer.
import { lineKey, type Pin, readPin } from '../gpio/pin.ts';
import { givenBy, readSetting, type Settings } from '../settings.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** A relay's line, as RELAY_LINE and the dialog of `control relay` have it. */
export const RELAY_PIN = {
  line: { kind: 'pin', needed: true, level: 'activeLow', variable: 'RELAY_LINE' },
  activeLow: { kind: 'level', otherwise: false, variable: 'RELAY_ACTIVE_LOW' },
} as const satisfies Settings;

/** What is wired where nothing is said. */
const USUAL = {
  real: { relay: 'GPIO27', vehicle: 'GPIO17' },
  simulated: { relay: 'relay', vehicle: 'vehicle' },
} as const;

/** The lines of a station whose variables name none. */
export function usualLines({ GPIO_DRIVER }: Variables): { readonly relay: string; readonly vehicle: string } {
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
  if (named.length === 0) return { relay: relayPin(variables) };
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

function relayPin(variables: Variables): Pin {
  const RELAY_LINE = variables.RELAY_LINE?.trim() || usualLines(variables).relay;
  return readSetting(RELAY_PIN, 'line', givenBy(RELAY_PIN, { ...variables, RELAY_LINE }));
}
