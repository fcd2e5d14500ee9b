import type { GpioDriver } from './driver.ts';
import { GpioError } from './errors.ts';

/**
 * The character device where it works, else sysfs, never a simulation. Throws a `GpioError` that says why neither
 * does.
 */
export async function openAny(root?: string): Promise<GpioDriver> {
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
