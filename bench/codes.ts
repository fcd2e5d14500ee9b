// `npm run bench`: making and verifying codes beside the floor that node:crypto sets, one HKDF and one HMAC, at the
// first and the millionth code of a station, compact and wide. All take turns in one run, so that the machine's noise hits all alike.
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import {
  CodeReader,
  firstFrom,
  LAYOUTS,
  type LayoutName,
  readEntry,
  stationKey,
  voucherCode,
} from '../charging/codes/index.ts';
import { windowAround } from '../charging/codes/numbering.ts';

const ROUNDS = 40;
const PER_ROUND = 500;
const terms = { unit: 'min', step: 30 } as const;
type Typed = Extract<LayoutName, 'compact' | 'wide'>;
const key = stationKey(randomBytes(32), 'CP-0001', 1);
const reader = new CodeReader(key, terms);
const counter = Buffer.alloc(8);
const info = Buffer.from('offline-charging\0voucher\0compact\0min\x0030\x0031');

/** Quantities in turn, so that no derived key is found again. */
const quantityOf = (layout: Typed, i: number) => 1 + (i % LAYOUTS[layout].mostQuantity);

function floor(i: number): void {
  const derived = new Uint8Array(hkdfSync('sha256', key, '', info, 32));
  counter.writeBigUInt64BE(BigInt(i));
  createHmac('sha256', derived).update(counter).digest();
}

const issue = (layout: Typed, first: number) => (i: number) => {
  voucherCode(key, { ...terms, layout, quantity: quantityOf(layout, i), sequence: first + i });
};

/** What the keypad does with an entry: take it apart, one candidate in the window, its tag. */
function verify(layout: Typed, first: number): (i: number) => void {
  const codes = Array.from({ length: PER_ROUND }, (_, i) =>
    voucherCode(key, { ...terms, layout, quantity: quantityOf(layout, i), sequence: first + i }),
  );
  return (i) => {
    const n = first + (i % PER_ROUND);
    const reading = readEntry(codes[i % PER_ROUND]!, layout);
    if (typeof reading === 'string') throw new Error('a genuine code was not read');
    const { window } = reading;
    const candidate = firstFrom(windowAround(n, window).first, reading.residue, window);
    if (!reader.matches(reading, candidate)) throw new Error('a genuine code was not verified');
  };
}

const subjects: Readonly<Record<string, (i: number) => void>> = {
  'floor: one HKDF, one HMAC': floor,
  ...Object.fromEntries(
    (['compact', 'wide'] as const).flatMap((layout) => [
      [`issue ${layout}, first codes`, issue(layout, 1)],
      [`issue ${layout}, from the millionth`, issue(layout, 1_000_000)],
      [`verify ${layout}, first codes`, verify(layout, 1)],
      [`verify ${layout}, from the millionth`, verify(layout, 1_000_000)],
    ]),
  ),
};

const times = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
for (let round = -5; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(subjects)) {
    const start = performance.now();
    for (let i = 0; i < PER_ROUND; i++) run(i);
    if (round >= 0) times.get(name)!.push((performance.now() - start) / PER_ROUND);
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const floorMs = median(times.get('floor: one HKDF, one HMAC')!);
console.log(`Making and verifying codes, median of ${ROUNDS} rounds of ${PER_ROUND}, Node ${process.version}\n`);
console.log(`${'what'.padEnd(34)}${'a second'.padStart(10)}${'µs each'.padStart(10)}${'× floor'.padStart(10)}`);
for (const [name, values] of times) {
  const ms = median(values);
  const row = [Math.round(1000 / ms).toLocaleString('en'), (ms * 1000).toFixed(1), (ms / floorMs).toFixed(2)];
  console.log(name.padEnd(34) + row.map((cell) => cell.padStart(10)).join(''));
}
const ratio = (name: string) => median(times.get(name)!) / floorMs;
console.log();
for (const layout of ['compact', 'wide']) {
  const last = ratio(`verify ${layout}, from the millionth`);
  const flat = (last / ratio(`verify ${layout}, first codes`)).toFixed(2);
  console.log(
    `one ${layout} verification: ${last.toFixed(2)} × the floor (to reach: ≤ 1.5); millionth beside first ${flat} ×`,
  );
}
