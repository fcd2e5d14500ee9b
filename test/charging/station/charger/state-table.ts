// The tables of docs/session.md, made from the code: each state is brought about, each thing that can happen is let
// happen in it, and what follows is written down.
import { FAULTS, type FaultCode } from '../../../../charging/station/faults.ts';
import { next } from '../../../../charging/station/outlet/machine.ts';
import {
  type Effect,
  type Event,
  initial,
  type SessionConfig,
  type State,
  sessionConfig,
} from '../../../../charging/station/outlet/model.ts';
import type { SessionRecord, Voucher } from '../../../../charging/station/types.ts';

type Happening = Event extends infer Each ? (Each extends Event ? Omit<Each, 'at'> : never) : never;
/** Events, and times to wait before the next (milliseconds). */
type Script = readonly (Happening | number)[];

const config: SessionConfig = sessionConfig({ unit: 'Wh' });

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
const fault = (standing: boolean): Happening => ({ type: 'fault', code: 'emergency-stop', standing });
const typed: Happening = { type: 'voucher', voucher };
const tick: Happening = { type: 'tick' };
const service = (operation: 'test-relay' | 'end-session'): Happening => ({ type: 'service', operation, sequence: 99 });
const read = meter(0, 0);

/** The same power, read each second for so long. */
const draw = (seconds: number, powerW: number, energyWh = 300): Script =>
  Array.from({ length: seconds }, () => [1000, meter(energyWh, powerW)]).flat();

const on: Script = [{ type: 'start' }, relay(false), read, plug(false)];
const armed: Script = [...on, typed];
const starting: Script = [...armed, plug(true)];
const charging: Script = [...starting, relay(true), meter(300, 2000)];
const paused: Script = [...charging, ...draw(61, 0)];
const asked: Script = [...charging, { type: 'key', key: '*' }];
const yes: Happening = { type: 'answer', digits: '1' };
const stopping: Script = [...asked, yes];

/** How each state comes about. */
const STATES: readonly (readonly [string, Script])[] = [
  ['idle', on],
  ['idle, relay test', [...on, service('test-relay'), relay(true)]],
  ['armed', armed],
  ['armed, after a power cut', [{ type: 'start', open: cutOff }, relay(false), meter(300, 0)]],
  ['starting', starting],
  ['charging', charging],
  ['charging, asked whether to stop', asked],
  ['paused', paused],
  ['stopping', stopping],
  ['receipt', [...stopping, relay(false)]],
  ['fault', [...on, fault(true)]],
  ['fault, a receipt kept', [...stopping, relay(false), { type: 'key', key: '*' }, fault(true)]],
  ['fault, with a receipt', [...charging, fault(true), relay(false)]],
];

/** What may happen in it. */
const HAPPENINGS: readonly (readonly [string, Script, (readonly string[])?])[] = [
  ['a voucher is verified', [{ ...typed, voucher: { ...voucher, sequence: 8 } }]],
  ['vehicle connected', [plug(true)]],
  ['vehicle unplugged', [plug(false)]],
  [
    'the plug’s contact closes, not yet believed',
    [{ type: 'vehicle', connected: false, settling: true }],
    ['idle, relay test'],
  ],
  ['relay seen on', [relay(true)]],
  ['relay seen off', [relay(false)]],
  ['amount used up', [meter(1000, 2000)], ['charging', 'paused']],
  ['50 Wh more since the last checkpoint', [meter(350, 2000)], ['charging']],
  ['no power drawn for 60 s', draw(61, 0), ['charging']],
  ['power drawn again', [meter(301, 2000)], ['paused']],
  ['meter silent for 5 s', [5000, tick]],
  ['`*`', [{ type: 'key', key: '*' }]],
  ['`1#`', [yes], ['charging, asked whether to stop']],
  ['3 s pass', [2000, meter(300, 2000), 1000, tick], ['starting']],
  ['5 s pass', [2500, meter(300, 2000), 2500, tick], ['stopping']],
  ['10 s pass', draw(10, 0), ['idle, relay test', 'charging, asked whether to stop']],
  ['30 s pass', draw(30, 0), ['armed, after a power cut']],
  ['60 s pass', draw(60, 0), ['receipt']],
  ['120 s pass', draw(120, 0), ['armed']],
  ['30 min pass', draw(1800, 0), ['paused']],
  ['a fault comes', [fault(true)]],
  ['the cause is gone', [fault(false)]],
  ['`end-session`', [service('end-session')]],
  ['`test-relay`', [service('test-relay')]],
];

class Trial {
  state: State = initial();
  at = 0;
  done: string[] = [];
  #open: SessionRecord | undefined;

  run(script: Script): void {
    for (const item of script) {
      if (typeof item === 'number') this.at += item;
      else this.#hear(item);
    }
  }

