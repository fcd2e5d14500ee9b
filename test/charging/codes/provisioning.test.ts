import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ALGORITHM_NAMES } from '../../../charging/codes/index.ts';
import {
  ProvisioningError,
  readProvisioning,
  type StationProvisioning,
  writeProvisioning,
} from '../../../charging/codes/provisioning.ts';

const KEY = 'ab'.repeat(32);
const STATION: StationProvisioning = {
  ...{ station: 'CP-0001', key: KEY, keyVersion: 3, unit: 'min', step: 30, layout: 'wide', sequence: 'clock' },
  ...{ slotSeconds: 120, outlets: 4, page: 'https://example.com/charge/CP-0001', new: true },
  provisionedAt: '2026-11-22T12:00:00.000Z',
};
const saidIn = (text: string) => JSON.parse(Buffer.from(text.slice('OC1:'.length), 'base64url').toString());
const textOf = (said: unknown) => `OC1:${Buffer.from(JSON.stringify(said)).toString('base64url')}`;
const fails = (code: string, says?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ProvisioningError);
  assert.equal(error.code, code);
  assert.doesNotMatch(error.message, /abab/);
  if (says) assert.match(error.message, says);
  return true;
};

describe('a provisioning', () => {
  it('is one text that says all that a station is set up with', () => {
    const text = writeProvisioning(STATION);
    assert.match(text, /^OC1:[\w-]+$/);
    assert.deepEqual(saidIn(text), {
      ...{
        version: 1,
        id: 'CP-0001',
        key: KEY,
        keyVersion: 3,
        unit: 'min',
        step: 30,
        layout: 'wide',
        sequence: 'clock',
      },
      ...{ slotSeconds: 120, outlets: 4, tariff: null, page: 'https://example.com/charge/CP-0001', new: true },
      provisionedAt: '2026-11-22T12:00:00.000Z',
    });
  });

  it('is read back whole, of any station, with blanks in it, and as a file', () => {
    const station = fc.record(
      {
        station: fc
          .stringMatching(/^[A-Za-z\d\u4e00-\u9fff](?:[\w.:-]{0,30}[A-Za-z\d])?$/)
          .map((id) => id.normalize('NFC')),
        key: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
        keyVersion: fc.nat({ max: 1_000_000_000 }),
        unit: fc.constantFrom('min', 'Wh'),
        step: fc.integer({ min: 1, max: 1_000_000 }),
        layout: fc.constantFrom(...ALGORITHM_NAMES),
        sequence: fc.constantFrom('clock', 'counter'),
        slotSeconds: fc.integer({ min: 60, max: 86_400 }),
        outlets: fc.integer({ min: 1, max: 20 }),
        page: fc.webUrl(),
        new: fc.boolean(),
      },
      { noNullPrototype: true },
    ) as fc.Arbitrary<StationProvisioning>;
    fc.assert(
      fc.property(station, fc.nat({ max: 60 }), (given, at) => {
        const text = writeProvisioning(given);
        assert.deepEqual(readProvisioning(text), given);
        assert.deepEqual(readProvisioning(` ${text.slice(0, 5 + at)}\r\n ${text.slice(5 + at)}\n`), given);
        assert.deepEqual(readProvisioning(`\uFEFF${JSON.stringify({ version: 1, ...given })}`), given);
      }),
    );
  });

  it('of 0.1.0, without version and outlets, is one of a station with one', () => {
    const {
      outlets,
      keyVersion,
      page,
      new: isNew,
      provisionedAt,
      ...of010
    } = { ...STATION, layout: 'compact' } as const;
    assert.deepEqual(readProvisioning(JSON.stringify(of010)), { ...of010, keyVersion: 1, outlets: 1 });
  });

  it('shows people its page where that is an address of the web, and nothing else', () => {
    const said = saidIn(writeProvisioning(STATION));
    const pageIn = (page: unknown) => readProvisioning(textOf({ ...said, page })).page;
    for (const page of ['https://example.com/charge/CP-0001', 'http://192.168.0.9:1880/充电/charge/%E7%AB%99'])
      assert.equal(pageIn(page), page);
    for (const page of [
      'javascript:alert(1)',
      'https://a\nFilled',
      'https://a/\u202ecod',
      'https://a/\u001b[2J',
      7,
      '',
    ])
      assert.equal(pageIn(page), undefined);
  });

  it('that is newer is refused, and says so', () => {
    const newer = textOf({ ...saidIn(writeProvisioning(STATION)), version: 2 });
    assert.throws(() => readProvisioning(newer), fails('provisioning-newer', /version 2.*Upgrade the station/));
    assert.throws(() => readProvisioning(newer.replace('OC1:', 'OC2:')), fails('provisioning-newer', /OC2:.*OC1:/));
  });

  it('that is none, or was cut or changed, is refused without its key, naming what is wrong', () => {
    assert.throws(() => readProvisioning('041873629150'), fails('not-provisioning'));
    assert.throws(() => readProvisioning('[]'), fails('not-provisioning'));
    const text = writeProvisioning(STATION);
    for (const cut of [text.slice(0, 80), text.slice(0, -1), `${text}!`, `${text} OC`, text.replace(':', ':x')])
      assert.throws(() => readProvisioning(cut), fails('provisioning-cut', /copy it once more/));
    const said = saidIn(text);
    const wrong: [string, unknown][] = [
      ...([
        ['id', 'CP 1'],
        ['key', 'ab'],
        ['keyVersion', -1],
        ['unit', 'kWh'],
        ['step', 0],
      ] as [string, unknown][]),
      ...([
        ['layout', 'narrow'],
        ['sequence', 'both'],
        ['slotSeconds', 0.5],
        ['outlets', 21],
      ] as [string, unknown][]),
      ['tariff', 'night'],
    ];
    for (const [name, value] of wrong) {
      const changed = textOf({ ...said, [name]: value });
      assert.throws(() => readProvisioning(changed), fails('provisioning-damaged', new RegExp(name)), name);
    }
  });
});
