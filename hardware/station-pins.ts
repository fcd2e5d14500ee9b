// Which pins a station's variables name, read once for charger, doctor and installer.
import { chosenKind, DEVICES } from './devices.ts';
import { lineKey, type Pin } from './gpio/pin.ts';
import { outletsOf, readRelays, settingOfRelays, usualLines, type Variables } from './relay/relay-pins.ts';
import { everyOutlet, forOutlet, fromVariables, readSetting, SettingError, type Settings } from './settings.ts';

/** The plug contact, as VEHICLE_LINE and the dialog of `detect vehicle` have it. */
export const PLUG_PIN = {
  line: {
    kind: 'pin',
    needed: true,
    each: 'filled',
    level: 'activeLow',
    pull: 'pull',
    variable: 'VEHICLE_LINE',
  },
  activeLow: { kind: 'level', otherwise: false, variable: 'VEHICLE_ACTIVE_LOW' },
  pull: { kind: 'pull', variable: 'VEHICLE_PULL' },
} as const satisfies Settings;

/** The contactor's feedback contact, as FEEDBACK_LINE and the dialog of `control relay` have it. */
export const FEEDBACK_PIN = {
  feedbackLine: { kind: 'pin', each: 'where-wired', level: 'feedbackActiveLow', variable: 'FEEDBACK_LINE' },
  feedbackActiveLow: { kind: 'level', otherwise: false, variable: 'FEEDBACK_ACTIVE_LOW' },
} as const satisfies Settings;

export interface StationPin {
  /** The variable that names it. */
  readonly setting: string;
  readonly use: 'relay' | 'vehicle' | 'feedback' | 'meter' | 'keypad';
  readonly pin: Pin;
  /** Whose it is, where a station has several outlets and it is one's. */
  readonly outlet?: number;
  /** The station drives it; else it reads it. */
  readonly drives: boolean;
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
  const outlets = outletsOf(variables);
  /** @param ofEach `read` gives a pin an outlet */
  const add = (
    about: Omit<StationPin, 'pin' | 'outlet'>,
    ofEach: boolean,
    read: () => readonly (Pin | undefined)[],
  ) => {
    try {
      const outletAt = (index: number) => (ofEach && outlets > 1 ? { outlet: index + 1 } : {});
      for (const [index, pin] of read().entries()) if (pin) pins.push({ ...about, pin, ...outletAt(index) });
    } catch (error) {
      refused.push(error as Error);
    }
  };
  const relays = { setting: settingOfRelays(variables), use: 'relay', drives: true } as const;
  add(relays, relays.setting === 'RELAY_LINE', () => relaysOf(variables, outlets));
  const wired = { ...variables, VEHICLE_LINE: variables.VEHICLE_LINE?.trim() || usualLines(variables).vehicle };
  for (const { use, table } of tablesOf(variables)) {
    for (const [name, setting] of Object.entries(table)) {
      const { kind, variable = name } = setting;
      const source = fromVariables(table, wired);
      if (kind === 'lines') {
        // A matrix keypad's level and pulls are its own.
        const read = () => readSetting({ ...table, [name]: { kind, variable } }, name, source) as readonly string[];
        add({ setting: variable, use, drives: setting.drives === true }, false, () =>
          read().map((line) => ({ line, activeLow: true, pull: 'up' })),
        );
      }
      if (kind === 'pin') {
        // What is not set is not wired: the node that needs it says so.
        const unsaid = source(name) === undefined && { each: undefined };
        const one = { ...table, [name]: { ...setting, needed: undefined, ...unsaid } } as Settings;
        add({ setting: variable, use, drives: false }, true, () =>
          everyOutlet(outlets).map((at) => readSetting(one, name, forOutlet(at, one, source)) as Pin | undefined),
        );
      }
    }
  }
  return { pins, refused };
}

/** A row an outlet where RELAY_LINE names them; a guard may hold relays that are no outlet's. */
function relaysOf(variables: Variables, outlets: number): Pin[] {
  const pins = Object.values(readRelays(variables));
  if (settingOfRelays(variables) === 'RELAY_LINE' && pins.length !== outlets) {
    const value = variables.RELAY_LINE?.trim() || usualLines(variables).relay;
    throw new SettingError('rows', { name: 'RELAY_LINE', value, takes: String(outlets) });
  }
  return pins;
}

function tablesOf(variables: Variables): { readonly use: StationPin['use']; readonly table: Settings }[] {
  return [
    { use: 'vehicle', table: PLUG_PIN },
    { use: 'feedback', table: FEEDBACK_PIN },
    ...DEVICES.map((device) => ({ use: device.use, table: chosenKind(device, variables)?.settings ?? {} })),
  ];
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
