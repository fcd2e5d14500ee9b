// The code format written down a second time, from docs/code-format.md and with node:crypto alone, so that what the
// product makes and accepts is held against something that shares no line with it.
import { createHmac, hkdfSync } from 'node:crypto';

const DAMM = '0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790';

function key(parent: Uint8Array, ...parts: (string | number)[]): Buffer {
  return Buffer.from(hkdfSync('sha256', parent, '', ['offline-charging', ...parts].join('\0'), 32));
}

function finish(payload: string, codeKey: Uint8Array, n: number, digits: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(n));
  const mac = createHmac('sha256', codeKey).update(counter).digest();
  const value = (mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff) % 10 ** digits;
  const body = payload + String(value).padStart(digits, '0');
  return body + Array.from(body).reduce((state, digit) => DAMM[Number(state) * 10 + Number(digit)] ?? '', '0');
}

const pad = (value: number, width: number) => String(value).padStart(width, '0');

export const stationKeyOf = (master: string, id: string, version = 1) =>
  key(Buffer.from(master, 'hex'), 'station', id, version);

export function compactCode(station: Uint8Array, unit: string, step: number, quantity: number, n: number): string {
  const codeKey = key(station, 'voucher', 'compact', unit, step, quantity);
  return finish(pad((n % 32) * 31 + quantity - 1, 3), codeKey, n, 6);
}

export function longCode(station: Uint8Array, unit: string, step: number, quantity: number, n: number): string {
  const codeKey = key(station, 'voucher', 'long', unit, step, quantity);
  return finish(pad((n % 64) * 156 + quantity - 1, 4), codeKey, n, 7);
}

export function wideCode(station: Uint8Array, unit: string, step: number, quantity: number, n: number): string {
  const codeKey = key(station, 'voucher', 'wide', unit, step, quantity);
  return finish(pad((n % 1024) * 97 + quantity - 1, 5), codeKey, n, 6);
}

export function wideLongCode(station: Uint8Array, unit: string, step: number, quantity: number, n: number): string {
  const codeKey = key(station, 'voucher', 'wide-long', unit, step, quantity);
  return finish(pad((n % 1024) * 97 + quantity - 1, 5), codeKey, n, 8);
}

/** Which `unused` (155ths) the receipt of voucher `n` tells, or undefined when it is not the station's. */
export function unusedIn(
  receipt: string,
  station: Uint8Array,
  unit: string,
  step: number,
  n: number,
): number | undefined {
  const [layout, window, width] =
    receipt.length === 14 ? (['wide-long', 1024, 6] as const) : (['long', 64, 4] as const);
  for (let unused = 0; unused <= 155; unused++) {
    const codeKey = key(station, 'receipt', layout, unit, step, unused);
    if (finish(pad((n % window) * 156 + unused, width), codeKey, n, 7) === receipt) return unused;
  }
  return undefined;
}

const OPERATION_DIGITS = { synchronize: 1, 'clear-lockout': 2, 'test-relay': 3, 'end-session': 4 };

export function serviceCodeOf(station: Uint8Array, operation: keyof typeof OPERATION_DIGITS, n: number): string {
  return finish(`${OPERATION_DIGITS[operation]}${pad(n % 1e6, 6)}`, key(station, 'service', operation), n, 7);
}

/** A code with a right check digit that the station did not make (but for one time in 10⁶). */
export function wrongCode(seed: number): string {
  const body = pad((seed * 7919 + 123_456_789) % 1e9, 9);
  return body + Array.from(body).reduce((state, digit) => DAMM[Number(state) * 10 + Number(digit)] ?? '', '0');
}
