// A station of one outlet to which anything happens, with what must always hold checked after each thing.
import assert from 'node:assert/strict';
import { next, nextBeat } from '../../../../charging/station/charger/machine.ts';
import {
  type ChargerState,
  chargerConfig,
  type Effect,
  type Event,
  newCharger,
  outletsOf,
  type Write,
} from '../../../../charging/station/charger/model.ts';
import { blocking, FAULTS, type FaultCode } from '../../../../charging/station/faults.ts';
import { currentVoucher, left } from '../../../../charging/station/outlet/metering.ts';
import { type OutletState, relayCommanded } from '../../../../charging/station/outlet/model.ts';
import type { SessionRecord, Voucher } from '../../../../charging/station/types.ts';
import { type Disk, newWorld, type World } from './random-world.ts';
import type { Happening } from './site.ts';

export const seed = Number(process.env.SEED ?? 20_261_122);

export class RandomStation {
  readonly config;
  readonly reasons = new Map<string, number>();
  readonly visited = new Map<string, number>();
  state: ChargerState = newCharger();
  now = 1000;
  sequence = 0;
  readonly disk: Disk = { used: new Set(), open: undefined, last: undefined };
  readonly world: World = newWorld();
  readonly #random: () => number;
  /** How much goes wrong in this station's life. */
  readonly #calm: number;
  #last = 'start';
  /** The vouchers whose stop was asked for, and answered with yes. */
  readonly #meant = new Set<number>();

  constructor(random: () => number, unit: 'min' | 'Wh') {
    this.#random = random;
    this.#calm = this.#pick([1, 0.2, 0.04, 0.01]);
    this.config = chargerConfig({ unit, checkpointMs: 20_000, pausedMs: 20_000, pauseAfterMs: 5000 });
    this.#boot();
  }

  get outlet(): OutletState {
    return this.state.outlets[0]!;
  }

