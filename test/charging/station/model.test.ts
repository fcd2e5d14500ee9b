// Random histories of a station and its customers, power cuts in the middle of writes included, held step by step
// against the model: no number is ever honoured twice, and none is refused that should be honoured.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import {
  algorithmOf,
  CodeReader,
  LAYOUTS,
  type LayoutName,
  type Operation,
  readEntry,
  receiptCode,
} from '../../../charging/codes/index.ts';
import type { SessionRecord, StationSettings } from '../../../charging/station/types.ts';
import { type Entry, Model } from './model.ts';
import {
  Bench,
  CLOCK,
  copyAfterCrash,
  DAY,
  Hands,
  HOUR,
  KEY,
  lastReceipt,
  MINUTE,
  newFolder,
  plain,
  removeFolders,
} from './support.ts';

const HISTORIES = 2000;
const QUANTITY = 2;

/** In which layout of the station's family. */
type Form = 'typed' | 'rescue';
type Step =
  | { do: 'issue'; times: number }
  | { do: 'type'; which: number; form: Form; plug: boolean; crash: number }
  | { do: 'end'; delivered: number; crash: number }
  | { do: 'checkpoint'; delivered: number; crash: number }
  | { do: 'guess'; form: Form; salt: number; times: number; crash: number }
  | { do: 'mistype'; which: number }
  | { do: 'service'; operation: Operation; crash: number }
  | { do: 'again' }
  | { do: 'wait'; minutes: number }
  | { do: 'jump'; to: number | 'epoch' | 'right' }
  | { do: 'restart' }
  | { do: 'power cut'; minutes: number; rtc: 'alive' | 'stopped' | 'dead' };

const which = fc.nat(100);
const form = fc.constantFrom<Form>('typed', 'rescue');
const crash = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) },
);
const minutes = fc.constantFrom(1, 4, 15, 61, 240, 700, 6000, 25_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('issue' as const), times: fc.constantFrom(1, 1, 2, 5, 20) }) },
  {
    weight: 9,
    arbitrary: fc.record({ do: fc.constant('type' as const), which, form, plug: fc.boolean(), crash }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), delivered: fc.nat(60), crash }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('checkpoint' as const), delivered: fc.nat(60), crash }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('guess' as const),
      form,
      salt: fc.nat(1e6),
      times: fc.constantFrom(1, 1, 4, 11),
      crash,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mistype' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('service' as const),
      operation: fc.constantFrom<Operation>('synchronize', 'synchronize', 'clear-lockout', 'test-relay'),
      crash,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      to: fc.constantFrom<number | 'epoch' | 'right'>(DAY, -DAY, 3 * HOUR, -3 * HOUR, -1000, 'epoch', 'right', 'right'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('power cut' as const),
      minutes,
      rtc: fc.constantFrom<'alive' | 'stopped' | 'dead'>('alive', 'alive', 'stopped', 'dead'),
    }),
  },
);

/** One station, its model, the cloud that issues its codes, and the moment at which the plug is pulled. */
class History {
  readonly clocks = new Hands();
  readonly model: Model;
  readonly settings: StationSettings;
  readonly issued: number[] = [];
  readonly served: { operation: Operation; sequence: number }[] = [];
  bench: Bench;
  trueMs: number;
  last = 0;
  open: SessionRecord | undefined;
  receipt: string | undefined;
  #folder = newFolder();
  #countdown = 0;
  /** What had reached the disk of the act that the plug was pulled in. */
  #reached: string[] = [];
  #acting = false;

  constructor(settings: StationSettings) {
    this.settings = settings;
    this.trueMs = this.clocks.wall;
    this.bench = this.#start();
    this.model = new Model(settings, this.clocks);
  }

