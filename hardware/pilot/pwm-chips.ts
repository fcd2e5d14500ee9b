// Which PWM channel comes out at GPIO18. Chips are told by what they are, never by number: the fan of a Raspberry Pi 5 and
// a HAT have PWM as well, and which one is pwmchip0 changes with board and kernel.
import { join } from 'node:path';
import { DeviceError } from '../linux/errors.ts';
import { numberedIn, realPath, textIn } from '../linux/files.ts';

export interface PwmChannel {
  /** `pwmchip0`. */
  readonly chip: string;
  readonly channel: number;
}

/**
 * The blocks that can reach GPIO18, by their address on the board, and the channel that does: BCM2835 ARM Peripherals,
 * table 6-31 (ALT5: PWM0); RP1 Peripherals, table 4 (a3: PWM0, channel 2). RP1's second block, at 9c000, turns the fan.
 */
const BLOCKS = [
  { compatible: 'raspberrypi,rp1-pwm', address: /[/@][0-9a-f]*98000(\.pwm|\/|$)/im, channel: 2 },
  { compatible: 'brcm,bcm2835-pwm', address: /[/@][0-9a-f]*20c000(\.pwm|\/|$)/im, channel: 0 },
] as const;
const ANY_ADDRESS = /@[0-9a-f]+|\/[0-9a-f]{5,}\.pwm/i;

interface PwmChip {
  readonly id: string;
  readonly channels: number;
  /** What the device tree says that it is. */
  readonly compatible: readonly string[];
  /** Where it is: paths that have its address, a line each. */
  readonly places: string;
}

/** Throws a `DeviceError` `no-such-device` where no chip is the one of GPIO18. */
export function pwmOfGpio18(root: string = '/'): PwmChannel {
  const folder = join(root, 'sys/class/pwm');
  const chips = numberedIn(folder, 'pwmchip').map((id) => look(folder, id));
  for (const { compatible, address, channel } of BLOCKS) {
    const alike = chips.filter((chip) => chip.compatible.length === 0 || chip.compatible.includes(compatible));
    const placed = alike.filter(({ places }) => address.test(places));
    // A tree that names no address: the only one of its kind is meant.
    const named = chips.filter((chip) => chip.compatible.includes(compatible));
    const alone = named.length === 1 && !ANY_ADDRESS.test(named[0]!.places) ? named : [];
    const chip = placed[0] ?? alone[0];
    if (chip !== undefined && channel < chip.channels) return { chip: chip.id, channel };
  }
  const found = chips.map(({ id, compatible: [kind] }) => (kind === undefined ? id : `${id} [${kind}]`)).join(', ');
  throw new DeviceError(
    'no-such-device',
    `There is no PWM for GPIO18${found === '' ? '' : ` (found: ${found})`}: put \`dtoverlay=pwm\` in config.txt and restart.`,
  );
}

function look(folder: string, id: string): PwmChip {
  const chip = join(folder, id);
  const device = join(chip, 'device');
  const event = textIn(join(device, 'uevent')) ?? '';
  const compatible = [
    ...(textIn(join(device, 'of_node/compatible'))?.split('\0') ?? []),
    ...[...event.matchAll(/^OF_COMPATIBLE_\d+=(.+)$/gm)].map(([, name]) => name!),
  ];
  return {
    id,
    channels: Number(textIn(join(chip, 'npwm')) ?? Number.POSITIVE_INFINITY),
    compatible: compatible.filter((name) => name !== ''),
    places: [
      /^OF_FULLNAME=(.+)$/m.exec(event)?.[1] ?? '',
      ...[chip, device, join(device, 'of_node')].map((path) => realPath(path) ?? ''),
    ].join('\n'),
  };
}
