import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RequestIds } from '../../../charging/cloud/request-id.ts';
import { expiryOf, nextNumber, quantityOf, refundOf, unusedAmount } from '../../../charging/cloud/terms.ts';
import { slotAt } from '../../../charging/codes/numbering.ts';
import { compactCode, longCode, serviceCodeOf, stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { MASTER_KEY_HEX, TestLedger } from './databases.ts';

const terms = fc.record({
  layout: fc.constantFrom('compact', 'long'),
  sequence: fc.constantFrom('clock', 'counter'),
  slotSeconds: fc.integer({ min: 60, max: 86_400 }),
} as const);
const moment = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2046-01-01') });

describe('the number that a code carries', function () {
  this.timeout(60_000);
  it('grows, never lies behind the clock, and never more than M/8 ahead of it', () => {
    fc.assert(
      fc.property(terms, moment, fc.integer({ min: -100, max: 100 }), (station, now, offset) => {
        const slot = slotAt(now, station.slotSeconds);
        const last = Math.max(0, slot + offset);
        const next = nextNumber(station, last, now);
        if (station.sequence === 'counter') return assert.deepEqual(next, { sequence: last + 1 });
        const ahead = station.layout === 'compact' ? 4 : 8;
        if ('sequence' in next) {
          assert.ok(next.sequence > last && next.sequence >= slot && next.sequence <= slot + ahead);
          assert.ok(next.sequence === last + 1 || next.sequence === slot);
        } else {
          assert.ok(last + 1 > slot + ahead);
          // Exactly then, and not a second earlier, there is one.
          assert.ok('sequence' in nextNumber(station, last, now + next.waitSeconds * 1000));
          if (next.waitSeconds > 1) {
            assert.ok('waitSeconds' in nextNumber(station, last, now + (next.waitSeconds - 1) * 1000 - 1));
          }
        }
      }),
    );
  });

  it('expires when the station’s clock says so: R − M·¾ < n', () => {
    fc.assert(
      fc.property(terms, moment, (station, now) => {
        const n = slotAt(now, station.slotSeconds);
        const expiry = expiryOf(station, n, station.layout);
        if (station.sequence === 'counter') return assert.equal(expiry, null);
        const window = station.layout === 'compact' ? 32 : 64;
        const accepted = (ms: number) => slotAt(ms, station.slotSeconds) - (window * 3) / 4 < n;
        assert.ok(accepted(expiry! - 1) && !accepted(expiry!));
      }),
    );
  });
});

describe('amounts', function () {
  this.timeout(60_000);
  it('are steps, as many as the layout holds, and nothing between', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('compact', 'long'),
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: -5, max: 200 }),
        (layout, step, quantity) => {
          const most = layout === 'compact' ? 31 : 155;
          const sold = quantity >= 1 && quantity <= most;
          assert.equal(quantityOf({ step, layout }, quantity * step), sold ? quantity : undefined);
          if (step > 1) assert.equal(quantityOf({ step, layout }, quantity * step + 1), undefined);
        },
      ),
    );
  });

  it('given back are within 0.7 % of what was left, and never more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 155e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (bought, part) => {
        const left = bought * part;
        const unused = Math.floor((155 * left) / bought);
        const back = unusedAmount(bought, unused);
        assert.ok(back <= left * (1 + 1e-12) && back >= left - bought * 0.007, `${back} of ${left}`);
        const refund = refundOf(bought, unused)!;
        assert.ok(Number.isInteger(refund) && refund <= left * (1 + 1e-12) && refund > left - bought / 155 - 1);
      }),
    );
  });
});

describe('ids of charging requests', function () {
  this.timeout(60_000);
  const ids = new RequestIds(new Uint8Array(32).fill(9));
  const row = fc.record({
    what: fc.constantFrom('code', 'reservation'),
    station: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    item: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  } as const);

  it('stand for one row each', () => {
    fc.assert(fc.property(row, (key) => assert.deepEqual(ids.rowOf(ids.idOf(key)), { ...key })));
  });

  it('are no id of another ledger, nor when a digit is changed', () => {
    const other = new RequestIds(new Uint8Array(32).fill(8));
    fc.assert(
      fc.property(row, fc.nat(31), fc.integer({ min: 1, max: 15 }), (key, place, change) => {
        const id = ids.idOf(key);
        assert.equal(other.rowOf(id), undefined);
        const digit = (Number.parseInt(id[place]!, 16) ^ change).toString(16);
        assert.equal(ids.rowOf(id.slice(0, place) + digit + id.slice(place + 1)), undefined);
      }),
    );
  });
});

