// A site of several outlets: the real machine on a clock that the test turns, with relays that follow and a journal that takes
// every write.
import { next, nextBeat } from '../../../../charging/station/charger/machine.ts';
import {
  type ChargerConfig,
  type ChargerState,
  chargerConfig,
  type Effect,
  type Event,
  newCharger,
} from '../../../../charging/station/charger/model.ts';
import type { SessionRecord, Voucher } from '../../../../charging/station/types.ts';

export type Happening = Event extends infer Each ? (Each extends Event ? Omit<Each, 'at'> : never) : never;

export class Site {
  readonly config: ChargerConfig;
  state: ChargerState;
  at = 1_000_000;
  /** Names of the writes that fail. */
  failing = new Set<string>();
  /** What was done, in order: writes, and relays with the time since the site was made. */
  done: string[] = [];
  open: readonly SessionRecord[] = [];
  closed: readonly SessionRecord[] = [];
  #sessions = 0;
  #tickedAt = this.at;

  constructor(settings: Partial<ChargerConfig> & { outlets: number }, open: readonly SessionRecord[] = []) {
    this.config = chargerConfig({ unit: 'min', ...settings });
    this.state = newCharger(this.config.outlets);
    this.open = open;
    this.#sessions = open.length;
    this.hear({ type: 'start', open });
    for (const outlet of this.numbers) {
      this.hear({ type: 'relay', outlet, on: false, readyInMs: 0 });
      this.hear({ type: 'vehicle', outlet, connected: open.some((record) => record.outlet === outlet) });
    }
    this.done = [];
  }

  get numbers(): number[] {
    return this.state.outlets.map((_, index) => index + 1);
  }

  get phases(): string[] {
    return this.state.outlets.map(({ phase }) => phase.name);
  }

  hear(happening: Happening): void {
    const { state, effects } = next(this.state, { ...happening, at: this.at } as Event, this.config);
    this.state = state;
    this.carryOut(effects);
  }

  carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const answer = this.#do(effect);
      if (answer) this.hear(answer);
    }
  }

  voucher(sequence: number, amount = 60): Voucher {
    const { unit } = this.config;
    const step = unit === 'min' ? 30 : 500;
    return { station: 'CP-0001', layout: 'wide', sequence, quantity: amount / step, amount, unit, step };
  }

  /** A verified voucher goes to an outlet, as the conversation gives it. */
  give(outlet: number, sequence = outlet, amount = 60): void {
    this.hear({ type: 'voucher', outlet, voucher: this.voucher(sequence, amount) });
  }

  plug(outlet: number, connected = true): void {
    this.hear({ type: 'vehicle', outlet, connected });
  }

  read(outlet: number, powerW: number, energyWh = 1000): void {
    this.hear({ type: 'meter', outlet, reading: { powerW, energyWh } });
  }

  /** Time passes, beat by beat. */
  pass(ms: number): void {
    const end = this.at + ms;
    for (;;) {
      const beat = this.at + nextBeat(this.state, this.at, this.#tickedAt, this.config);
      if (beat > end) break;
      this.at = beat;
      this.#tickedAt = beat;
      this.hear({ type: 'tick' });
    }
    this.at = end;
  }

  #do(effect: Effect): Happening | undefined {
    if (effect.type === 'relay') {
      const { on, outlet = 1 } = effect;
      this.done.push(`relay ${outlet} ${on ? 'on' : 'off'}`);
      return { type: 'relay', outlet, on, readyInMs: 0 };
    }
    if (effect.type !== 'note' && effect.type !== 'recover') this.done.push(effect.type);
    if (this.failing.has(effect.type) || this.failing.has('all')) return { type: 'journal-failed', write: effect };
    switch (effect.type) {
      case 'redeem': {
        const outlet = effect.outlet ?? 1;
        const record = { ...effect.record, outlet, session: effect.record.session ?? ++this.#sessions };
        this.open = [...this.open, record];
        return { type: 'redeemed', outlet, record };
      }
      case 'checkpoint':
        this.#put(effect.records);
        return { type: 'checkpointed', outlets: effect.outlets };
      case 'close': {
        const records = effect.records.map((record) => {
          const left = record.voucher.amount - record.delivered;
          return left > 0 ? { ...record, receipt: `${record.voucher.sequence}`.padStart(14, '0') } : record;
        });
        this.#put(records);
        return { type: 'closed', outlet: effect.outlet ?? 1, records };
      }
      case 'hand-back':
        return { type: 'handed-back', voucher: effect.voucher, result: 'done' };
      case 'use-service':
        return { ...effect, type: 'service-used', result: 'done' };
      case 'report':
        return { type: 'reported', report: `report ${this.done.length}` };
      case 'note':
        return { type: 'noted', note: effect };
      case 'recover':
        return { type: 'recovered', open: this.open };
    }
  }

  #put(records: readonly SessionRecord[]): void {
    for (const record of records) {
      const { sequence } = record.voucher;
      const before = this.open.find(({ voucher }) => voucher.sequence === sequence);
      if (!before) continue;
      const after = { ...record, session: before.session!, outlet: before.outlet! };
      if (record.ended) this.closed = [...this.closed, after];
      this.open = this.open.flatMap((each) => (each !== before ? [each] : record.ended ? [] : [after]));
    }
  }
}
