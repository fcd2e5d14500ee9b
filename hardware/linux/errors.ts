// What every device of the station says when it fails: a code for programs, and for people what happened and what to do.

/**
 * `code`: `module-missing`, `not-linux`, `no-such-device`, `no-permission`, `busy`, `no-answer` (nothing acknowledged),
 * `input-output`, `bad-setting`; those of GPIO lines are `GpioError`s.
 */
export class DeviceError extends Error {
  readonly code: string;
  /** What it is about, for words in another language. */
  values: Readonly<Record<string, string | number>> | undefined;
  constructor(code: string, message: string, { values, ...options }: DeviceErrorOptions = {}) {
    super(message, options);
    this.name = 'DeviceError';
    this.code = code;
    this.values = values;
  }
}

export interface DeviceErrorOptions extends ErrorOptions {
  readonly values?: Readonly<Record<string, string | number>>;
}

/** A fault of a device that is in use. It stands until the device's `onRecovered` is called. */
export interface DeviceFault {
  /** `meter-silent`, `meter-implausible`, `keypad-lost`, `pilot-lost`, `pilot-implausible`, `display-lost`. */
  readonly code: string;
  /** English; what happened and what to do. */
  readonly message: string;
}

/** Who wants to hear of a device's faults. */
export interface FaultListener {
  onFault(fault: DeviceFault): void;
  /** The fault that was told last is gone. */
  onRecovered(): void;
}
