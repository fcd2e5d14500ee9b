// A kind of a device that a station may have: its settings, how it is opened, what the doctor looks at. A further meter or
// keypad is one file that holds all three, and one line in the list of its kind (meter/kinds.ts, keypad/kinds.ts).
import type { Finding, Subject, Words } from './checks.ts';
import { readSettings, type SettingSource, type Settings, type Values } from './settings.ts';

/** How a kind is made; `open` gets its settings read. */
export interface DeviceKindPlan<S extends Settings, Parts, Device> {
  /** As the variable and the dialog have it: `s0`. */
  readonly name: string;
  readonly settings: S;
  /** What comes instead of the wire in a simulation: for simulated stations alone. */
  readonly simulated?: true;
  /** @throws a `GpioError` or `DeviceError` that says what to do */
  open(values: Values<S>, parts: Parts, source: SettingSource): Promise<Device>;
  /** The words of its own checks. */
  readonly words?: Words;
  /** @param chosen whether the station's settings name this kind */
  check?(subject: Subject, chosen: boolean): readonly Finding[];
}

export interface DeviceKind<Parts, Device> extends Omit<DeviceKindPlan<Settings, Parts, Device>, 'open'> {
  /** @throws a `SettingError` or `PinError` of a setting that can't be, and as the kind's own `open` */
  open(source: SettingSource, parts: Parts): Promise<Device>;
}

/** Gives the function that makes kinds of one device, with what only these have: settings are read before it is opened. */
export function kindsOf<Parts, Device, More = unknown>() {
  return <const S extends Settings>(
    plan: DeviceKindPlan<S, Parts, Device> & More,
  ): DeviceKind<Parts, Device> & More => ({
    ...plan,
    open: async (source, parts) => plan.open(readSettings(plan.settings, source), parts, source),
  });
}