  run(steps: readonly Step[]): void {
    for (const each of steps) {
      this.#take(each);
      this.#compare();
    }
    this.bench.station.dispose();
    rmSync(this.#folder, { recursive: true });
  }

  #start(): Bench {
    return new Bench(this.settings, {
      folder: this.#folder,
      clocks: this.clocks,
      onWrite: (point) => {
        if (!this.#acting) return;
        if (this.#countdown > 0) {
          this.#reached.push(point);
          if (--this.#countdown === 0) copyAfterCrash(this.#folder, `${this.#folder}-crashed`);
        }
      },
    });
  }

  /** Does `work`, and pulls the plug at its write number `crash`. @returns how many of its commits are on the disk */
  #act(crash: number, work: () => void): number {
    this.#countdown = crash;
    this.#reached = [];
    this.#acting = true;
    work();
    this.#acting = false;
    if (crash === 0 || this.#countdown > 0) return Number.POSITIVE_INFINITY;
    this.bench.station.dispose();
    rmSync(this.#folder, { recursive: true });
    this.#folder = `${this.#folder}-crashed`;
    this.bench = this.#start();
    // A commit counts from its snapshot on, or, where it has none, once the database holds it.
    return this.#reached.reduce((sum, point, i) => {
      const counts = point === 'snapshot' || (point === 'committed' && this.#reached[i - 1] !== 'snapshot');
      return sum + (counts ? 1 : 0);
    }, 0);
  }

  #take(each: Step): void {
    switch (each.do) {
      case 'issue':
        for (let i = 0; i < each.times; i++) this.#issue();
        return;
      case 'type': {
        const sequence = this.issued[each.which % this.issued.length];
        if (sequence !== undefined) this.#type(sequence, each);
        return;
      }
      case 'end':
      case 'checkpoint':
        this.#charge(each);
        return;
      case 'guess':
        for (let i = 0; i < each.times; i++) {
          const layout = this.#layout(each.form);
          const digits = this.bench.guess(each.salt + i, layout);
          this.#verify({ kind: 'guess', layout }, digits, i === 0 ? each.crash : 0);
        }
        return;
      case 'mistype': {
        const code = this.bench.code(this.issued[each.which % this.issued.length] ?? 7);
        const wrong = (Number(code[3]) + 1 + (each.which % 9)) % 10;
        this.#verify({ kind: 'mistyped' }, code.slice(0, 3) + wrong + code.slice(4), 0);
        return;
      }
      case 'service':
        this.#serve(
          each.operation,
          each.operation === 'synchronize' ? this.#synchronization() : this.#number(),
          each.crash,
        );
        return;
      case 'again': {
        const service = this.served.at(-1);
        if (service) this.#serve(service.operation, service.sequence, 0);
        return;
      }
      case 'wait':
        this.model.wait(each.minutes);
        this.trueMs += each.minutes * MINUTE;
        return;
      case 'jump':
        if (each.to === 'epoch') this.clocks.wall = 0;
        else if (each.to === 'right') this.clocks.wall = this.trueMs;
        else this.clocks.wall += each.to;
        this.model.jumped();
        return;
      case 'restart':
        this.bench.restart();
        return;
      case 'power cut':
        this.bench.station.dispose();
        this.clocks.reboot(each.minutes * MINUTE, each.rtc === 'alive');
        if (each.rtc === 'dead') this.clocks.wall = 0;
        this.trueMs += each.minutes * MINUTE;
        this.bench = this.#start();
        this.model.booted();
        return;
    }
  }

