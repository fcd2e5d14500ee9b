import { DeviceError, type DeviceErrorOptions } from '../linux/errors.ts';

/**
 * `not-a-pi`: no chip whose lines have BCM numbers. `no-gpio`: no chip at all. `no-permission`. `line-busy`.
 * `line-unknown`. `line-ambiguous`. `line-lost`: was there and is gone. `library-missing`: something to install.
 * `no-folder`: simulation without a folder. `folder-not-writable`: simulation in one that takes no files. `no-pull`: neither the driver nor the board pulls a line that needs it.
 * `unsupported`: the kernel or the driver can't do what was asked for.
 */
export type GpioErrorCode =
  | 'not-a-pi'
  | 'no-gpio'
  | 'no-permission'
  | 'line-busy'
  | 'line-unknown'
  | 'line-ambiguous'
  | 'line-lost'
  | 'library-missing'
  | 'no-folder'
  | 'folder-not-writable'
  | 'no-pull'
  | 'unsupported';

/** Something about a line or chip that a person must mend; the message says how. */
export class GpioError extends DeviceError {
  declare readonly code: GpioErrorCode;
  constructor(code: GpioErrorCode, message: string, options?: DeviceErrorOptions) {
    super(code, message, options);
    this.name = 'GpioError';
  }
}

/** A line that was there, and is not any more. */
export function lineLost(line: number | string, cause: unknown): GpioError {
  const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
  return new GpioError('line-lost', `GPIO line ${line} is lost (${why}).`, { cause });
}

export function noPermission(what: string, cause?: unknown): GpioError {
  const advice = 'add the user to the group gpio (sudo usermod -aG gpio $USER) and log in again.';
  return new GpioError('no-permission', `No permission for ${what}: ${advice}`, { cause });
}
