// The clock chips of the machine, and the one that the kernel takes the time from. A Raspberry Pi 5 has one of its own
// (rtc-rpi), which stands still without a battery at its connector, also where a DS3231 beside it keeps the time.
import { readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { numberedIn, textIn } from '../linux/files.ts';

export interface ClockChip {
  /** `rtc0`. */
  readonly id: string;
  /** As the driver calls it: `rpi-rtc soc:rpi_rtc`, `rtc-ds1307 1-0068`. */
  readonly name: string;
  /** Which battery keeps it going: the one at the Raspberry Pi 5's own connector, or that of the module. */
  readonly battery: 'board' | 'module';
  /** Unix seconds; undefined where the kernel refuses to read it, because its oscillator stood still. */
  readonly seconds: number | undefined;
}

export interface ClockChips {
  /** The kernel took the time from it when it started, or would have, had it known it. */
  readonly used: ClockChip;
  readonly others: readonly ClockChip[];
}

/** Undefined where there is none. */
export function clockChips(root: string = '/'): ClockChips | undefined {
  const folder = join(root, 'sys/class/rtc');
  const chips = numberedIn(folder, 'rtc').map((id) => chipAt(join(folder, id), id));
  if (chips.length === 0) return undefined;
  const is = (id: string | undefined) => chips.find((chip) => chip.id === id);
  // CONFIG_RTC_HCTOSYS_DEVICE is rtc0 everywhere; 1 in `hctosys` says that it was read (Documentation/ABI/testing/rtc-cdev).
  const read = chips.find(({ id }) => text(join(folder, id, 'hctosys')) === '1');
  const used = read ?? is('rtc0') ?? is(linked(join(root, 'dev/rtc'))) ?? chips[0]!;
  return { used, others: chips.filter((chip) => chip !== used) };
}

function chipAt(path: string, id: string): ClockChip {
  const name = text(join(path, 'name')) || id;
  const since = text(join(path, 'since_epoch'));
  const seconds = since === undefined || since === '' ? Number.NaN : Number(since);
  return {
    id,
    name,
    battery: /\brpi[-_]rtc|\brtc[-_]rpi/.test(name) ? 'board' : 'module',
    seconds: Number.isNaN(seconds) ? undefined : seconds,
  };
}

function linked(path: string): string | undefined {
  try {
    return basename(readlinkSync(path));
  } catch {
    return undefined;
  }
}

function text(path: string): string | undefined {
  return textIn(path)?.trim();
}