  #layout(form: Form): LayoutName {
    return algorithmOf(this.settings.layout).bounds[form].layout;
  }

  /** The number that the cloud takes next. */
  #number(): number {
    const slot = Math.floor(this.trueMs / 1000 / this.settings.slotSeconds);
    this.last = this.settings.sequence === 'clock' ? Math.max(this.last + 1, slot) : this.last + 1;
    return this.last;
  }

  /** The number that the cloud gives all who ask for a synchronization now. */
  #synchronization(): number {
    return this.settings.sequence === 'clock' ? Math.floor(this.trueMs / 1000 / this.settings.slotSeconds) : this.last;
  }

  #issue(): void {
    const slot = Math.floor(this.trueMs / 1000 / this.settings.slotSeconds);
    if (this.settings.sequence === 'clock' && this.last + 1 > slot + LAYOUTS[this.settings.layout].window / 8) return;
    this.issued.push(this.#number());
  }

  /** Types digits and holds the answer against the model's. @returns whether the station still stands, and heard it */
  #verify(entry: Entry, digits: string, crash: number): boolean {
    const expected = this.model.hears(entry);
    let heard: ReturnType<Bench['station']['verify']> | undefined;
    const reached = this.#act(crash, () => {
      heard = this.bench.station.verify(digits);
    });
    assert(heard);
    if (heard.outcome !== expected.outcome) fc.pre(!this.#meansMoreThan(entry, digits));
    assert.equal(heard.outcome, expected.outcome, JSON.stringify(entry));
    if (heard.outcome === 'locked') assert.equal(heard.retryAfterSeconds, expected.retryAfterSeconds);
    if (heard.outcome === 'accepted') {
      assert.equal('voucher' in heard ? heard.voucher.sequence : heard.sequence, 'sequence' in entry && entry.sequence);
    }
    if (expected.from && reached >= 1) this.model.take(expected.from);
    if (expected.from && reached >= 2 && expected.outcome !== 'invalid') this.model.giveBack(expected.from);
    return reached === Number.POSITIVE_INFINITY && heard.outcome === 'accepted';
  }

  /** Whether the digits are, by a chance of one in millions, a code for another number as well. */
  #meansMoreThan(entry: Entry, digits: string): boolean {
    const reading = readEntry(digits, this.settings.layout);
    if (typeof reading !== 'object') return false;
    const reader = new CodeReader(KEY, this.settings);
    const own = 'sequence' in entry ? entry.sequence : -1;
    const span = 100 * reading.window;
    const other =
      reader.find(reading, own - span, own - 1) ??
      reader.find(reading, own + 1, own + span) ??
      reader.find(reading, this.model.slot - span, this.model.slot + span);
    return other !== undefined && other !== own;
  }

  #type(sequence: number, { form, plug, crash }: Step & { do: 'type' }): void {
    const layout = this.#layout(form);
    const entry: Entry = { kind: 'voucher', sequence, layout };
    const accepted = this.#verify(entry, this.bench.code(sequence, layout, QUANTITY), plug ? 0 : crash);
    if (!accepted || !plug || this.open) return;
    const voucher = { ...this.bench.voucherOf(sequence, QUANTITY), layout };
    const record: SessionRecord = { voucher, delivered: 0 };
    let answer: string | undefined;
    const reached = this.#act(crash, () => {
      answer = this.bench.station.redeem(voucher, record);
    });
    assert.equal(answer, 'redeemed');
    if (reached < 1) return;
    this.model.redeem(sequence, layout);
    this.open = record;
  }

  #charge(each: Step & { do: 'end' | 'checkpoint' }): void {
    if (!this.open) return;
    const delivered = Math.max(this.open.delivered, each.delivered);
    const record: SessionRecord = { ...this.open, delivered };
    if (each.do === 'checkpoint') {
      if (this.#act(each.crash, () => this.bench.station.checkpoint([record])) < 1) return;
      if (delivered > this.open.delivered) this.model.remember();
      this.open = record;
      return;
    }
    const ended: SessionRecord = { ...record, ended: 'unplugged' };
    if (this.#act(each.crash, () => this.bench.station.close([ended])) < 1) return;
    this.model.remember();
    this.open = undefined;
    const { voucher } = record;
    const unused = Math.floor((155 * (voucher.amount - delivered)) / voucher.amount);
    const { unit, step, sequence } = voucher;
    const layout = this.settings.layout === 'wide' ? 'wide-long' : 'long';
    this.receipt = unused > 0 ? receiptCode(KEY, { unit, step, unused, sequence, layout }) : undefined;
  }

  #serve(operation: Operation, sequence: number, crash: number): void {
    const entry: Entry = { kind: 'service', operation, sequence };
    if (!this.#verify(entry, this.bench.service(operation, sequence), 0)) return;
    const reached = this.#act(crash, () => assert.equal(this.bench.station.useService(operation, sequence), 'done'));
    if (reached < 1) return;
    this.model.serve(operation, sequence);
    this.served.push({ operation, sequence });
  }

  #compare(): void {
    const { station } = this.bench;
    assert.equal(station.clockState(), this.model.lost ? 'lost' : 'ok');
    assert.equal(station.now(), this.model.now);
    assert.equal(station.highestUsed(), this.model.highest);
    assert.deepEqual(plain(station.openVouchers()[0]), this.open);
    assert.equal(lastReceipt(station)?.receipt, this.receipt);
    for (const used of this.model.used) {
      const voucher = this.bench.voucherOf(used);
      // Of what lies beyond its memory the station cannot say whether it was used.
      const why = this.model.highest - used < 1024 ? 'used' : 'expired';
      assert.equal(station.redeem(voucher, { voucher, delivered: 0 }), why, `number ${used} a second time`);
    }
  }
}

describe('random histories of a station', function () {
  this.timeout(300_000);
  after(removeFolders);

  const families = [
    { layout: 'compact', slotSeconds: 43_200, histories: HISTORIES / 2 },
    { layout: 'wide', slotSeconds: 1200, histories: HISTORIES / 4 },
  ] as const;
  for (const { layout, slotSeconds, histories } of families) {
    for (const sequence of ['clock', 'counter'] as const) {
      it(`go as the model says, with a ${sequence} and ${layout} codes: no code twice, none lost`, () => {
        fc.assert(
          fc.property(fc.array(step, { minLength: 8, maxLength: 32, size: 'max' }), (steps) =>
            new History({ ...CLOCK, layout, slotSeconds, sequence }).run(steps),
          ),
          { numRuns: histories },
        );
      });
    }
  }
});
