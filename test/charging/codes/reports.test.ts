import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { END_REASONS, FAULT_NUMBERS, type Report, readReport, sealReport } from '../../../charging/codes/index.ts';
import { FAULTS } from '../../../charging/station/faults.ts';
import type { EndReason } from '../../../charging/station/types.ts';
import { bodyOf, type PlainReport, sealedText } from '../../support/independent-report.ts';

interface Vector {
  readonly name: string;
  readonly stationKey: string;
  readonly report: PlainReport;
  readonly body: string;
  readonly text: string;
}
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const vectors: Vector[] = JSON.parse(read('vectors/offline-charging-reports.json'));
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** The product's report of the same numbers. */
function reportOf({ journal, head, totals, faults, closed, open, sureTime }: PlainReport): Report {
  const [keyVersion, boot, number, timeSeconds, highest] = head as [number, number, number, number, number];
  const [count, delivered, meterAnd1, relayClosings, wrongGuesses, lockouts] = totals as number[] as [
    ...[number, number, number],
    ...[number, number, number],
  ];
  const voucher = ([sequence, outlet, quantity, of]: readonly number[]) => ({
    sequence: sequence!,
    outlet: outlet!,
    quantity: quantity!,
    delivered: of!,
  });
  return {
    ...{ journal, keyVersion, boot, number, timeSeconds, highest },
    totals: {
      ...{ closed: count, delivered, meterWh: meterAnd1 === 0 ? null : meterAnd1 - 1 },
      ...{ relayClosings, wrongGuesses, lockouts },
    },
    faults,
    closed: closed.map((v) => ({ ...voucher(v), unused: v[4]!, reason: v[5]!, minutesAgo: v[6]! })),
    open: open.map(voucher),
    sureTimeSeconds: sureTime,
  };
}

