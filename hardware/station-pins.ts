// Which pins a station's variables name, read once for charger, doctor and installer.
import { chosenKind, DEVICES } from './devices.ts';
import { lineKey, type Pin } from './gpio/pin.ts';
import { readRelays, settingOfRelays, usualLines, type Variables } from './relay/relay-pins.ts';
import { givenBy, readSetting, type Settings } from './settings.ts';

/** The plug contact, as VEHICLE_LINE and the dialog of `detect vehicle` have it. */
export const PLUG_PIN = {
  line: { kind: 'pin', needed: true, level: 'activeLow', pull: 'pull', variable: 'VEHICLE_LINE' },
  activeLow: { kind: 'level', otherwise: false, variable: 'VEHICLE_ACTIVE_LOW' },
  pull: { kind: 'pull', variable: 'VEHICLE_PULL' },
} as const satisfies Settings;

/** The contactor's feedback contact, as FEEDBACK_LINE and the dialog of `control relay` have it. */
export const FEEDBACK_PIN = {
  feedbackLine: { kind: 'pin', level: 'feedbackActiveLow', variable: 'FEEDBACK_LINE' },
  feedbackActiveLow: { kind: 'level', otherwise: false, variable: 'FEEDBACK_ACTIVE_LOW' },
} as const satisfies Settings;

export interface StationPin {
  /** The variable that names it. */
  readonly setting: string;
  readonly use: 'relay' | 'vehicle' | 'feedback' | 'meter' | 'keypad';
  readonly pin: Pin;
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
  const add = (setting: string, use: StationPin['use'], drives: boolean, read: () => readonly (Pin | undefined)[]) => {
    try {
      for (const pin of read()) if (pin) pins.push({ setting, use, pin, drives });
    } catch (error) {
      refused.push(error as Error);
    }
  };
  add(settingOfRelays(variables), 'relay', true, () => Object.values(readRelays(variables)));
  const wired = { ...variables, VEHICLE_LINE: variables.VEHICLE_LINE?.trim() || usualLines(variables).vehicle };
  for (const { use, table } of tablesOf(variables)) {
    for (const [name, setting] of Object.entries(table)) {
      const { kind, variable = name } = setting;
      const given = givenBy(table, wired);
      if (kind === 'lines') {
        // A matrix keypad's level and pulls are its own.
        const read = () => readSetting({ ...table, [name]: { kind, variable } }, name, given) as readonly string[];
        add(variable, use, setting.drives === true, () =>
          read().map((line) => ({ line, activeLow: true, pull: 'up' })),
        );
      }
      if (kind === 'pin') {
        const one = { ...table, [name]: { ...setting, needed: undefined } } as Settings;
        add(variable, use, false, () => [readSetting(one, name, given) as Pin | undefined]);
      }
    }
  }
  return { pins, refused };
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
