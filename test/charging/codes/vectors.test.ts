import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HotpKey } from '../../../charging/codes/hotp.ts';
import {
  ALGORITHM_NAMES,
  algorithmOf,
  boundsIn,
  CodeReader,
  type CodeUnit,
  dammDigit,
  readEntry,
  readReceipt,
  receiptCode,
  serviceCode,
  stationKey,
  voucherCode,
} from '../../../charging/codes/index.ts';

const load = (name: string) => JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8'));
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

interface Vector {
  masterKey: string;
  stationId: string;
  keyVersion: number;
  stationKey: string;
  sequence: number;
  kind: 'voucher' | 'receipt' | 'service';
  code: string;
  [field: string]: unknown;
}

function make(vector: Vector, key: Uint8Array): string {
  const terms = vector as never;
  if (vector.kind === 'voucher') return voucherCode(key, terms);
  return vector.kind === 'receipt' ? receiptCode(key, terms) : serviceCode(key, terms);
}

/** As the keypad of a station that speaks the code's layout has it. */
function read({ code, layout }: Vector) {
  const family = ALGORITHM_NAMES.find((name) => boundsIn(algorithmOf(name), layout as string)) ?? 'compact';
  return readEntry(code, family);
}

describe('the code format, against data made elsewhere', () => {
  const files = [
    { file: 'offline-charging-codes.json', count: 60, kinds: ['voucher', 'receipt', 'service'] },
    { file: 'offline-charging-codes-wide.json', count: 40, kinds: ['voucher', 'receipt'] },
  ];
  for (const { file, count, kinds } of files) {
    const vectors: Vector[] = load(file);

    it(`has ${count} codes of every kind in ${file}`, () => {
      assert.equal(vectors.length, count);
      assert.deepEqual(new Set(vectors.map(({ kind }) => kind)), new Set(kinds));
    });

    for (const vector of vectors) {
      it(`makes and reads ${vector.kind} ${vector.code} of ${vector.stationId}`, () => {
        const key = stationKey(bytes(vector.masterKey), vector.stationId, vector.keyVersion);
        assert.equal(Buffer.from(key).toString('hex'), vector.stationKey);
        assert.equal(make(vector, key), vector.code);

        const reading = vector.kind === 'receipt' ? readReceipt(vector.code) : read(vector);
        assert.ok(typeof reading === 'object');
        const terms = { unit: (vector.unit as CodeUnit) ?? 'min', step: (vector.step as number) ?? 1 };
        const reader = new CodeReader(key, terms);
        assert.equal(reader.matches(reading, vector.sequence), true);
        assert.equal(reader.matches(reading, vector.sequence + reading.window), false);
        for (const field of ['layout', 'quantity', 'unused', 'operation']) {
          if (field in vector) assert.equal((reading as unknown as Record<string, unknown>)[field], vector[field]);
        }
      });
    }
  }
});

describe('the standards underneath', () => {
  const rfc = load('rfc.json');

  it('computes HOTP as RFC 4226, appendix D says', () => {
    const { secret_hex, digits, vectors } = rfc.rfc4226_appendix_d;
    for (const { count, hotp: expected } of vectors) {
      assert.equal(new HotpKey(bytes(secret_hex), 'sha1').tag(count, digits), expected);
    }
  });

  it('computes HOTP with SHA-1, SHA-256 and SHA-512 as RFC 6238, appendix B says of its time steps', () => {
    const { secrets_hex, vectors, period, digits } = rfc.rfc6238_appendix_b;
    assert.equal(vectors.length, 18);
    for (const { time, mode, totp } of vectors) {
      const key = new HotpKey(bytes(secrets_hex[mode]), mode.toLowerCase());
      assert.equal(key.tag(Math.floor(time / period), digits), totp);
    }
  });

  it('derives keys with the HKDF of RFC 5869, appendix A', () => {
    for (const { hash, ikm_hex, salt_hex, info_hex, length, okm_hex } of rfc.rfc5869_appendix_a.vectors) {
      const out = hkdfSync(hash, bytes(ikm_hex), bytes(salt_hex ?? ''), bytes(info_hex ?? ''), length);
      assert.equal(Buffer.from(out).toString('hex'), okm_hex);
    }
  });

  it("has Damm's check digit: that of 572 is 4", () => {
    assert.equal(dammDigit('572'), '4');
  });
});
