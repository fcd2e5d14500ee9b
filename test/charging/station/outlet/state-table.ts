// The table of an outlet's transitions in docs/session.md, made from the code: each state is brought about, each thing that
// can happen is let happen in it, and what follows is written down.
import { nextOutlet } from '../../../../charging/station/outlet/machine.ts';
import {
  newOutlet,
  OUTLET_LIMITS,
  type OutletCommand,
  type OutletConfig,
  type OutletEvent,
  type OutletState,
  type OutletStep,
  type StationConditions,
} from '../../../../charging/station/outlet/model.ts';
import { wantsToClose } from '../../../../charging/station/outlet/transition.ts';
import type { SessionRecord, Voucher } from '../../../../charging/station/types.ts';
import { table } from '../charger/table.ts';

type Happening = OutletEvent extends infer Each ? (Each extends OutletEvent ? Omit<Each, 'at'> : never) : never;
/** Events, and times to wait before the next (milliseconds). */
type Script = readonly (Happening | { readonly station: StationConditions } | number)[];

const config: OutletConfig = { ...OUTLET_LIMITS, unit: 'Wh' };

const voucher: Voucher = {
  station: 'CP-0001',
  layout: 'compact',
  sequence: 7,
  quantity: 2,
  amount: 1000,
  unit: 'Wh',
  step: 500,
};
const cutOff: SessionRecord = { voucher, delivered: 300, meterStartWh: 0, meterLastWh: 300 };

const meter = (energyWh: number, powerW: number): Happening => ({ type: 'meter', reading: { energyWh, powerW } });
const plug = (connected: boolean): Happening => ({ type: 'vehicle', connected });
const relay = (on: boolean): Happening => ({ type: 'relay', on, readyInMs: 0 });
const fault = (standing: boolean): Happening => ({ type: 'fault', code: 'gpio-lost', standing });
const conditions = (isWell: boolean): { readonly station: StationConditions } => ({
  station: { fault: isWell ? undefined : 'emergency-stop', journalFails: false, retries: false },
});
const time: Happening = { type: 'time' };
const tick: Happening = { type: 'tick' };
const give = (sequence = 7): Happening => ({ type: 'give', voucher: { ...voucher, sequence } });
const command = (type: Exclude<OutletCommand['type'], 'give' | 'take-back-voucher'>): Happening => ({ type });
const read = meter(0, 0);

/** The same power, read each second for so long. */
const draw = (seconds: number, powerW: number, energyWh = 300): Script =>
  Array.from({ length: seconds }, () => [1000, meter(energyWh, powerW)]).flat();

const free: Script = [{ type: 'start' }, relay(false), read, plug(false)];
const waiting: Script = [...free, give()];
const starting: Script = [...waiting, plug(true)];
const charging: Script = [...starting, relay(true), meter(300, 2000)];
const paused: Script = [...charging, ...draw(61, 0)];
const stopping: Script = [...charging, command('stop')];

/** How each state comes about. */
export const STATES: readonly (readonly [string, Script])[] = [
  ['free', free],
  ['free, relay test', [...free, command('test-relay'), relay(true)]],
  ['waiting', waiting],
  ['waiting, an interrupted session', [{ type: 'start', open: [cutOff] }, relay(false), meter(300, 0)]],
  ['starting', starting],
  ['charging', charging],
  ['charging, a second voucher', [...charging, give(9)]],
  ['paused', paused],
  ['stopping', stopping],
  ['fault', [...free, fault(true)]],
  ['fault, with a receipt', [...charging, fault(true), relay(false)]],
];

