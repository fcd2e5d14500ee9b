// What a kernel does with a line whose holder died. Raspberry Pi OS kernels leave an output as it was, so that a relay
// stays closed; unless they are told otherwise.
import { join } from 'node:path';
import { textIn } from '../linux/files.ts';

const MODULES = ['pinctrl_bcm2835', 'pinctrl_rp1'] as const;

export interface KernelSettings {
  /**
   * `released`: a line goes back to an input when its holder dies. `kept`: it stays as it was. `unknown`: no
   * Raspberry Pi kernel, or too old to tell.
   */
  readonly outputsAfterDeath: 'released' | 'kept' | 'unknown';
  /** The setting that this was read from: `pinctrl_rp1.persist_gpio_outputs=Y`. */
  readonly source?: string;
  /** What to change, when something should be. */
  readonly advice?: string;
}

/**
 * Reads the settings `persist_gpio_outputs` and, in kernels of spring 2024, `strict_gpiod` of the Pi's pin
 * controllers, as they are in force, else as the kernel's command line has them (raspberrypi/linux pulls 6117, 6150).
 */
export function kernelSettings(root: string = '/'): KernelSettings {
  const found = inForce(root) ?? onCommandLine(root);
  if (!found) return { outputsAfterDeath: 'unknown' };
  const outputsAfterDeath = found.keeps ? 'kept' : 'released';
  if (!found.keeps) return { outputsAfterDeath, source: found.source };
  return {
    outputsAfterDeath,
    source: found.source,
    advice:
      'This kernel leaves a GPIO output as it was when the program that holds it dies. The relay guard switches it off ' +
      'when it starts again; add the line dtparam=strict_gpiod to /boot/firmware/config.txt and reboot, so that the ' +
      'kernel lets go of it at once.',
  };
}

interface Setting {
  readonly keeps: boolean;
  readonly source: string;
}

function inForce(root: string): Setting | undefined {
  for (const module of MODULES) {
    for (const parameter of ['persist_gpio_outputs', 'strict_gpiod']) {
      const value = textIn(join(root, 'sys/module', module, 'parameters', parameter))?.trim();
      if (value) return setting(module, parameter, value);
    }
  }
  return undefined;
}

function onCommandLine(root: string): Setting | undefined {
  const words = textIn(join(root, 'proc/cmdline'))?.trim().split(/\s+/) ?? [];
  for (const word of words.reverse()) {
    const [, module, parameter, value = 'Y'] =
      /^(pinctrl[-_](?:bcm2835|rp1))\.(persist_gpio_outputs|strict_gpiod)(?:=(\S*))?$/.exec(word) ?? [];
    if (module && parameter) return setting(module.replace('-', '_'), parameter, value);
  }
  return undefined;
}

function setting(module: string, parameter: string, value: string): Setting {
  const yes = /^(y|yes|1|on|true)$/i.test(value);
  return { keeps: parameter === 'strict_gpiod' ? !yes : yes, source: `${module}.${parameter}=${value}` };
}
