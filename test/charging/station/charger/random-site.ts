// A site of twelve outlets to which anything happens, with what must always hold checked after each thing.
import assert from 'node:assert/strict';
import { next, nextBeat } from '../../../../charging/station/charger/machine.ts';
import {
  type ChargerState,
  chargerConfig,
  type Effect,
  type Event,
  newCharger,
  outletsOf,
} from '../../../../charging/station/charger/model.ts';
import { FAULTS, type FaultCode } from '../../../../charging/station/faults.ts';
import { currentVoucher, left } from '../../../../charging/station/outlet/metering.ts';
import { type OutletState, relayCommanded } from '../../../../charging/station/outlet/model.ts';
import type { SessionRecord, Voucher } from '../../../../charging/station/types.ts';
import { newPlace, type Place } from './random-world.ts';
import type { Happening } from './site.ts';

const OUTLETS = 12;
const LIMIT_W = 9000;
export const seed = Number(process.env.SEED ?? 20_261_129);

export class RandomSite {
  readonly config = chargerConfig({
    unit: 'min',
    outlets: OUTLETS,
    stationPowerW: LIMIT_W,
    checkpointMs: 20_000,
    pausedMs: 20_000,
    pauseAfterMs: 5000,
    waitingMs: 20_000,
  });
  state: ChargerState = newCharger(OUTLETS);
  now = 1000;
  readonly places: Place[] = Array.from({ length: OUTLETS }, newPlace);
  readonly used = new Set<number>();
  readonly closedOnce = new Set<number>();
  readonly seen = new Map<string, number>();
  open: SessionRecord[] = [];
  last: SessionRecord[] = [];
  failing: 'no' | 'before' | 'after' = 'no';
  readonly #stationCauses = new Set<FaultCode>();
  readonly #random: () => number;
  #sequence = 0;
  #sessions = 0;
  #tickedAt = 0;
  #closedAt: { outlet: number; at: number } | undefined;
  #event = 'start';
  readonly #fed: object[] = [];

  constructor(random: () => number) {
    this.#random = random;
    this.#boot();
  }

  #chance = (probability: number) => this.#random() < probability;
  #pick = <Value>(values: readonly Value[]): Value => values[Math.floor(this.#random() * values.length)]!;
  #number = () => 1 + Math.floor(this.#random() * OUTLETS);

  #boot(): void {
    this.state = newCharger(OUTLETS);
    this.#stationCauses.clear();
    for (const place of this.places) {
      place.causes.clear();
      place.vehicle = undefined;
      place.relayOn = false;
      place.readW = 0;
    }
    this.hear({ type: 'start', open: this.open, lastClosed: this.last });
    for (let outlet = 1; outlet <= OUTLETS; outlet++) {
      this.hear({ type: 'relay', outlet, on: false, readyInMs: 0 });
      if (this.#chance(0.9)) this.#plug(outlet, this.#chance(0.6));
    }
  }

