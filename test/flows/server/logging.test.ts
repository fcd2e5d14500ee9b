import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digitsForReading } from '../../../charging/codes/index.ts';
import { jsonLine, withoutPiecesOf, withoutSecrets } from '../../../flows/server/logging.ts';

describe('the log', () => {
  it('holds no code, however it is written', () => {
    const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
    fc.assert(
      fc.property(fc.oneof(digits(10), digits(12), digits(15)), (code) => {
        for (const written of [
          code,
          digitsForReading(code),
          `code=${code},`,
          `"${code}"`,
          `(${digitsForReading(code)})`,
        ]) {
          const left = withoutSecrets(`a customer typed ${written}`);
          assert.ok(!left.includes(code) && !left.includes(digitsForReading(code)), left);
        }
      }),
    );
  });

  it('holds no key and no password', () => {
    const key = 'a1'.repeat(32);
    for (const [text, secret] of [
      [`master key ${key}`, key],
      ['Authorization: Bearer oc_a92a2226c890db98_vxPQg-Frl2LaXk', 'vxPQg'],
      ['key oc_a92a2226c890db98_vxPQg-Frl2LaXk was refused', 'vxPQg'],
      ['STATION_KEY=OC1:eyJ2ZXJzaW9uIjoxLCJpZCI6IkNQ was given', 'eyJ2'],
      ['cannot reach postgres://cloud:hunter2@db.example/ledger', 'hunter2'],
      ['cannot reach postgres://cloud:hunt@er2@db.example/ledger', 'er2'],
      ['cannot reach postgres://:hunter2@db.example/ledger', 'hunter2'],
    ] as const) {
      assert.ok(!withoutSecrets(text).includes(secret), text);
    }
  });

  it('holds no piece of a password that was written without encoding it', () => {
    for (const [password, said] of [
      ['1/hunter2', 'database "hunter2@db.example/ledger" does not exist'],
      ['hunt#er2', 'connect ECONNREFUSED cloud:hunt'],
      ['hunt er2', 'Invalid URL: postgres://cloud:hunt er2@db.example/ledger'],
      ['se%cret', 'URI malformed: se%cret'],
      ['hun?ter2', 'getaddrinfo ENOTFOUND of "ter2@db.example"'],
    ] as const) {
      const clean = withoutPiecesOf(`postgres://cloud:${password}@db.example/ledger`);
      const left = clean(withoutSecrets(said));
      for (const piece of password.split(/\W/).filter((each) => each.length > 1)) {
        assert.ok(!left.includes(piece), left);
      }
    }
    const plain = 'the ledger has 1 station, password or not';
    assert.equal(withoutPiecesOf('postgres://cloud:1@db.example/ledger')(plain), plain);
    assert.equal(withoutPiecesOf(undefined)(plain), plain);
  });

  it('keeps what helps: times, ports, addresses, ids and counts', () => {
    const text = '2026-11-22T16:30:00.000Z 127.0.0.1:1880 request 6c8fee8a3c0a800e43d1683d2f099fcd 1000000 rows';
    assert.equal(withoutSecrets(text), text);
  });

  it('is one JSON object a line, with what a person and a machine look for', () => {
    const error = Object.assign(new Error('line\nbroken'), { code: 'ledger-unavailable' });
    const line = jsonLine({ level: 20, msg: error, type: 'issue code', id: 'n1', timestamp: 0 });
    assert.ok(!line.includes('\n'));
    const { time, level, message, code, type, stack } = JSON.parse(line);
    assert.deepEqual(
      [time, level, message, code, type],
      ['1970-01-01T00:00:00.000Z', 'error', 'line\nbroken', 'ledger-unavailable', 'issue code'],
    );
    assert.match(stack, /^Error: line/);
  });

  it('survives whatever a node logs', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const msg of [circle, null, undefined, 7, Symbol('x'), 10n, { message: 'said' }, [1]]) {
      assert.equal(typeof JSON.parse(jsonLine({ level: 40, msg })).time, 'string');
    }
  });
});
