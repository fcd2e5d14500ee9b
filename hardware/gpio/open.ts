// Opens a GPIO driver by name. Each is read when it is asked for.
import { DRIVER_NAMES, type DriverName, type GpioDriver } from './driver.ts';
import { GpioError } from './errors.ts';

export interface DriverOptions {
  /** Where the simulated lines are: a folder with a file a line. */
  readonly folder?: string | undefined;
  /** Where `/sys`, `/dev` and `/proc` are; another folder only for recorded boards. */
  readonly root?: string;
}

/**
 * Opens a GPIO driver by name. Throws a `GpioError` whose message says what to do, and `TypeError` for a name that
 * it does not know.
 */
export async function openDriver(name: DriverName, options: DriverOptions = {}): Promise<GpioDriver> {
  switch (name) {
    case 'simulated': {
      if (!options.folder)
        throw new GpioError('no-folder', 'The simulated GPIO driver needs a folder: set GPIO_FOLDER.');
      const { openSimulated } = await import('./simulated.ts');
      return openSimulated(options.folder);
    }
    case 'onoff': {
      const { openOnoff } = await import('./onoff.ts');
      return openOnoff(options.root);
    }
    case 'gpiod': {
      const { openCharDevice } = await import('./char-device.ts');
      return openCharDevice(options.root);
    }
    case 'auto':
      return openAny(options.root);
    default:
      throw new TypeError(`There is no GPIO driver "${String(name)}": use one of ${DRIVER_NAMES.join(', ')}.`);
  }
}

/**
 * The character device where it works, else sysfs, never a simulation. Throws a `GpioError` that says why neither
 * does.
 */
async function openAny(root?: string): Promise<GpioDriver> {
  const { openCharDevice } = await import('./char-device.ts');
  try {
    return await openCharDevice(root);
  } catch (first) {
    if (!(first instanceof GpioError)) throw first;
    const { openOnoff } = await import('./onoff.ts');
    try {
      return await openOnoff(root);
    } catch (second) {
      if (!(second instanceof GpioError)) throw second;
      if (first.code === second.code || second.code === 'no-gpio') throw first;
      throw new GpioError(first.code, `${first.message} Nor does sysfs: ${second.message}`, { cause: first });
    }
  }
}
