// What the state writes of vouchers is what it reads again, to the bit.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packed, termsIn, unpacked } from '../../../charging/station/journal/packed.ts';
import type { SessionRecord } from '../../../charging/station/types.ts';

const wh = fc.oneof(
  fc.integer({ min: 0, max: 9_999_999_999 }).map((thousandths) => thousandths / 1000),
  fc.double({ min: 0, max: 1e8, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const record = fc
  .record({
    ...{ sequence: fc.nat(), quantity: fc.integer({ min: 1, max: 97 }), layout: fc.constantFrom('wide', 'compact') },
    ...{ unit: fc.constantFrom('min', 'Wh'), step: fc.constantFrom(30, 500), session: fc.nat(), outlet: fc.nat(20) },
    ...{ delivered: wh, start: maybe(wh), last: maybe(wh), ahead: maybe(wh), cuts: maybe(fc.nat(9)) },
    ...{ halted: maybe(fc.constant(true)), ended: maybe(fc.constantFrom('unplugged', 'used-up')) },
  })
  .map(({ sequence, quantity, layout, unit, step, session, outlet, delivered, start, last, ...rest }) => {
    const voucher = { station: 'CP-0001', layout, sequence, quantity, amount: quantity * step, unit, step };
    const given = { meterStartWh: start, meterLastWh: last, ...rest };
    const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return { voucher, session, outlet, delivered, ...present } as SessionRecord;
  });

describe('vouchers in the state', () => {
  it('come back as they were, whatever terms and meters they have', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), (records) => {
        const terms = termsIn(records);
        const text = JSON.stringify([terms, records.map((each) => packed(each, terms))]);
        const [termsRead, lists] = JSON.parse(text);
        assert.deepEqual(
          lists.map((list: unknown) => unpacked(list, 'CP-0001', termsRead)),
          records,
        );
      }),
    );
  });

  it('come back from what was written before they shared their terms', () => {
    const list = [62, 2, 'compact', 'Wh', 500, 6, 1, 77.125, 5000000.5, 5000077.625, { ahead: 8.25 }];
    const { voucher, ...rest } = unpacked(list, 'CP-0001');
    assert.deepEqual([voucher.sequence, voucher.unit, voucher.amount], [62, 'Wh', 1000]);
    assert.deepEqual(rest, {
      ...{ session: 6, outlet: 1, delivered: 77.125, meterStartWh: 5000000.5, meterLastWh: 5000077.625, ahead: 8.25 },
    });
    assert.throws(() => unpacked([62, 2, 6, 1, 77.125], 'CP-0001'), /terms/);
  });
});
