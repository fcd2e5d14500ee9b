// Sets the machine's clock and the clock chip that the kernel takes the time from. Both need CAP_SYS_TIME, which a station's
// programs do not have: offline-charging-clock does it for them, asked over a socket (clock-request.ts).
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Libc } from './libc.ts';

/** RTC_SET_TIME of linux/rtc.h: _IOW('p', 0x0a, struct rtc_time), nine ints. */
const RTC_SET_TIME = 0x4024700a;
const RTC_TIME_SIZE = 36;

/** `struct rtc_time` of linux/rtc.h, in UTC, to the nearest second: rtc(4). */
export function rtcTime(unixMs: number): Buffer {
  const at = new Date(Math.round(unixMs / 1000) * 1000);
  const fields = [
    at.getUTCSeconds(),
    at.getUTCMinutes(),
    at.getUTCHours(),
    at.getUTCDate(),
    at.getUTCMonth(),
    at.getUTCFullYear() - 1900,
  ];
  const time = Buffer.alloc(RTC_TIME_SIZE);
  for (const [place, value] of fields.entries()) time.writeInt32LE(value, place * 4);
  return time;
}

/**
 * @param unixMs gives the time to set, as it is when it is asked
 * @param chip `rtc0`, or undefined where there is none
 * @returns why the chip was not set; undefined when it was, or when there is none
 * @throws a system error (`EPERM`) when the machine's clock could not be set
 */
export function setMachineClock(
  libc: Pick<Libc, 'setClock' | 'ioctl'>,
  unixMs: () => number,
  chip: string | undefined,
  root = '/',
): Error | undefined {
  libc.setClock(unixMs());
  if (chip === undefined) return undefined;
  try {
    const file = openSync(join(root, 'dev', chip), 'r');
    try {
      libc.ioctl(file, RTC_SET_TIME, rtcTime(unixMs()));
    } finally {
      closeSync(file);
    }
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
