// Opens the pins of a station, and says what it found: which driver, and a kernel that keeps a dead program's outputs.
import { type DriverName, type GpioDriver, openDriver } from '../../hardware/gpio/driver.ts';
import { type KernelSettings, kernelSettings } from '../../hardware/gpio/kernel-settings.ts';
import { readStationPins } from '../../hardware/gpio/station-pins.ts';
import { bootProblems, readBootSettings } from '../../hardware/raspberry-pi/boot-level.ts';
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
  tellBootLevel(red, node, driver);
  return { driver, description: driver.description };
}

/** Warns of a firmware that knows another pin, or another level, of the relay than the variables do now. */
export function tellBootLevel(red: RED, node: RedNode, { chips }: Pick<GpioDriver, 'chips'>, root?: string): void {
  const boot = readBootSettings(root);
  // A Node-RED whose relay no variable names is not ours to judge.
  const { RELAY_LINE, GUARD_RELAYS } = process.env;
  if (boot === undefined || !(RELAY_LINE || GUARD_RELAYS)) return;
  const relays = readStationPins(process.env).pins.filter(({ use }) => use === 'relay');
  for (const { setting, pin } of relays) {
    for (const { file, says = '–', write, pin: text } of bootProblems([pin], boot, chips))
      node.warn(red._('charging-station.warning.boot-level', { setting, pin: text, file, says, write }));
  }
}

/** Warns of a kernel under which a relay may stay closed when its program dies. */
export function tellKernel(red: RED, node: RedNode, { outputsAfterDeath, source = '' }: KernelSettings): void {
  if (outputsAfterDeath === 'kept') node.warn(red._('charging-station.warning.outputs-kept', { source }));
}