  /** What stops it. */
  get fault(): FaultCode | undefined {
    return outletsOf(this.state, this.config.unit)[0]!.fault;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }
  #pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)]!;
  }

  #boot(): void {
    this.state = newCharger();
    this.world.vehicle = undefined;
    this.world.settling = false;
    this.world.causes.clear();
    this.world.leaked = this.world.welded;
    this.world.leaks = { readings: 0, since: this.now };
    const { open, last } = this.disk;
    this.hear({ type: 'start', open: open ? [open] : [], lastClosed: last?.receipt ? [last] : [] });
    if (this.#chance(0.9)) this.#plug(this.#chance(0.7));
  }

  #plug(connected: boolean | undefined): void {
    // Whoever sees it is deployed anew, or gone for good.
    if (connected === undefined && this.#chance(0.5)) {
      this.world.vehicle = connected;
      this.world.settling = false;
      this.hear({ type: 'vehicle', connected, restarting: true });
      return;
    }
    this.world.vehicle = connected;
    this.world.settling = connected === false && this.#chance(0.2);
    if (connected === undefined) this.world.causes.add('vehicle-unknown');
    else this.world.causes.delete('vehicle-unknown');
    this.hear({ type: 'vehicle', connected, settling: this.world.settling });
  }

  /** One event of the world; time passes before it. */
  step(): void {
    const beat = nextBeat(this.state, this.now, this.now, this.config);
    const hangs = this.#chance(0.001);
    this.#pass(hangs ? Math.floor(this.#random() * 20_000) : Math.ceil(this.#random() * beat));
    this.hear({ type: 'tick' });
    const dice = this.#random();
    if (dice < 0.5) return;
    if (dice < 0.65) this.#meter();
    else if (dice < 0.75) this.#relay();
    else if (this.outlet.phase.name === 'fault') this.#mend();
    else if (dice < 0.8) this.#arrive();
    else if (this.#chance(this.#calm)) this.#disturb();
  }

  /** The next customer. */
  #arrive(): void {
    const { phase } = this.outlet;
    if (phase.name === 'waiting') this.#plug(true);
    else if (phase.name === 'free' && this.#chance(0.3)) this.hear({ type: 'voucher', voucher: this.#voucher() });
  }

  #disturb(): void {
    const dice = this.#random();
    if (dice < 0.2) this.#people();
    else if (dice < 0.6) this.#type();
    else if (dice < 0.75) this.#plug(this.#pick([true, true, false, undefined]));
    else if (dice < 0.85) this.#fault();
    else if (dice < 0.87) this.world.welded = !this.world.welded;
    else if (dice < 0.9) this.world.failing = this.#pick(['before', 'after'] as const);
    else if (dice < 0.94) this.#powerCut();
    else if (dice < 0.96) this.#relayRestarts();
    else this.hear({ type: 'clock', lost: this.#chance(0.2) });
  }

  #mend(): void {
    const dice = this.#random();
    if (dice < 0.1) this.world.failing = 'no';
    else if (dice < 0.2) this.hear({ type: 'service', operation: 'end-session', sequence: ++this.sequence });
    else if (dice < 0.4) this.#fault();
    else if (dice < 0.5) this.#plug(this.#pick([true, false]));
    else if (dice < 0.6) this.world.relayFollows = true;
    else if (dice < 0.65) this.world.welded = false;
    else this.#disturb();
  }

  #pass(ms: number): void {
    const { world } = this;
    this.now += ms;
    if (world.welded || (world.relayOn && !relayCommanded(this.outlet))) world.leaked = true;
    if (world.relayOn || world.welded) {
      const wh = (world.powerW * ms) / 3_600_000;
      world.meterWh += wh;
      if (this.disk.open) world.given += this.config.unit === 'min' ? ms : wh;
      // What a stuck relay lets through is nobody's to pay, nor a gap longer than the relay guard bears.
      const counted = world.relayOn && relayCommanded(this.outlet) ? Math.min(ms, this.config.silenceMs) : 0;
      if (this.config.unit === 'min') world.free += ms - counted;
    }
  }

  #meter(): void {
    const { world } = this;
    if (this.#chance(0.02)) world.powerW = this.#pick([0, 3, 700, 7000]);
    const flows = world.relayOn || world.welded;
    const energyWh = this.#chance(0.001) ? this.#pick([Number.NaN, -1, world.meterWh - 5]) : world.meterWh;
    if (energyWh === world.meterWh) {
      world.causes.delete('meter-silent');
      world.causes.delete('meter-implausible');
    }
    this.hear({
      type: 'meter',
      reading: { energyWh, ...(this.#chance(0.5) ? { powerW: flows ? world.powerW : 0 } : {}) },
    });
    this.#leaking(energyWh === world.meterWh);
  }

  /** Current through a relay that is seen open is a fault, at the latest after so many readings; else there is none. */
  #leaking(good: boolean): void {
    const { world, outlet, now } = this;
    const open = !relayCommanded(outlet) && outlet.relay.on === false && outlet.startedAt !== undefined;
    if (!good) return;
    if (!open || !world.welded || world.powerW < 700) world.leaks = { readings: 0, since: now };
    else world.leaks.readings++;
    const { readings, since } = world.leaks;
    const stuck = outlet.faults.some(({ code }) => code === 'relay-stuck-on');
    if (readings > 12 && now - since > 60_000) assert.ok(stuck, this.#where('current through an open relay'));
    if (!world.leaked && outlet.strayedSince === undefined && !world.causes.has('relay-stuck-on'))
      assert.ok(!stuck, this.#where('a false alarm'));
  }

  #relay(): void {
    const { world } = this;
    if (this.#chance(world.relayFollows ? 0.002 : 0.1)) world.relayFollows = !world.relayFollows;
    if (world.relayFollows) world.relayOn = relayCommanded(this.outlet);
    const readyInMs = this.#chance(0.05) ? this.#pick([undefined, 500, 4000]) : 0;
    this.hear({ type: 'relay', on: world.relayOn, readyInMs });
  }

  /** Whoever drives the relay is deployed anew: it opens on its way out, if it opens at all. */
  #relayRestarts(): void {
    const { world } = this;
    if (world.relayFollows) world.relayOn = false;
    if (!world.relayOn) this.hear({ type: 'relay', on: false, readyInMs: undefined, restarting: true });
  }

  #voucher(): Voucher {
    const { unit } = this.config;
    const step = unit === 'min' ? 1 : 50;
    const quantity = 1 + Math.floor(this.#random() * 5);
    const again = this.#chance(0.2);
    const sequence = again ? Math.ceil(this.#random() * this.sequence) : ++this.sequence;
    return { station: 'CP-0001', layout: 'compact', sequence, quantity, amount: quantity * step, unit, step };
  }

  #people(): void {
    if (this.#chance(0.7)) {
      this.hear({ type: 'voucher', voucher: this.#voucher() });
      return;
    }
    const operation = this.#pick(['synchronize', 'clear-lockout', 'test-relay', 'test-relay', 'end-session'] as const);
    if (operation === 'test-relay' && this.#chance(0.5)) this.#plug(false);
    this.hear({ type: 'service', operation, sequence: ++this.sequence });
  }

  #type(): void {
    const dice = this.#random();
    if (dice < 0.1) this.hear({ type: 'key', key: this.#pick(['*', '*', '#']) });
    else if (dice < 0.2) {
      // What is on the disk here is one voucher: nobody adds another to it.
      const adds = this.state.conversation.asking?.ask === 'add';
      this.hear({ type: 'answer', digits: adds ? '2' : this.#pick(['1', '1', '2', '10']) });
    } else if (dice < 0.6) this.hear({ type: 'typed', digits: this.#pick(['', '1', '12']) });
    else if (dice < 0.9)
      this.hear({ type: 'refused', verdict: { outcome: this.#pick(['mistyped', 'invalid', 'expired'] as const) } });
    else this.#typeAgain();
  }

  /** The same code again. */
  #typeAgain(): void {
    const fate = this.#pick([this.disk.open, this.disk.last]);
    this.hear({ type: 'refused', verdict: { outcome: 'used' }, ...(fate ? { fate } : {}) });
  }

  /** A charge ends by a key only after `*` asked and `1` answered, within 10 s of each other. */
  #answered({ digits }: Extract<Happening, { type: 'answer' }>): void {
    const { phase } = this.outlet;
    const { asking } = this.state.conversation;
    if (digits !== '1' || asking?.ask !== 'stop' || asking.until <= this.now) return;
    if ('session' in phase) for (const { voucher } of phase.session.vouchers) this.#meant.add(voucher.sequence);
    if (phase.name === 'waiting' && 'open' in phase.held) {
      for (const { voucher } of phase.held.open) this.#meant.add(voucher.sequence);
    }
  }

  #fault(): void {
    const { causes } = this.world;
    const standing = [...causes].filter((code) => code !== 'vehicle-unknown');
    if (standing.length > 0 && this.#chance(0.7)) {
      const code = this.#pick(standing);
      causes.delete(code);
      this.hear({ type: 'fault', code, standing: false });
      return;
    }
    const code = this.#pick((Object.keys(FAULTS) as FaultCode[]).filter((each) => each !== 'vehicle-unknown'));
    if (!FAULTS[code].momentary) causes.add(code);
    this.hear({ type: 'fault', code, standing: true });
  }

  #powerCut(): void {
    this.world.relayOn = false;
    this.world.relayFollows = true;
    this.now += 5000;
    const { world, config } = this;
    world.cuts++;
    world.free += world.cuts === 1 ? config.checkpointMs + 3000 : 3000;
    if (world.cuts > 1) world.dear += config.checkpointMs;
    this.#boot();
  }

  /** The shell, with a journal that may fail; a power cut falls between any two effects. */
  hear(happening: Happening): void {
    this.#last = happening.type;
    if (happening.type === 'answer') this.#answered(happening);
    const { state, effects } = next(this.state, { ...happening, at: this.now } as Event, this.config);
    this.state = state;
    const { name } = this.outlet.phase;
    const visited = name === 'free' && state.conversation.shown.length > 0 ? 'receipt' : name;
    this.visited.set(visited, (this.visited.get(visited) ?? 0) + 1);
    const answers = effects.map((effect) => this.#do(effect));
    this.check();
    for (const answer of answers) if (answer) this.hear(answer);
  }

  #do(effect: Effect): Happening | undefined {
    if (effect.type === 'relay') {
      if (!effect.on && this.world.relayFollows) this.world.relayOn = false;
      return undefined;
    }
    const { failing } = this.world;
    if (failing === 'before' || (failing === 'after' && this.#chance(0.5))) {
      return { type: 'journal-failed', write: effect };
    }
    const answer = this.#write(effect);
    return failing === 'after' ? { type: 'journal-failed', write: effect } : answer;
  }

  #write(write: Write): Happening {
    const { disk, world } = this;
    switch (write.type) {
      case 'redeem': {
        const { voucher } = write.record;
        if (disk.used.has(voucher.sequence)) return { type: 'redeem-refused', why: 'used' };
        assert.equal(disk.open, undefined, this.#where('a session is opened while another is open'));
        disk.used.add(voucher.sequence);
        disk.open = write.record;
        // What a welded contactor let through since the last reading is on the session's meter.
        world.given = this.config.unit === 'min' ? 0 : world.meterWh - write.record.meterStartWh!;
        world.free = 0;
        world.cuts = 0;
        world.dear = 0;
        return { type: 'redeemed', record: { session: 1, ...write.record } };
      }
      case 'checkpoint':
        for (const record of write.records) {
          this.#mayBill(record);
          disk.open = record;
        }
        return { type: 'checkpointed', outlets: write.outlets };
      case 'close': {
        // As the journal's: closing again changes nothing.
        if (disk.open) for (const record of write.records) this.#close(record);
        return { type: 'closed', records: disk.last ? [disk.last] : [] };
      }
      case 'hand-back':
        throw new Error('nobody hands a voucher back');
      case 'report':
        return { type: 'reported', report: 'sealed' };
      case 'use-service': {
        const result = disk.used.has(write.sequence) ? 'used' : 'done';
        disk.used.add(write.sequence);
        return { ...write, type: 'service-used', result };
      }
      case 'note':
        return { type: 'noted', note: write };
      case 'recover':
        return { type: 'recovered', open: disk.open ? [disk.open] : [] };
    }
  }

  #close(record: SessionRecord): void {
    const { disk, world } = this;
    this.#mayBill(record);
    const meant = record.ended !== 'stop-key' || this.#meant.has(record.voucher.sequence);
    assert.ok(meant, this.#where('stopped by a key that was not meant so'));
    this.reasons.set(record.ended!, (this.reasons.get(record.ended!) ?? 0) + 1);
    const unit = this.config.unit === 'min' ? 60_000 : 1;
    const rounding = this.config.unit === 'min' ? 1000 : 60;
    const unbilled = Math.min(world.given, record.voucher.amount * unit) - record.delivered * unit;
    // A meter's fault bills the last good reading, and a failed write that reached the disk is billed as it was written.
    if (this.config.unit === 'min' && world.failing === 'no') {
      assert.ok(unbilled <= world.free + rounding + 3000, this.#where(`${unbilled} ms were given away`));
    }
    const whole = record.delivered >= record.voucher.amount;
    disk.last = whole ? record : { ...record, receipt: `${record.voucher.sequence}`.padStart(12, '0') };
    disk.open = undefined;
  }

  /** Never more charged than delivered but for what cuts cost from the second one on, and never more than was bought. */
  #mayBill(record: SessionRecord): void {
    const billed = record.delivered * (this.config.unit === 'min' ? 60_000 : 1);
    assert.equal(record.voucher.sequence, this.disk.open?.voucher.sequence, this.#where('another session is billed'));
    assert.ok(record.delivered <= record.voucher.amount, this.#where('more is billed than was bought'));
    const { given, dear } = this.world;
    const most = given + (this.config.unit === 'min' ? dear : 0);
    assert.ok(billed <= most + 1e-3, this.#where(`${billed} billed, ${given} delivered`));
  }

  /** The invariant: relay on ⇒ voucher redeemed on disk ∧ vehicle connected ∧ amount left ∧ no fault. */
  check(): void {
    const { world, disk } = this;
    if (!relayCommanded(this.outlet)) return;
    const { phase } = this.outlet;
    if (phase.name === 'free') {
      assert.equal(world.vehicle, false, this.#where('a relay test with something plugged in'));
      assert.equal(world.settling, false, this.#where('a relay test while somebody plugs in'));
    } else {
      assert.ok('session' in phase);
      const { sequence } = currentVoucher(phase.session).voucher;
      assert.ok(
        disk.used.has(sequence) && disk.open?.voucher.sequence === sequence,
        this.#where('not redeemed on disk'),
      );
      assert.ok(left(phase.session) > 0, this.#where('nothing is left'));
      assert.equal(world.vehicle, true, this.#where('no vehicle'));
    }
    assert.equal(this.fault, undefined, this.#where('a fault'));
    const causes = [...world.causes].map((code) => ({ code, standing: true }));
    assert.equal(blocking(causes, this.config.unit), undefined, this.#where('the cause of a fault'));
  }

  #where(what: string): string {
    const { state, world, now } = this;
    const told = JSON.stringify({ state, world: { ...world, causes: [...world.causes] }, disk: this.disk.open, now });
    return `${what}, after ${this.#last}, SEED=${seed}: ${told}`;
  }
}
