// Reports written down a second time, from docs/reports.md and with node:crypto alone: BigInts, one list of numbers, no line
// shared with what the product seals and reads.
import { createHmac, hkdfSync } from 'node:crypto';

export interface PlainReport {
  /** Eight hex digits. */
  readonly journal: string;
  /** Key version, boot, report number, time, H. */
  readonly head: readonly number[];
  /** Vouchers closed, delivered, meters' sum in Wh plus 1, relay closings, wrong guesses, lockouts. */
  readonly totals: readonly number[];
  readonly faults: readonly number[];
  /** Sequence, outlet, quantity, delivered, unused, reason, minutes. */
  readonly closed: readonly (readonly number[])[];
  /** Sequence, outlet, quantity, delivered. */
  readonly open: readonly (readonly number[])[];
  readonly sureTime: number;
  /** What a later version may say after it. */
  readonly more?: readonly number[];
}

function leb128(value: bigint): string {
  let text = '';
  do {
    const low = value & 127n;
    value >>= 7n;
    text += (low | (value ? 128n : 0n)).toString(16).padStart(2, '0');
  } while (value);
  return text;
}

const zigzag = (d: bigint) => (d < 0n ? -2n * d - 1n : 2n * d);

export function bodyOf({ journal, head, totals, faults, closed, open, sureTime, more = [] }: PlainReport): string {
  const highest = BigInt(head[4]!);
  const numbers = [...head, ...totals, faults.length, ...faults, closed.length].map(BigInt);
  let last = highest;
  for (const [sequence, ...rest] of closed) {
    numbers.push(zigzag(last - BigInt(sequence!)), ...rest.map(BigInt));
    last = BigInt(sequence!);
  }
  numbers.push(BigInt(open.length));
  for (const [sequence, ...rest] of open) numbers.push(zigzag(highest - BigInt(sequence!)), ...rest.map(BigInt));
  numbers.push(...[sureTime, ...more].map(BigInt));
  return `01${journal}${numbers.map(leb128).join('')}`;
}

export function sealedText(stationKey: Uint8Array, body: string): string {
  const key = Buffer.from(hkdfSync('sha256', stationKey, '', 'offline-charging\0report\x001', 32));
  const bytes = Buffer.from(body, 'hex');
  const seal = createHmac('sha256', key).update(bytes).digest('hex').slice(0, 32);
  return Buffer.from(body + seal, 'hex')
    .toString('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