/** What may happen in it. */
const HAPPENINGS: readonly (readonly [string, Script, (readonly string[])?])[] = [
  ['`give`: a voucher', [give(8)]],
  ['`take-back`', [command('take-back')]],
  [
    '`take-back-voucher`: one that has not begun',
    [{ type: 'take-back-voucher', sequence: 9 }],
    ['charging, a second voucher'],
  ],
  ['`stop`', [command('stop')]],
  ['vehicle connected', [plug(true)]],
  ['vehicle unplugged', [plug(false)]],
  [
    'the plug’s contact closes, not yet believed',
    [{ type: 'vehicle', connected: false, settling: true }],
    ['free, relay test'],
  ],
  ['relay seen on', [relay(true)]],
  ['relay seen off', [relay(false)]],
  ['amount used up', [meter(1000, 2000)], ['charging', 'charging, a second voucher', 'paused']],
  ['amounts of both used up', [meter(2000, 2000)], ['charging, a second voucher']],
  ['50 Wh more since the last checkpoint', [meter(350, 2000)], ['charging']],
  ['no power drawn for 60 s', draw(61, 0), ['charging']],
  ['too little power for all', [{ type: 'power', order: 'pause', neededW: 2000 }], ['charging', 'paused']],
  ['power drawn again', [meter(301, 2000)], ['paused']],
  ['meter silent for 5 s', [5000, tick]],
  ['3 s pass', [2000, meter(300, 2000), 1000, tick], ['starting']],
  ['5 s pass', [2500, meter(300, 2000), 2500, tick], ['stopping']],
  ['10 s pass', draw(10, 0), ['free, relay test']],
  ['30 s pass', draw(30, 0), ['waiting, an interrupted session']],
  ['120 s pass', draw(120, 0), ['waiting']],
  ['30 min pass', draw(1800, 0), ['paused']],
  ['a fault of its own comes', [fault(true)]],
  ['its cause is gone', [fault(false)]],
  ['a fault stops the station', [conditions(false), time]],
  ['nothing stops the station any more', [conditions(true), time]],
  ['`end-session`', [command('end-session')]],
  ['`test-relay`', [command('test-relay')]],
  ['`end-test`', [command('end-test')]],
];

/** One outlet whose journal takes every write. */
export class Trial {
  state: OutletState = newOutlet();
  at = 0;
  done: string[] = [];
  news: string[] = [];
  station: StationConditions = conditions(true).station;

  run(script: Script): void {
    for (const item of script) {
      if (typeof item === 'number') this.at += item;
      else if ('station' in item) this.station = item.station;
      else this.#hear(item);
    }
  }

  #hear(happening: Happening): void {
    const {
      state,
      relay: told,
      writes,
      news,
    } = nextOutlet(this.state, { ...happening, at: this.at } as OutletEvent, config, this.station);
    this.state = state;
    this.news.push(...news.map(({ name }) => name));
    if (told && !told.on) this.done.push('relay off');
    for (const write of writes) this.#write(write);
    if (told?.on) this.done.push('relay on');
    // The station's leave, which comes at once where there is no limit of power.
    if (happening.type !== 'power' && wantsToClose(this.state, this.at, config)) {
      this.#hear({ type: 'power', order: 'close' });
    }
  }

  #write(write: OutletStep['writes'][number]): void {
    if (write.type === 'note') return;
    this.done.push(write.type);
    if (write.type === 'redeem') this.#hear({ type: 'redeemed', record: { session: 1, ...write.record } });
    else if (write.type === 'checkpoint') this.#hear({ type: 'checkpointed' });
    else this.#hear({ type: 'closed', records: write.records.map(receipted) });
  }
}

function receipted(record: SessionRecord): SessionRecord {
  return record.delivered < record.voucher.amount ? { ...record, receipt: '023554919887' } : record;
}

function nameOf({ phase }: OutletState): string {
  if (phase.name === 'free' && phase.test) return 'free, relay test';
  if (phase.name === 'charging' && phase.session.vouchers.filter(({ ended }) => !ended).length > 1) {
    return 'charging, a second voucher';
  }
  if (phase.name === 'fault' && phase.ended) return 'fault, with a receipt';
  if (phase.name === 'waiting' && 'open' in phase.held) return 'waiting, an interrupted session';
  return phase.name;
}

/** State, event, next state, what is done in order: one row for each that changes or does anything. */
export function outletTransitions(): string {
  const rows: string[][] = [];
  for (const [name, script] of STATES) {
    for (const [what, happening, only] of HAPPENINGS) {
      if (only && !only.includes(name)) continue;
      const trial = new Trial();
      trial.run(script);
      const before = nameOf(trial.state);
      trial.done = [];
      trial.news = [];
      trial.run(happening);
      const after = nameOf(trial.state);
      if (before === after && trial.done.length === 0 && trial.news.length === 0) continue;
      rows.push([name, what, before === after ? '–' : after, trial.done.join(', '), trial.news.join(', ')]);
    }
  }
  return table(['state', 'when', 'then', 'does, in this order', 'tells'], rows);
}
