// Opens the pins of a station, and says what it found: which driver, and a kernel that keeps a dead program's outputs.
import { type DriverName, type GpioDriver, openDriver } from '../../hardware/gpio/driver.ts';
import { type KernelSettings, kernelSettings } from '../../hardware/gpio/kernel-settings.ts';
import type { RED, RedNode } from '../shared/red.ts';

export interface Pins {
  readonly driver: GpioDriver;
  /** For a status: `gpiod: /dev/gpiochip0 [pinctrl-bcm2711]`, `simulated`. */
  readonly description: string;
}

/** @throws a `GpioError` that says what to do */
export async function openPins(red: RED, node: RedNode, name: DriverName, folder: string | undefined): Promise<Pins> {
  const driver = await openDriver(name, { folder });
  if (driver.name === 'simulated') return { driver, description: 'simulated' };
  node.log(`GPIO: ${driver.description}`);
  tellKernel(red, node, kernelSettings());
  return { driver, description: driver.description };
}

/** Warns of a kernel under which a relay may stay closed when its program dies. */
export function tellKernel(red: RED, node: RedNode, { outputsAfterDeath, source = '' }: KernelSettings): void {
  if (outputsAfterDeath === 'kept') node.warn(red._('charging-station.warning.outputs-kept', { source }));
}
