// Whoever has the power switch and the RTC, and keeps every code and synchronization that was ever made, against a real
// station, compact with slots of five minutes and wide with slots of two: nothing is honoured twice, no voucher later than the bound of docs/code-format.md
// after its expiry, and one synchronization heals whatever was done.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { LAYOUTS } from '../../../charging/codes/index.ts';
import type { StationSettings } from '../../../charging/station/types.ts';
import { Bench, CLOCK, DAY, Hands, HOUR, MINUTE, newFolder, removeFolders, WIDE } from './support.ts';

const HISTORIES = 100;

type Step =
  | { do: 'wait'; minutes: number }
  | { do: 'power off'; minutes: number }
  | { do: 'set RTC'; to: number | 'right' | 'dead' }
  | { do: 'synchronize'; which: number }
  | { do: 'buy and type' }
  | { do: 'type old'; which: number }
  | { do: 'heal' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 4, 7, 60, 300, 3000) }),
  fc.record({ do: fc.constant('power off' as const), minutes: fc.constantFrom(1, 30, 200, 2000, 9000) }),
  fc.record({
    do: fc.constant('set RTC' as const),
    to: fc.constantFrom<number | 'right' | 'dead'>(-HOUR, -5 * HOUR, -3 * DAY, 3 * HOUR, 60 * DAY, 'right', 'dead'),
  }),
  fc.record({ do: fc.constant('synchronize' as const), which: fc.nat(1000) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('buy and type' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('type old' as const), which: fc.nat(1000) }) },
  fc.record({ do: fc.constant('heal' as const) }),
);

class Attack {
  readonly settings: StationSettings;
  readonly slotMs: number;
  /** M of what is typed. */
  readonly window: number;
  readonly clocks = new Hands();
  readonly folder = newFolder();
  readonly used = new Set<number>();
  readonly bought: number[] = [];
  readonly synchronizations: number[] = [];
  bench: Bench;
  trueMs: number;
  last = 0;
  /** Without power since a voucher was last honoured in time, powered since then, and boots, whose unwritten time is lost. */
  darkMs = 0;
  poweredMs = 0;
  boots = 0;
  mostLateMs = 0;
  boundThenMs = 0;

  constructor(settings: StationSettings) {
    this.settings = settings;
    this.slotMs = settings.slotSeconds * 1000;
    this.window = LAYOUTS[settings.layout].window;
    this.trueMs = this.clocks.wall;
    this.bench = new Bench(this.settings, { clocks: this.clocks, folder: this.folder });
    assert(this.#buyAndType());
  }

  run(steps: readonly Step[]): void {
    for (const each of steps) this.#take(each);
    this.#heal();
    this.bench.station.dispose();
    rmSync(this.folder, { recursive: true });
  }

  get slot(): number {
    return Math.floor(this.trueMs / this.slotMs);
  }

  #take(each: Step): void {
    switch (each.do) {
      case 'wait':
        for (let minute = 0; minute < each.minutes; minute++) {
          this.clocks.pass(MINUTE);
          this.bench.station.clockState();
        }
        this.trueMs += each.minutes * MINUTE;
        this.poweredMs += each.minutes * MINUTE;
        break;
      case 'power off':
        this.bench.station.dispose();
        this.clocks.reboot(each.minutes * MINUTE);
        this.trueMs += each.minutes * MINUTE;
        this.darkMs += each.minutes * MINUTE;
        this.boots++;
        this.bench = new Bench(this.settings, { clocks: this.clocks, folder: this.folder });
        break;
      case 'set RTC':
        if (each.to === 'right') this.clocks.wall = this.trueMs;
        else if (each.to === 'dead') this.clocks.wall = 0;
        else this.clocks.wall += each.to;
        break;
      case 'synchronize': {
        const n = this.synchronizations[each.which % this.synchronizations.length];
        if (n !== undefined) this.#synchronize(n);
        break;
      }
      case 'buy and type':
        this.#buyAndType();
        break;
      case 'type old':
        this.#type(this.bought[each.which % this.bought.length]!);
        break;
      case 'heal':
        this.#heal();
    }
    if (this.synchronizations.at(-1) !== this.slot) this.synchronizations.push(this.slot);
    // One that is bought and kept.
    this.#buy();
  }

  #buy(): number | undefined {
    const n = Math.max(this.last + 1, this.slot);
    if (n > this.slot + this.window / 8) return undefined;
    this.last = n;
    this.bought.push(n);
    return n;
  }

  #buyAndType(): boolean {
    const n = this.#buy();
    return n !== undefined && this.#type(n);
  }

  #type(n: number): boolean {
    const code = this.bench.code(n);
    const outcome = this.bench.outcome(code);
    assert.notEqual(outcome, 'invalid', 'what is genuine is never a guess');
    if (outcome !== 'accepted') return false;
    assert(!this.used.has(n), `number ${n} a second time`);
    this.bench.charge(code);
    this.used.add(n);
    const lateMs = this.trueMs - (n + (this.window * 3) / 4) * this.slotMs;
    if (lateMs <= 0) {
      this.darkMs = 0;
      this.poweredMs = 0;
      this.boots = 0;
      return true;
    }
    const bound =
      ((this.window * 7) / 8 + 1) * this.slotMs + this.darkMs + this.poweredMs / 1000 + this.boots * 5 * MINUTE;
    assert(lateMs <= bound, `${lateMs / HOUR} h late, the bound is ${bound / HOUR} h`);
    if (lateMs > this.mostLateMs) {
      this.mostLateMs = lateMs;
      this.boundThenMs = bound;
    }
    return true;
  }

  #synchronize(n: number): string {
    const outcome = this.bench.outcome(this.bench.service('synchronize', n));
    assert(['accepted', 'used', 'expired'].includes(outcome), outcome);
    if (outcome === 'accepted') assert.equal(this.bench.station.useService('synchronize', n), 'done');
    return outcome;
  }

  /** What any customer can do: the synchronization of now, and the code of now is heard. */
  #heal(): void {
    assert.notEqual(this.#synchronize(this.slot), 'expired', 'the synchronization of now is genuine');
    assert.equal(this.bench.station.clockState(), 'ok');
    const n = this.#buy();
    if (n === undefined) return;
    const outcome = this.bench.outcome(this.bench.code(n));
    assert(outcome === 'accepted', `${outcome} after a synchronization`);
  }
}

describe('a station whose power switch and RTC an attacker has', function () {
  this.timeout(300_000);
  after(removeFolders);

  for (const settings of [CLOCK, WIDE]) {
    it(`honours no ${settings.layout} code twice and none later than the bound, and one synchronization heals it`, () => {
      let most = { lateMs: 0, boundMs: 0 };
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), (steps) => {
          const attack = new Attack(settings);
          attack.run(steps);
          if (attack.mostLateMs > most.lateMs) most = { lateMs: attack.mostLateMs, boundMs: attack.boundThenMs };
        }),
        { numRuns: HISTORIES },
      );
      const hours = (ms: number) => (ms / HOUR).toFixed(2);
      console.log(
        `      ${settings.layout}: latest ${hours(most.lateMs)} h, where the bound was ${hours(most.boundMs)} h`,
      );
    });
  }
});
