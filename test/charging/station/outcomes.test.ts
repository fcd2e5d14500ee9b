import assert from 'node:assert/strict';
import { CodeReader, dammDigit, readEntry, receiptCode } from '../../../charging/codes/index.ts';
import { judge } from '../../../charging/station/outcomes.ts';
import type { Verdict } from '../../../charging/station/types.ts';
import { Bench, CLOCK, COUNTER, DAY, KEY, MINUTE, newFolder, removeFolders } from './support.ts';

const YEAR_SLOTS = 365 * 24 * 12;

describe('what the keypad hears', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.station.dispose());
  after(removeFolders);

  it('accepts a genuine code and says what it grants', () => {
    const verdict = bench.station.verify(bench.code(bench.slot, 'compact', 3));
    assert.deepEqual(verdict, {
      outcome: 'accepted',
      kind: 'voucher',
      voucher: {
        station: 'CP-0001',
        layout: 'compact',
        sequence: bench.slot,
        quantity: 3,
        amount: 90,
        unit: 'min',
        step: 30,
      },
    } satisfies Verdict);
  });

  it('accepts both layouts, whichever the cloud prefers for this station', () => {
    assert.equal(bench.voucher(bench.code(bench.slot, 'long', 155)).amount, 155 * 30);
    assert.equal(bench.voucher(bench.code(bench.slot, 'compact', 31)).amount, 31 * 30);
  });

  it('lets a verified code be typed again until it is redeemed', () => {
    const code = bench.code(bench.slot);
    assert.equal(bench.outcome(code), 'accepted');
    assert.equal(bench.outcome(code), 'accepted');
    bench.charge(code);
    assert.equal(bench.outcome(code), 'used');
  });

  it('refuses a voucher once it was redeemed in the other layout', () => {
    bench.charge(bench.code(bench.slot, 'compact'));
    assert.equal(bench.outcome(bench.code(bench.slot, 'long')), 'used');
  });

  it('redeems a voucher once, also when it was verified twice before', () => {
    const voucher = bench.voucher(bench.code(bench.slot));
    const again = bench.voucher(bench.code(bench.slot));
    bench.charge(bench.code(bench.slot));
    assert.equal(bench.station.redeem(voucher, { voucher, delivered: 0 }), 'used');
    assert.equal(bench.station.redeem(again, { voucher: again, delivered: 0 }), 'used');
    assert.equal(bench.station.openVouchers()[0], undefined);
  });

  it('takes the codes of two customers in either order', () => {
    bench.charge(bench.code(bench.slot + 1));
    bench.charge(bench.code(bench.slot));
    assert.equal(bench.station.highestUsed(), bench.slot + 1);
  });

  it('says mistyped to a wrong length, a wrong check digit and what is no code at all', () => {
    const code = bench.code(bench.slot);
    const wrong = code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);
    for (const entry of [wrong, code.slice(1), `${code}0`, '', '0', '00', 'abcdefghij', `${code}\n`, ' '.repeat(10)]) {
      assert.equal(bench.outcome(entry), 'mistyped', JSON.stringify(entry));
    }
    assert.equal(bench.outcome(1234567890 as unknown as string), 'mistyped');
  });

  it('says invalid to a code made with another key, to a receipt and to a payload that no cloud makes', () => {
    assert.equal(bench.outcome(bench.guess(bench.slot)), 'invalid');
    assert.equal(bench.outcome(bench.guess(bench.slot, 'long')), 'invalid');
    const receipt = receiptCode(KEY, { unit: 'min', step: 30, unused: 20, sequence: bench.slot });
    assert.equal(bench.outcome(receipt), 'invalid');
    assert.equal(bench.outcome(`999000000${dammDigit('999000000')}`), 'invalid');
    assert.equal(bench.station.lockedForSeconds(), 0);
  });

  for (const [layout, behind, ahead] of [
    ['compact', 23, 8],
    ['long', 47, 16],
  ] as const) {
    it(`accepts ${layout} codes up to ${behind} slots old and ${ahead} ahead, and says why not beyond`, () => {
      const outcome = (offset: number) => bench.outcome(bench.code(bench.slot + offset, layout));
      assert.equal(outcome(-behind), 'accepted');
      assert.equal(outcome(-behind - 1), 'expired');
      assert.equal(outcome(ahead), 'accepted');
      assert.equal(outcome(ahead + 1), 'out-of-step');
    });
  }

  it('tells an honest customer apart from a guess for a year either way, and no longer', () => {
    assert.equal(bench.outcome(bench.code(bench.slot - YEAR_SLOTS)), 'expired');
    assert.equal(bench.outcome(bench.code(bench.slot + YEAR_SLOTS)), 'out-of-step');
    assert.equal(bench.outcome(bench.code(bench.slot - 2 * YEAR_SLOTS)), 'invalid');
    assert.equal(bench.outcome(bench.code(bench.slot + 2 * YEAR_SLOTS)), 'invalid');
  });

  it('takes a tag that fits two numbers for the nearer one: what is a little ahead is not said to be of last summer', () => {
    const code = bench.code(bench.slot + 22, 'compact', 1);
    const [reading, reader] = [readEntry(code), new CodeReader(KEY, CLOCK)];
    assert(typeof reading === 'object');
    const months = 25_354;
    assert.equal(reader.find(reading, bench.slot - YEAR_SLOTS, bench.slot - 1), bench.slot - months);
    assert.equal(bench.outcome(code), 'out-of-step');
  });

  it('says used, not expired, for as long as it remembers', () => {
    const code = bench.code(bench.slot);
    bench.charge(code);
    bench.clocks.pass(3 * DAY);
    bench.charge(bench.code(bench.slot));
    assert.equal(bench.outcome(code), 'used');
    bench.clocks.pass(DAY);
    bench.charge(bench.code(bench.slot));
    assert.equal(bench.outcome(code), 'expired');
  });

  it('never accepts what lies 1024 numbers behind the highest used, whatever the clock says', () => {
    const reading = readEntry(bench.code(1000));
    assert(typeof reading === 'object');
    const at = (highest: number) =>
      judge(
        reading,
        new CodeReader(KEY, CLOCK),
        { window: { highest, used: 1n }, reference: 1000, among: 32 },
        { sequence: 'clock', slotSeconds: 300 },
      );
    assert.deepEqual(at(2023), { outcome: 'accepted', sequence: 1000 });
    assert.deepEqual(at(2024), { outcome: 'expired', sequence: 1000 });
  });

  describe('without a clock', () => {
    beforeEach(() => {
      bench.station.dispose();
      bench = new Bench(COUNTER);
    });

    it('starts at the first numbers', () => {
      assert.equal(bench.outcome(bench.code(1)), 'accepted');
      assert.equal(bench.outcome(bench.code(8)), 'accepted');
      assert.equal(bench.outcome(bench.code(9)), 'out-of-step');
    });

    it('expires a code when three quarters of a window newer ones were issued and one of them used', () => {
      bench.charge(bench.code(8));
      bench.charge(bench.code(16));
      bench.charge(bench.code(24));
      assert.equal(bench.outcome(bench.code(1)), 'accepted');
      bench.charge(bench.code(25));
      assert.equal(bench.outcome(bench.code(1)), 'expired');
      assert.equal(bench.outcome(bench.code(2)), 'accepted');
    });

    it('looks 64 windows around, and no further', () => {
      for (let n = 8; n <= 2400; n += 8) {
        const voucher = bench.voucher(bench.code(n));
        bench.station.redeem(voucher, { voucher, delivered: 60, ended: 'used-up' });
      }
      assert.equal(bench.outcome(bench.code(2400 - 2048)), 'expired');
      assert.equal(bench.outcome(bench.code(2400 + 2048)), 'out-of-step');
      assert.equal(bench.outcome(bench.code(1, 'compact')), 'invalid');
      assert.equal(bench.outcome(bench.code(2400 + 2200)), 'invalid');
      assert.equal(bench.outcome(bench.code(2400 + 2200, 'long')), 'out-of-step');
    });

    it('needs no clock: a wall clock in 1970 changes nothing', () => {
      bench.charge(bench.code(1));
      bench.clocks.wall = 0;
      assert.equal(bench.station.clockState(), 'ok');
      bench.charge(bench.code(2));
      bench.clocks.wall += 100 * 365 * DAY;
      bench.charge(bench.code(3));
    });
  });

  it('checks one candidate and no more, so that no code opens at more than one number in a window', () => {
    let accepted = 0;
    for (let quantity = 1; quantity <= 31; quantity++) {
      const verdict = bench.station.verify(bench.code(bench.slot - 3, 'compact', quantity));
      assert(verdict.outcome === 'accepted' && verdict.kind === 'voucher');
      assert.equal(verdict.voucher.sequence, bench.slot - 3);
      accepted++;
    }
    assert.equal(accepted, 31);
  });

  it('rejects the codes of a station that sells something else instead of mis-crediting them', () => {
    for (const terms of [{ unit: 'Wh' }, { step: 15 }, { step: 60 }] as const) {
      const other = new Bench({ ...CLOCK, ...terms }, { folder: newFolder(), clocks: bench.clocks });
      assert.equal(other.outcome(bench.code(bench.slot)), 'invalid');
      other.station.dispose();
    }
  });

  it('looks a year around at slots of a minute too', () => {
    const minutes = new Bench({ ...CLOCK, slotSeconds: 60 });
    for (const days of [1, 80, 100, 180, 365]) {
      assert.equal(minutes.outcome(minutes.code(minutes.slot - days * 1440)), 'expired', `${days} days old`);
      assert.equal(minutes.outcome(minutes.code(minutes.slot + days * 1440)), 'out-of-step', `${days} days ahead`);
    }
    assert.equal(minutes.outcome(minutes.guess(minutes.slot)), 'invalid');
    minutes.station.dispose();
  });

  it('keeps its answer flat for slots of a second, where a year would be two million numbers', () => {
    const quick = new Bench({ ...CLOCK, slotSeconds: 1 });
    assert.equal(quick.outcome(quick.code(quick.slot - 60)), 'expired');
    quick.clocks.pass(MINUTE);
    assert.equal(quick.outcome(quick.guess(quick.slot)), 'invalid');
    assert.equal(quick.outcome(quick.code(quick.slot - 16_400 * 32)), 'expired');
    assert.equal(quick.outcome(quick.code(quick.slot - 17_000 * 32)), 'invalid');
    assert.equal(quick.outcome(quick.code(quick.slot + 16_390 * 32)), 'out-of-step');
    assert.equal(quick.outcome(quick.code(quick.slot + 17_000 * 32)), 'invalid');
    quick.station.dispose();
  });
});
