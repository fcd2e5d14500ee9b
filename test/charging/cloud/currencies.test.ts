import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { currencyCodes, decimalsOf, isCurrency, minorUnitsOf } from '../../../charging/cloud/currencies.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, TestLedger } from './databases.ts';

const published = createRequire(import.meta.url)('currency-codes/data.js') as { code: string; digits: number }[];

/** In force after the list that the package holds was published; once it has them, this test asks to take them out. */
const YOUNGER = { XAD: 2, XCG: 2 };

describe('currencies', () => {
  it('have the decimals of ISO 4217, all of them and no other', () => {
    const expected = Object.fromEntries(published.map(({ code, digits }) => [code, digits]));
    for (const code of Object.keys(YOUNGER)) assert.ok(!(code in expected), `${code} is in the package now`);
    const all = Object.fromEntries(currencyCodes().map((code) => [code, decimalsOf(code)]));
    assert.deepEqual(all, { ...expected, ...YOUNGER });
  });

  it('are told from what is none', () => {
    for (const code of ['EUR', 'IDR', 'UYW']) assert.ok(isCurrency(code), code);
    for (const code of ['', 'eur', 'EU', 'EURO', 'ABC', 978, null, undefined]) assert.ok(!isCurrency(code), `${code}`);
  });

  it('turn written amounts into smallest units, exactly or not at all', () => {
    for (const [text, currency, expected] of [
      ['12.50', 'IDR', 1250],
      ['12.5', 'EUR', 1250],
      ['0.35', 'EUR', 35],
      ['1.005', 'KWD', 1005],
      ['1.1', 'BHD', 1100],
      ['500', 'JPY', 500],
      ['0.0001', 'CLF', 1],
      ['90071992547409.91', 'EUR', 9_007_199_254_740_991],
      ['1.505', 'EUR', undefined],
      ['1.500', 'EUR', undefined],
      ['1.5', 'JPY', undefined],
      ['1.', 'EUR', undefined],
      ['.5', 'EUR', undefined],
      ['1,5', 'EUR', undefined],
      ['-1', 'EUR', undefined],
      ['1e3', 'EUR', undefined],
      ['', 'EUR', undefined],
      ['90071992547409.92', 'EUR', undefined],
    ] as const) {
      assert.equal(minorUnitsOf(text, currency), expected, `${text} ${currency}`);
    }
  });
});

for (const kind of BOTH) {
  describe(`prices on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());

    it('are in a currency of ISO 4217, and a station of before goes on with one that is in no list', async () => {
      const price = (currency: string) => ({ minorUnits: 1250, currency });
      granted(await at.ledger.createStation({ id: 'IDR', price: price('IDR') }));
      for (const currency of ['ABC', 'idr', '', 'EURO']) {
        const answer = await at.ledger.createStation({ id: 'NONE', price: price(currency) });
        assert.equal(refusal(answer), '422 station-not-valid', currency);
        assert.equal(
          refusal(await at.ledger.updateStation('IDR', { price: price(currency) })),
          '422 station-not-valid',
        );
      }
      for (const minorUnits of [1.5, -1, Number.NaN]) {
        const answer = await at.ledger.updateStation('IDR', { price: { minorUnits, currency: 'IDR' } });
        assert.equal(refusal(answer), '422 station-not-valid');
      }
    });
  });
}