  #hear(happening: Happening): void {
    const { state, effects } = next(this.state, { ...happening, at: this.at } as Event, config);
    this.state = state;
    for (const effect of effects) {
      const answer = this.#do(effect);
      if (answer) this.#hear(answer);
    }
  }

  /** A journal in which every write succeeds. */
  #do(effect: Effect): Happening | undefined {
    this.done.push(effect.type === 'relay' ? `relay ${effect.on ? 'on' : 'off'}` : effect.type);
    switch (effect.type) {
      case 'relay':
        return undefined;
      case 'redeem':
        this.#open = effect.record;
        return { type: 'redeemed' };
      case 'checkpoint':
        return { type: 'checkpointed' };
      case 'close': {
        this.#open = undefined;
        const { delivered, voucher: bought } = effect.record;
        return delivered < bought.amount ? { type: 'closed', receipt: '023554919887' } : { type: 'closed' };
      }
      case 'use-service':
        return { type: 'service-used', operation: effect.operation, result: 'done' };
      case 'note':
        return { type: 'noted', note: effect };
      case 'recover':
        return this.#open ? { type: 'recovered', open: this.#open } : { type: 'recovered' };
    }
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function nameOf({ phase, kept, asking }: State): string {
  if (asking) return `${phase.name}, asked whether to stop`;
  if (phase.name === 'idle' && phase.test) return 'idle, relay test';
  if (phase.name === 'fault' && phase.ended) return 'fault, with a receipt';
  if (phase.name === 'fault' && kept) return 'fault, a receipt kept';
  return phase.name;
}

/** State, event, next state, what is done in order: one row for each that changes or does anything. */
export function transitions(): string {
  const rows: string[][] = [];
  for (const [name, script] of STATES) {
    for (const [what, happening, only] of HAPPENINGS) {
      if (only && !only.includes(name)) continue;
      const trial = new Trial();
      trial.run(script);
      const before = trial.state;
      trial.done = [];
      trial.run(happening);
      const does = trial.done.filter((done) => done !== 'note' && done !== 'recover');
      const told = trial.state.notice && trial.state.notice !== before.notice ? trial.state.notice.name : '';
      const moved = nameOf(before) !== nameOf(trial.state);
      if (!moved && does.length === 0 && told === '') continue;
      rows.push([name, what, moved ? nameOf(trial.state) : '–', does.join(', '), told]);
    }
  }
  return table(['state', 'when', 'then', 'does, in this order', 'says'], rows);
}

const LIMITS: Readonly<Record<keyof Omit<SessionConfig, 'unit' | 'highestPowerW' | 'highestCurrentA'>, string>> = {
  armedMs: 'armed without a vehicle',
  relayWaitMs: 'armed because the relay needs its rest, at most',
  startingMs: 'the relay told to close, and not seen closed',
  stoppingMs: 'the relay told to open (or never told to close), and seen closed',
  receiptMs: 'a receipt on the display',
  pausedMs: 'paused, then the vehicle is full',
  testMs: 'a relay test',
  checkpointMs: 'between two checkpoints, in time',
  checkpointWh: 'between two checkpoints, in energy',
  pauseBelowW: 'a vehicle that draws less takes nothing',
  pauseAfterMs: 'and so long, then it is a pause',
  meterSilentMs: 'without a reading, then the meter is silent',
  currentAboveW: 'less power than this is no current that a meter can be held to',
  afterOpeningMs: 'readings after the relay opened that are not held against it',
  heldMs: 'power that does not fall while the relay is open, then it flows',
  quietMs: 'no current with a vehicle connected, then an open relay is open again',
  meterWrongMs: 'counting backwards, or not at all, then the meter is wrong, at the earliest',
  uncountedWh: 'power that a counter did not count, then it stands still',
  uncountedUnknownWh: 'the same while the step of the counter is not known',
  silenceMs: 'the most that is counted when the program did not run',
  resumeMs: 'after a power cut, for the vehicle to be heard of',
  vehicleSilentMs: '`detect vehicle` says nothing, then nobody knows whether a vehicle is there',
  noticeMs: 'an answer on the display',
  askMs: 'a question without an answer, then it is no',
  retryMs: 'between two tries of a journal that failed',
};

/** The limits of a station that sets none of its own. */
export function limits(): string {
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
  return table(
    ['limit', 'value', 'set by'],
    names.map((name) => [LIMITS[name], limitOf(name, config[name]), `\`${name}\``]),
  );
}

function limitOf(name: string, value: number): string {
  if (!name.endsWith('Ms')) return `${value} ${/(Wh|W)$/.exec(name)![0]}`;
  return value < 600_000 ? `${value / 1000} s` : `${value / 60_000} min`;
}

const ENDS = {
  cause: 'its cause is gone',
  unplug: 'its cause is gone and the vehicle was unplugged, or `end-session`',
  operator: '`end-session`',
} as const;

/** What each fault does, the gravest first. */
export function faults(): string {
  return table(
    ['fault', 'stops', 'over when'],
    (Object.keys(FAULTS) as FaultCode[]).map((code) => [
      `\`${code}\``,
      FAULTS[code].only ? `\`${FAULTS[code].only}\` stations` : 'all stations',
      ENDS[FAULTS[code].ends],
    ]),
  );
}
