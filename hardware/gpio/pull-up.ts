// Pull-ups that a device can't do without, also where the driver can't set them (sysfs) and the board has to.
import type { GpioDriver, Line, Pull } from './driver.ts';
import { GpioError } from './errors.ts';
import { partsOf } from './pin.ts';

/** To spread into the options of an input that needs a pull-up: asked for where the driver can, else left to the board. */
export function pullUp(driver: GpioDriver): { readonly pull?: Pull } {
  return driver.setsPulls ? { pull: 'up' } : {};
}

/** A line that reads 0 though nothing draws it there. */
export function notPulledUp(driver: GpioDriver, line: Line): GpioError {
  const { number = line } = partsOf(line);
  return new GpioError(
    'no-pull',
    `Line ${line} is at 0 and should be pulled up, which ${driver.name} can't do: write gpio=${number}=ip,pu into ` +
      '/boot/firmware/config.txt and restart, or use GPIO_DRIVER=gpiod.',
    { values: { line: String(line), number: String(number) } },
  );
}