type Step =
  | { readonly kind: 'issue'; readonly quantity: number; readonly key: number }
  | { readonly kind: 'synchronize' }
  | { readonly kind: 'clock'; readonly seconds: number };
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('issue' as const),
      quantity: fc.integer({ min: 0, max: 33 }),
      key: fc.nat(8),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('synchronize' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), seconds: fc.integer({ min: -600, max: 1500 }) }),
  },
);

describe('any history of a station', function () {
  this.timeout(60_000);
  let at: TestLedger;
  before(async () => {
    at = await TestLedger.open('sqlite');
  });
  after(() => at.ledger.close());
  let made = 0;

  it('gives the codes that a slow obvious model gives, with calls together or one by one', async () => {
    const histories = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(terms, histories, async (given, batches) => {
        const id = `M-${++made}`;
        granted(await at.ledger.createStation({ id, ...given }));
        const model = new Model(id, given);
        for (const batch of batches) {
          for (const { seconds } of batch.filter((one) => one.kind === 'clock')) at.now += seconds * 1000;
          const calls = batch.filter((one) => one.kind !== 'clock');
          const answers = await Promise.all(calls.map((call) => ask(at, id, call)));
          // Calls that arrive together are drawn in their order, but those that wait for a key of the same batch.
          const seen = new Set<number>();
          const order = calls.map((call, index) => {
            const later = call.kind === 'issue' && call.key > 0 && seen.has(call.key);
            if (call.kind === 'issue') seen.add(call.key);
            return { index, later };
          });
          for (const late of [false, true]) {
            for (const { index } of order.filter(({ later }) => later === late)) {
              assert.equal(answers[index], model.take(calls[index]!, at.now), JSON.stringify(batches));
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

async function ask(at: TestLedger, station: string, call: Step): Promise<string> {
  if (call.kind === 'clock') return '';
  const answer =
    call.kind === 'synchronize'
      ? await at.ledger.synchronize({ client: 'app', station })
      : await at.ledger.issue({
          client: 'app',
          station,
          amount: call.quantity * 30,
          idempotencyKey: call.key === 0 ? undefined : `${station} ${call.key}`,
        });
  return 'refused' in answer ? refusal(answer) : answer.code;
}

/** The rules written down once more, one number at a time. */
class Model {
  readonly #id: string;
  readonly #terms: { layout: 'compact' | 'long'; sequence: 'clock' | 'counter'; slotSeconds: number };
  readonly #answers = new Map<number, { quantity: number; code: string }>();
  #last = 0;
  /** When the ledger drew a number last, of whichever station. */
  static newest = 0;

  constructor(id: string, given: { layout: 'compact' | 'long'; sequence: 'clock' | 'counter'; slotSeconds: number }) {
    this.#id = id;
    this.#terms = given;
  }

  take(call: Step, now: number): string {
    if (call.kind === 'clock') return '';
    const { layout } = this.#terms;
    const key = stationKeyOf(MASTER_KEY_HEX, this.#id);
    if (call.kind === 'issue') {
      const earlier = call.key > 0 ? this.#answers.get(call.key) : undefined;
      if (earlier) return earlier.quantity === call.quantity ? earlier.code : '409 idempotency-key-reused';
      if (call.quantity < 1 || call.quantity > (layout === 'compact' ? 31 : 155)) return '422 amount-not-sold';
    }
    const behind = Model.newest - now > this.#terms.slotSeconds * 500;
    if (this.#terms.sequence === 'clock' && behind) return '503 clocks-apart';
    if (call.kind === 'synchronize') return serviceCodeOf(key, 'synchronize', this.#synchronization(now));
    let n = this.#last + 1;
    if (this.#terms.sequence === 'clock') {
      const slot = Math.floor(now / 1000 / this.#terms.slotSeconds);
      if (n < slot) n = slot;
      if (n > slot + (layout === 'compact' ? 4 : 8)) return '429 too-many-codes';
    }
    this.#last = n;
    Model.newest = Math.max(Model.newest, now);
    const code = (layout === 'compact' ? compactCode : longCode)(key, 'min', 30, call.quantity, n);
    if (call.key > 0) this.#answers.set(call.key, { quantity: call.quantity, code });
    return code;
  }

  /** It draws no number. */
  #synchronization(now: number): number {
    return this.#terms.sequence === 'clock' ? Math.floor(now / 1000 / this.#terms.slotSeconds) : this.#last;
  }
}