const number = fc.oneof(fc.nat(300), fc.nat(2_000_000_000), fc.maxSafeNat());
const sequence = fc.oneof(fc.nat(100), fc.nat({ max: 2 ** 51 }));
const tuple = (...parts: fc.Arbitrary<number>[]) => fc.tuple(...parts);
const plain: fc.Arbitrary<PlainReport> = fc.record({
  journal: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((four) => Buffer.from(four).toString('hex')),
  head: tuple(number, number, number, number, sequence),
  totals: tuple(number, number, number, number, number, number),
  faults: fc.array(number, { maxLength: 14 }),
  closed: fc.array(tuple(sequence, number, number, number, fc.nat(155), number, number), { maxLength: 40 }),
  open: fc.array(tuple(sequence, number, number, number), { maxLength: 20 }),
  sureTime: number,
});
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a report', () => {
  it('has vectors of an outlet alone, a site, a lost clock, no meter, and numbers of every length', () => {
    assert.ok(vectors.length >= 8);
    assert.ok(vectors.some(({ report }) => report.closed.length === 20 && report.open.length === 20));
    assert.ok(
      vectors.some(({ report }) => report.head[3] === 0) && vectors.some(({ report }) => report.totals[2] === 0),
    );
  });

  for (const { name, stationKey, report, body, text } of vectors) {
    it(`${name}: is sealed to the same text as by other hands, and read back`, () => {
      assert.equal(bodyOf(report), body);
      assert.equal(sealedText(bytes(stationKey), body), text);
      if (!report.more) assert.equal(sealReport(bytes(stationKey), reportOf(report)), text);
      assert.deepEqual(readReport(bytes(stationKey), text), reportOf(report));
    });
  }

  it('of any numbers is sealed to the text that other hands seal, and read back from it', () => {
    fc.assert(
      fc.property(key, plain, (k, given) => {
        const text = sealReport(k, reportOf(given));
        assert.equal(text, sealedText(k, bodyOf(given)));
        assert.deepEqual(readReport(k, text), reportOf(given));
      }),
    );
  });

  it('is read however many numbers a later version says after it', () => {
    fc.assert(
      fc.property(key, plain, fc.array(number, { maxLength: 5 }), (k, given, more) => {
        assert.deepEqual(readReport(k, sealedText(k, bodyOf({ ...given, more }))), reportOf(given));
      }),
    );
  });

  it('is not of this station with any bit bent, under another key, or cut', () => {
    fc.assert(
      fc.property(key, key, plain, fc.nat(), fc.nat(7), (k, other, given, place, bit) => {
        const text = sealedText(k, bodyOf(given));
        const bent = Buffer.from(text, 'base64url');
        bent[place % bent.length]! ^= 1 << bit;
        assert.equal(readReport(k, bent.toString('base64url')), 'not-sealed');
        assert.equal(readReport(other, text), Buffer.compare(k, other) === 0 ? readReport(k, text) : 'not-sealed');
        const cut = Buffer.from(text, 'base64url').subarray(0, place % bent.length);
        assert.ok(['malformed', 'not-sealed'].includes(readReport(k, cut.toString('base64url')) as string));
      }),
    );
  });

  it('is malformed where its text is not base64url in its only form', () => {
    const [{ stationKey, text }] = vectors as [Vector];
    const last = text.at(-1)!;
    for (const wrong of ['', 'A', `${text}=`, `${text} `, ` ${text}`, text.replace(/^./, '+'), `${text}\n`]) {
      assert.equal(readReport(bytes(stationKey), wrong), 'malformed', wrong);
    }
    // Other last characters carry the same bytes where the length is no multiple of three.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const character of alphabet) {
      if (character === last) continue;
      assert.equal(typeof readReport(bytes(stationKey), text.slice(0, -1) + character), 'string');
    }
  });

  const sealed = (numbers: string, k = bytes('11'.repeat(32))) => readReport(k, sealedText(k, `01aabbccdd${numbers}`));
  const head = '0101010105';
  const rest = '000000000000000000';

  it('is malformed where a number is longer than it need be, is too great, or is missing', () => {
    assert.equal(typeof sealed(`${head}${rest}00`), 'object');
    const wrong = {
      'a number of two bytes that needs one': `8100${head.slice(2)}${rest}00`,
      'a zero of two bytes': `8000${head.slice(2)}${rest}00`,
      'a number of 2⁵³': `8080808080808010${head.slice(2)}${rest}00`,
      'a number that never ends': '80'.repeat(400),
      'a number of two hundred bytes': `${'80'.repeat(200)}01`,
      'no sure time': `${head}${rest}`,
      'nothing at all': '',
      'more vouchers than there are bytes': `${head}00000000000000ffffffffffffff0f00`,
      'a sequence number below zero': `${head}00000000000000010c0101010101010000`,
      '156 parts unused': `${head}0000000000000001000101019c0101010000`,
    };
    for (const [name, numbers] of Object.entries(wrong)) assert.equal(sealed(numbers), 'malformed', name);
    // The greatest that there is.
    assert.equal((sealed(`ffffffffffffff0f${head.slice(2)}${rest}00`) as Report).keyVersion, Number.MAX_SAFE_INTEGER);
  });

  it('of another version is told from one that is bent', () => {
    const k = bytes('11'.repeat(32));
    assert.equal(readReport(k, sealedText(k, `02aabbccdd${head}${rest}00`)), 'other-version');
  });

  it('rounds fractions down, and throws what names a number that cannot be', () => {
    const k = new Uint8Array(32);
    const good = reportOf(vectors[0]!.report);
    const totals = { ...good.totals, delivered: 1.99, meterWh: 0.5 };
    const again = readReport(k, sealReport(k, { ...good, totals })) as Report;
    assert.deepEqual([again.totals.delivered, again.totals.meterWh], [1, 0]);
    const voucher = { sequence: 1, outlet: 1, quantity: 1, delivered: 0, unused: 156, reason: 1, minutesAgo: 0 };
    for (const [wrong, says] of [
      [{ ...good, boot: -1 }, /^RangeError: boot/],
      [{ ...good, highest: Number.NaN }, /^RangeError: highest/],
      [{ ...good, number: 2 ** 53 }, /^RangeError: number/],
      [{ ...good, journal: 'abc' }, /^RangeError: journal/],
      [{ ...good, closed: [voucher] }, /^RangeError: unused/],
      [{ ...good, open: [{ ...voucher, sequence: 2.5 }] }, /^RangeError: sequence/],
    ] as const) {
      assert.throws(() => sealReport(k, wrong), says);
    }
    assert.throws(() => sealReport(k, undefined as never), /^TypeError: report/);
    assert.throws(() => readReport(k, undefined as never), /^TypeError: text/);
    assert.throws(() => readReport(new Uint8Array(3), 'AA'), /^RangeError: stationKey/);
  });

  it('has a number for every reason that a voucher ends and every fault of a station, and docs/reports.md lists them', () => {
    const reasons: Readonly<Record<EndReason, number>> = END_REASONS;
    assert.deepEqual(Object.keys(FAULT_NUMBERS).sort(), Object.keys(FAULTS).sort());
    const docs = readFileSync(new URL('../../../docs/reports.md', import.meta.url), 'utf8');
    for (const numbers of [reasons, FAULT_NUMBERS] as Readonly<Record<string, number>>[]) {
      assert.equal(new Set(Object.values(numbers)).size, Object.keys(numbers).length);
      for (const [name, of] of Object.entries(numbers))
        assert.match(docs, new RegExp(`^\\| ${of} \\| \`${name}\` \\|`, 'm'));
    }
  });

  it('of a busy site of 20 outlets fits a QR code that a display can show', () => {
    const longest = vectors.find(({ report }) => report.closed.length === 20 && report.open.length === 20)!;
    assert.ok(longest.text.length <= 600, `${longest.text.length} characters`);
  });
});
