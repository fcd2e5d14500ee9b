// The 40-pin header, the same from the Raspberry Pi 1 B+ to the 5: https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#gpio

export interface HeaderPin {
  /** As it is counted on the header: 1 to 40, odd ones on the left where the board's edge is on the right. */
  readonly pin: number;
  /** The BCM number; none where it is power or ground. */
  readonly gpio?: number;
  readonly power?: '3V3' | '5V' | 'GND';
  /** What a station leaves alone: the EEPROM of a HAT, and the I²C bus with its pull-ups on the board. */
  readonly reserved?: 'ID' | 'I2C';
}

const GROUND = [6, 9, 14, 20, 25, 30, 34, 39];
const POWER: Readonly<Record<number, NonNullable<HeaderPin['power']>>> = { 1: '3V3', 2: '5V', 4: '5V', 17: '3V3' };
const GPIO: Readonly<Record<number, number>> = {
  ...{ 3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25 },
  ...{ 23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21 },
};
const RESERVED: Readonly<Record<number, NonNullable<HeaderPin['reserved']>>> = { 0: 'ID', 1: 'ID', 2: 'I2C', 3: 'I2C' };

/** In the order of their numbers. */
export const HEADER = Array.from({ length: 40 }, (_, index) => headerPin(index + 1));

function headerPin(pin: number): HeaderPin {
  if (GROUND.includes(pin)) return { pin, power: 'GND' };
  const power = POWER[pin];
  if (power) return { pin, power };
  const gpio = GPIO[pin]!;
  return { pin, gpio, ...(RESERVED[gpio] && { reserved: RESERVED[gpio] }) };
}