  #plug(outlet: number, connected: boolean | undefined): void {
    const place = this.places[outlet - 1]!;
    place.vehicle = connected;
    if (connected === undefined) place.causes.add('vehicle-unknown');
    else place.causes.delete('vehicle-unknown');
    this.hear({ type: 'vehicle', outlet, connected });
  }

  step(): void {
    const dice = this.#random();
    if (dice < 0.45) this.#tick();
    else if (dice < 0.6) this.#read(this.#number());
    else if (dice < 0.75) this.#type();
    else if (dice < 0.87) this.#plug(this.#number(), this.#pick([true, true, true, false, false, undefined]));
    else if (dice < 0.9) this.places[this.#number() - 1]!.follows = this.#chance(0.9);
    else if (dice < 0.93) this.places[this.#number() - 1]!.loadW = this.#pick([0, 5, 700, 1500, 3000, 6000]);
    else if (dice < 0.955) this.#fault();
    else if (dice < 0.965) this.failing = this.#pick(['no', 'no', 'no', 'before', 'after']);
    else if (dice < 0.97) this.#relayByItself();
    else if (dice < 0.972) this.hear({ type: 'click', outlet: this.#number(), forMs: 1000 });
    else if (dice < 0.9955) this.#order('end-session', this.#number());
    else if (dice < 0.998) this.#restart();
    else this.#cut();
    const { phases } = this;
    for (const phase of phases) this.seen.set(phase, (this.seen.get(phase) ?? 0) + 1);
  }

  get phases(): string[] {
    return this.state.outlets.map(({ phase }) =>
      phase.name === 'paused' && phase.neededW !== undefined ? 'paused for power' : phase.name,
    );
  }

  #pass(ms: number): void {
    for (const place of this.places) {
      if (!place.relayOn) continue;
      place.givenMs += ms;
      place.meterWh += (place.loadW * ms) / 3_600_000;
    }
    this.now += ms;
  }

  #tick(): void {
    const due = nextBeat(this.state, this.now, this.#tickedAt, this.config);
    this.#pass(this.#chance(0.05) ? due + 3000 : due);
    this.#tickedAt = this.now;
    this.hear({ type: 'tick' });
    this.#pass(Math.floor(this.#random() * 100));
  }

  #read(outlet: number): void {
    const place = this.places[outlet - 1]!;
    const powerW = place.relayOn ? place.loadW : 0;
    place.readW = powerW;
    this.hear({ type: 'meter', outlet, reading: { energyWh: place.meterWh, powerW } });
  }

  #voucher(sequence: number): Voucher {
    const quantity = 1 + Math.floor(this.#random() * 3);
    const station = 'CP-0001';
    return { station, layout: 'wide', sequence, quantity, amount: quantity, unit: 'min', step: 1 };
  }

  #type(): void {
    const dice = this.#random();
    const again = this.#chance(0.1) && this.#sequence > 0;
    if (dice < 0.55) {
      const sequence = again ? 1 + Math.floor(this.#random() * this.#sequence) : ++this.#sequence;
      if (this.used.has(sequence) && this.#chance(0.8)) this.#typeAgain(sequence);
      else this.hear({ type: 'voucher', voucher: this.#voucher(sequence), outlet: this.#number() });
    } else if (dice < 0.8) this.hear({ type: 'answer', digits: this.#pick(['1', '1', '0', `${this.#number()}`]) });
    else if (dice < 0.9) this.hear({ type: 'key', key: this.#pick(['*', '#']) });
    else if (dice < 0.95) {
      this.#order(this.#pick(['test-relay', 'end-session', 'show-report']), this.#number());
    } else this.#typeAgain(1 + Math.floor(this.#random() * (this.#sequence + 1)));
  }

  #order(operation: 'test-relay' | 'end-session' | 'show-report', outlet: number): void {
    this.hear({ type: 'service', operation, sequence: ++this.#sequence, outlet });
  }

  /** The code of a voucher that was used, as the station knows what became of it. */
  #typeAgain(sequence: number): void {
    const fate = [...this.open, ...this.last].find(({ voucher }) => voucher.sequence === sequence);
    this.hear({ type: 'refused', verdict: { outcome: 'used' }, ...(fate ? { fate } : {}) });
  }

  #fault(): void {
    const code = this.#pick(Object.keys(FAULTS) as FaultCode[]);
    if (code === 'vehicle-unknown') return;
    const outlet = this.#number();
    const causes = FAULTS[code].of === 'station' ? this.#stationCauses : this.places[outlet - 1]!.causes;
    const standing = causes.size === 0 && this.#chance(FAULTS[code].of === 'station' ? 0.03 : 0.3);
    const told = standing ? code : [...causes].find((each) => each !== 'vehicle-unknown');
    if (told === undefined) return;
    if (standing) causes.add(told);
    else causes.delete(told);
    this.hear({ type: 'fault', outlet, code: told, standing });
    if (FAULTS[told].momentary) causes.delete(told);
  }

  #relayByItself(): void {
    const outlet = this.#number();
    const on = this.#chance(0.2);
    this.places[outlet - 1]!.relayOn = on;
    this.hear({ type: 'relay', outlet, on, readyInMs: on ? undefined : this.#pick([0, 0, 5000]) });
  }

  /** Stopped in order. */
  #restart(): void {
    this.failing = 'no';
    this.hear({ type: 'halt' });
    this.#pass(250);
    this.#countCuts();
    this.#boot();
  }

  #cut(): void {
    this.failing = 'no';
    this.#countCuts();
    this.now += 10_000;
    this.#boot();
  }

  /** Also a stop in order is one to a session that waited to go on after a cut, or whose journal had failed. */
  #countCuts(): void {
    for (const [index, place] of this.places.entries()) {
      const here = this.open.filter(({ outlet }) => outlet === index + 1);
      if (here.length === 0 || here.some(({ halted }) => halted)) continue;
      place.cuts++;
      if (place.cuts > 1) place.dearMs += this.config.checkpointMs;
    }
  }

  hear(happening: Happening): void {
    const before = this.state;
    const { state, effects } = next(before, { ...happening, at: this.now } as Event, this.config);
    this.state = state;
    this.#event = happening.type;
    this.#fed.push({ ...happening, at: this.now });
    if (this.#fed.length > 20) this.#fed.shift();
    this.#othersAreAsTheyWere(happening, before);
    const answers = effects.map((effect) => this.#do(effect)).filter((answer) => answer !== undefined);
    for (const answer of answers) this.hear(answer);
    this.#check();
  }

  #do(effect: Effect): Happening | undefined {
    if (effect.type === 'relay') return this.#command(effect.outlet ?? 1, effect.on);
    if (effect.type === 'recover') return { type: 'recovered', open: this.open };
    const fails = this.failing !== 'no';
    if (this.failing === 'before') return { type: 'journal-failed', write: effect };
    const answer = this.#write(effect);
    return fails ? { type: 'journal-failed', write: effect } : answer;
  }

  #command(outlet: number, on: boolean): Happening | undefined {
    const place = this.places[outlet - 1]!;
    if (on) {
      const last = this.#closedAt;
      const apart = last === undefined || last.outlet === outlet || this.now - last.at >= 200;
      this.#must(apart, () => `relays ${last?.outlet} and ${outlet} close together`);
      this.#closedAt = { outlet, at: this.now };
    }
    if (!place.follows && place.relayOn !== on) return undefined;
    place.relayOn = on;
    return { type: 'relay', outlet, on, readyInMs: 0 };
  }

  #write(write: Exclude<Effect, { type: 'relay' | 'recover' }>): Happening {
    switch (write.type) {
      case 'redeem':
        return this.#redeem(write.record, write.outlet ?? 1);
      case 'checkpoint':
        for (const record of write.records) this.#put(record);
        return { type: 'checkpointed', outlets: write.outlets };
      case 'close': {
        const records = write.records.map((record) => this.#receipted({ ...record, outlet: write.outlet ?? 1 }));
        for (const record of records) this.#put(record);
        this.last = [...this.last.filter(({ outlet }) => outlet !== (write.outlet ?? 1)), ...records];
        return { type: 'closed', outlet: write.outlet ?? 1, records };
      }
      case 'hand-back': {
        const result = this.used.has(write.voucher.sequence) ? 'used' : 'done';
        this.used.add(write.voucher.sequence);
        return { type: 'handed-back', voucher: write.voucher, result };
      }
      case 'use-service': {
        const result = this.used.has(write.sequence) ? 'used' : 'done';
        this.used.add(write.sequence);
        const { operation, sequence, outlet } = write;
        return { type: 'service-used', operation, sequence, result, ...(outlet === undefined ? {} : { outlet }) };
      }
      case 'report':
        return { type: 'reported', report: 'sealed' };
      case 'note':
        return { type: 'noted', note: write };
    }
  }

  #redeem(asked: SessionRecord, outlet: number): Happening {
    const { sequence } = asked.voucher;
    if (this.used.has(sequence)) return { type: 'redeem-refused', why: 'used', outlet };
    const here = this.open.filter((record) => record.outlet === outlet);
    if (asked.session === undefined) this.#must(here.length === 0, () => 'two sessions at one outlet');
    else this.#must(here[0]?.session === asked.session, () => 'a voucher joins no session that is open');
    this.used.add(sequence);
    const record = { ...asked, outlet, session: asked.session ?? ++this.#sessions };
    this.open = [...this.open, record];
    if (asked.session === undefined) Object.assign(this.places[outlet - 1]!, { givenMs: 0, cuts: 0, dearMs: 0 });
    return { type: 'redeemed', outlet, record };
  }

  #receipted(record: SessionRecord): SessionRecord {
    const { voucher, delivered } = record;
    return delivered < voucher.amount ? { ...record, receipt: `${voucher.sequence}`.padStart(14, '0') } : record;
  }

  /** As the journal's: what is closed stays as it is. */
  #put(record: SessionRecord): void {
    const { sequence } = record.voucher;
    const before = this.open.find(({ voucher }) => voucher.sequence === sequence);
    if (!before) {
      this.#must(this.closedOnce.has(sequence), () => `number ${sequence} was never redeemed`);
      return;
    }
    this.#must(record.outlet === before.outlet, () => 'a session moves to another outlet');
    this.#must(record.delivered >= before.delivered - 1e-9, () => 'what was delivered is taken back');
    if (record.ended) this.closedOnce.add(sequence);
    const { outlet, session } = before as { outlet: number; session: number };
    const after = { ...record, outlet, session };
    this.open = this.open.flatMap((each) => (each !== before ? [each] : record.ended ? [] : [after]));
    this.#mayBill(outlet, record, before);
  }

  readonly #billed = new Map<number, number>();

  /** Never more charged than delivered, but for what cuts cost from the second one on. */
  #mayBill(outlet: number, { delivered, voucher }: SessionRecord, { session }: SessionRecord): void {
    this.#must(delivered <= voucher.amount, () => 'more is billed than was bought');
    this.#billed.set(voucher.sequence, delivered);
    const place = this.places[outlet - 1]!;
    const open = this.open.filter((record) => record.session === session);
    const billedMs = 60_000 * open.reduce((sum, record) => sum + record.delivered, 0);
    this.#must(billedMs <= place.givenMs + place.dearMs + 1e-3, () => `${billedMs} billed at ${outlet}`);
  }

  /** No event of one outlet changes another's session, but through the station: its faults, its power, its journal. */
  #othersAreAsTheyWere(happening: Happening, before: ChargerState): void {
    const own = ['vehicle', 'meter', 'relay', 'closed', 'redeemed', 'redeem-refused'].includes(happening.type);
    if (!own || before.station.faults !== this.state.station.faults) return;
    const { outlet = 1 } = happening as { outlet?: number };
    for (const [index, was] of before.outlets.entries()) {
      const is = this.state.outlets[index]!;
      if (index === outlet - 1 || is === was) continue;
      const what = () => `an event of ${outlet} changed ${index + 1}`;
      const [a, b] = [sessionOf(was), sessionOf(is)];
      // There is room now for the one that waited.
      if (b.name === 'starting' && (a.name === 'waiting' || a.name === 'paused')) continue;
      this.#must(b.vouchers === a.vouchers, what);
      // Who is paused for it has its time counted until then.
      this.#must(b.used >= a.used && b.used - a.used <= Math.max(0, this.now - a.countedAt), what);
      const isForPower = is.phase.name === 'paused' && is.phase.neededW !== undefined;
      this.#must(a.name === b.name || isForPower, () => `${what()}: ${a.name}, ${b.name}`);
    }
  }

  /** Relay on ⇒ redeemed on the disk ∧ vehicle ∧ something left ∧ no fault of outlet or station ∧ power within the limit. */
  #check(): void {
    const views = outletsOf(this.state, this.config.unit);
    let drawnW = 0;
    for (const [index, { state, fault }] of views.entries()) {
      if (!relayCommanded(state)) continue;
      const place = this.places[index]!;
      const { phase } = state;
      this.#must(fault === undefined, () => `a fault at ${index + 1}`);
      if (phase.name === 'free') {
        this.#must(place.vehicle === false, () => 'a relay test with something plugged in');
        continue;
      }
      assert.ok('session' in phase);
      const { sequence } = currentVoucher(phase.session).voucher;
      const onDisk = this.open.some((record) => record.outlet === index + 1 && record.voucher.sequence === sequence);
      this.#must(onDisk && this.used.has(sequence), () => `${sequence} is not redeemed on the disk`);
      this.#must(left(phase.session) > 0, () => 'nothing is left');
      this.#must(place.vehicle === true, () => `no vehicle at ${index + 1}`);
      if (phase.name !== 'starting') drawnW += place.readW;
    }
    this.#must(drawnW <= LIMIT_W, () => `${drawnW} W are drawn`);
  }

  #must(isSo: boolean, what: () => string): asserts isSo {
    if (!isSo) assert.fail(this.#where(what()));
  }

  #where(what: string): string {
    return `${what}, after ${this.#event} at ${this.now}, SEED=${seed}:\n${this.#fed.map((each) => JSON.stringify(each)).join('\n')}`;
  }
}

function sessionOf({ phase }: OutletState) {
  const vouchers = 'session' in phase ? phase.session.vouchers : [];
  return {
    name: phase.name,
    vouchers: vouchers.map(({ voucher }) => voucher.sequence).join(),
    used: vouchers.reduce((sum, { used }) => sum + used, 0),
    countedAt: 'session' in phase ? phase.session.countedAt : 0,
  };
}
