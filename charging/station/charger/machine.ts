// A whole charger as one pure function: an event goes to the conversation or to the outlets that it is about, what they ask
// of each other is done, and what is left to do in the world comes out (docs/session.md).
import { answerOutlets, conversationDeadlines, nextConversation, type OutletNews } from '../conversation/machine.ts';
import type { ConversationEffect, ConversationEvent, ConversationState } from '../conversation/model.ts';
import { nextOutlet, outletDeadlines } from '../outlet/machine.ts';
import { saved } from '../outlet/metering.ts';
import {
  type Note,
  type OutletCommand,
  type OutletEvent,
  type OutletState,
  type OutletStep,
  type RelayCommand,
  type StationConditions,
  unclosed,
} from '../outlet/model.ts';
import type { SessionRecord } from '../types.ts';
import {
  type ChargerConfig,
  type ChargerState,
  type Effect,
  type Event,
  outletsOf,
  type Step,
  toldBy,
  type Write,
} from './model.ts';
import { inRush, powerOrders } from './power.ts';
import {
  conditionsOf,
  isStationWide,
  nextStation,
  type OfOutlets,
  type StationEvent,
  type StationWide,
  withNote,
} from './station-wide.ts';

/**
 * Deals with one event. Relays that open come before all writes, relays that close after them. No event of one outlet
 * changes another, but through what it changes for the whole station.
 */
export function next(before: ChargerState, event: Event, config: ChargerConfig): Step {
  const { at } = event;
  const isStarted = event.type === 'start' || (before.isStarted && event.type !== 'halt');
  const station = nextStation(
    before.station,
    { ...forStation(before, event), at },
    ofOutlets(before, event),
    config,
    isStarted,
  );
  const view = outletsOf(before, config.unit);
  const talk = nextConversation(before.conversation, { ...forConversation(before, event), at }, view, config);
  const was = conditionsOf(before.station, config.unit);
  const outlets = before.outlets.map((state, index) => {
    const ours = forOutlet(index + 1, event, talk.effects, sameFor(was, station.conditions));
    return ours && nextOutlet(state, { ...ours, at }, config, station.conditions);
  });
  const step = new OneStep(before, station.state, at, config);
  step.effects.add(...station.writes, ...talk.effects.flatMap((effect) => asWrite(effect, before)));
  outlets.forEach((each, index) => {
    if (each) step.take(index + 1, each);
  });
  if (isStarted) step.givePower(station.conditions);
  step.shareCheckpoint();
  step.askForReport(event, talk.state);
  const conversation = isStarted
    ? answerOutlets(talk.state, step.news, at, outletsOf(step, config.unit), config)
    : talk.state;
  const { station: wide, outlets: after, lastClosing } = step;
  return {
    state: { station: wide, outlets: after, lastClosing, report: reportAfter(before, event), isStarted, conversation },
    effects: step.effects.inOrder(),
  };
}

/** What one event makes of the outlets, and what they ask for. */
class OneStep {
  station: StationWide;
  outlets: readonly OutletState[];
  lastClosing: ChargerState['lastClosing'];
  readonly effects = new Effects();
  readonly news: OutletNews[] = [];
  readonly #checkpoints: Checkpoint[] = [];
  readonly #at: number;
  readonly #config: ChargerConfig;

  constructor({ outlets, lastClosing }: ChargerState, station: StationWide, at: number, config: ChargerConfig) {
    this.station = station;
    this.outlets = outlets;
    this.lastClosing = lastClosing;
    this.#at = at;
    this.#config = config;
  }

  take(outlet: number, { state, relay, writes, news }: OutletStep): void {
    this.outlets = this.outlets.with(outlet - 1, state);
    this.news.push(...news.map((each) => ({ outlet, news: each })));
    for (const write of writes) {
      if (write.type === 'checkpoint') this.#checkpoints.push({ outlet, records: write.records });
      else if (write.type !== 'note') this.effects.add({ ...write, outlet });
      else this.#note(write);
    }
    if (relay) this.#command(outlet, relay);
  }

  #note(note: Note): void {
    const noted = withNote(this.station, note);
    this.station = noted.state;
    if (noted.write) this.effects.add(noted.write);
  }

  /** One that would close right after another's closes at a later beat, when the command is given again. */
  #command(outlet: number, relay: RelayCommand): void {
    if (relay.on && inRush(this.lastClosing, outlet, this.#at, this.#config)) return;
    if (relay.on) this.lastClosing = { outlet, at: this.#at };
    this.effects.add({ ...relay, outlet });
  }

  /** Lets relays close that may, and opens those for which there is too little power. */
  givePower(conditions: StationConditions): void {
    const at = this.#at;
    for (const { outlet, ...order } of powerOrders(this.outlets, this.lastClosing, at, this.#config)) {
      const event: OutletEvent = { type: 'power', ...order, at };
      this.take(outlet, nextOutlet(this.outlets[outlet - 1]!, event, this.#config, { ...conditions, retries: false }));
    }
  }

  /** A session has ended, or a voucher was handed back: whoever stands there may carry it to the cloud. */
  askForReport(event: Event, conversation: ConversationState): void {
    const isEnd = event.type === 'closed' && this.outlets[(event.outlet ?? 1) - 1]?.lastVouchers.length !== 0;
    const isBack = event.type === 'handed-back' && event.result === 'done';
    if (isEnd || isBack)
      this.effects.add({
        type: 'report',
        told: toldBy({ station: this.station, outlets: this.outlets, conversation }),
      });
  }

  /** One write for all: where one outlet has something to keep, what the others have delivered is kept with it. */
  shareCheckpoint(): void {
    const asked = this.#checkpoints;
    if (asked.length === 0) return;
    const records = asked.flatMap(({ outlet, records: own }) => own.map((record) => ({ ...record, outlet })));
    this.outlets = this.outlets.map((state, index) => {
      const outlet = index + 1;
      const { phase } = state;
      if ((phase.name !== 'charging' && phase.name !== 'paused') || asked.some((other) => other.outlet === outlet))
        return state;
      const checkpoint = saved(phase.session, this.#at, this.#config);
      if (!checkpoint) return state;
      records.push(...checkpoint.records.map((record) => ({ ...record, outlet })));
      return { ...state, phase: { ...phase, session: checkpoint.session } };
    });
    this.effects.first({ type: 'checkpoint', records, outlets: asked.map(({ outlet }) => outlet) });
  }
}

/** What the conversation asks of the journal. */
function asWrite(effect: ConversationEffect, before: ChargerState): Write[] {
  if (effect.type === 'command') return [];
  const asksReport = effect.type === 'use-service' && effect.operation === 'show-report';
  return [asksReport ? { ...effect, told: toldBy(before) } : effect];
}

function reportAfter({ report }: ChargerState, event: Event): string | undefined {
  if (event.type !== 'reported' && event.type !== 'service-used') return report;
  return event.report ?? report;
}

interface Checkpoint {
  readonly outlet: number;
  readonly records: readonly SessionRecord[];
}

class Effects {
  readonly #opening: Effect[] = [];
  readonly #writes: Effect[] = [];
  readonly #closing: Effect[] = [];

  add(...effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'relay') this.#writes.push(effect);
      else (effect.on ? this.#closing : this.#opening).push(effect);
    }
  }

  /** Before all other writes: one of them may close what it keeps. */
  first(write: Write): void {
    this.#writes.unshift(write);
  }

  inOrder(): Effect[] {
    return [...this.#opening, ...this.#writes, ...this.#closing];
  }
}

function ofOutlets({ outlets }: ChargerState, event: Event): OfOutlets {
  const vehicle = (state: OutletState, index: number) =>
    event.type === 'vehicle' && (event.outlet ?? 1) === index + 1 ? event.connected : state.vehicle;
  const stopped = outlets.filter(({ phase }) => phase.name === 'fault');
  return {
    unplugged: outlets.every((state, index) => vehicle(state, index) === false),
    outOfOrder: stopped.length > 0,
    unclosed: stopped.some((state) => unclosed(state) !== undefined),
  };
}

function forStation({ outlets, isStarted }: ChargerState, event: Event): StationEvent {
  if (event.type === 'fault') {
    const { code, by = code, outlet = 1 } = event;
    return isStationWide(code) ? { ...event, by: `${by} ${outlet}` } : { type: 'time' };
  }
  if (!isStarted) return { type: 'time' };
  switch (event.type) {
    case 'noted':
      return event;
    case 'journal-failed':
      return event.write.type === 'note' ? { type: 'journal-failed', note: event.write } : { type: 'journal-failed' };
    case 'closed': {
      const outlet = outlets[(event.outlet ?? 1) - 1];
      return outlet && unclosed(outlet) ? { type: 'journal-works' } : { type: 'time' };
    }
    case 'service-used':
      return event.operation === 'end-session' && event.result === 'done' ? { type: 'cleared' } : { type: 'time' };
    default:
      return { type: 'time' };
  }
}

type Bare<Each> = Each extends unknown ? Omit<Each, 'at'> : never;

function forConversation({ isStarted }: ChargerState, event: Event): Bare<ConversationEvent> {
  if (event.type === 'clock' || event.type === 'start') return event;
  if (!isStarted) return { type: 'time' };
  switch (event.type) {
    case 'typed':
    case 'key':
    case 'keypad':
    case 'answer':
    case 'voucher':
    case 'service':
    case 'refused':
    case 'halt':
    case 'service-used':
    case 'handed-back':
      return event;
    case 'journal-failed':
      return { type: isOfTalk(event.write) ? 'write-failed' : 'time' };
    default:
      return { type: 'time' };
  }
}

function isOfTalk({ type }: Write): boolean {
  return type === 'use-service' || type === 'hand-back';
}

/** What an outlet hears of it; undefined where it is another's, and changes nothing for the station. */
function forOutlet(
  number: number,
  event: Event,
  asked: readonly ConversationEffect[],
  isOthers: boolean,
): Bare<OutletEvent> | undefined {
  const elsewhere = isOthers ? undefined : ({ type: 'time' } as const);
  const command = commandFor(number, asked);
  if (command) return command;
  switch (event.type) {
    case 'start': {
      const open = event.open?.filter(({ outlet }) => isAt(number, outlet)) ?? [];
      const lastClosed = event.lastClosed?.filter(({ outlet }) => isAt(number, outlet)) ?? [];
      return { type: 'start', ...(open.length > 0 && { open }), lastClosed };
    }
    case 'tick':
    case 'halt':
      return { type: event.type };
    case 'click':
      return isAt(number, event.outlet) ? { type: 'test-relay', forMs: event.forMs } : elsewhere;
    case 'vehicle':
    case 'meter':
    case 'relay':
    case 'redeemed':
    case 'redeem-refused':
    case 'closed':
      return isAt(number, event.outlet) ? event : elsewhere;
    case 'checkpointed':
      return event.outlets.includes(number) ? event : elsewhere;
    case 'fault':
      if (isStationWide(event.code)) return { type: 'time' };
      return isAt(number, event.outlet) ? event : elsewhere;
    case 'recovered': {
      const open = event.open?.filter(({ outlet }) => isAt(number, outlet)) ?? [];
      return open.length > 0 ? { type: 'recovered', open } : { type: 'time' };
    }
    case 'journal-failed': {
      const { write } = event;
      const { type } = write;
      if (type !== 'redeem' && type !== 'checkpoint' && type !== 'close') return { type: 'time' };
      const isOurs = type === 'checkpoint' ? write.outlets.includes(number) : isAt(number, write.outlet);
      return isOurs ? { type: 'write-failed', write: type } : { type: 'time' };
    }
    default:
      return { type: 'time' };
  }
}

const isAt = (number: number, outlet = 1): boolean => outlet === number;

function commandFor(number: number, asked: readonly ConversationEffect[]): OutletCommand | undefined {
  for (const effect of asked) if (effect.type === 'command' && effect.outlet === number) return effect.command;
  return undefined;
}

function sameFor(one: StationConditions, other: StationConditions): boolean {
  return one.fault === other.fault && one.journalFails === other.journalFails && !other.retries;
}

const MOST_BETWEEN_BEATS = 1000;

/**
 * Milliseconds until the next `tick` is due: a second after the last one, whatever was heard since, or less when a limit
 * comes first. Were it a second after the last event, a meter that is read twice a second would put it off for ever.
 */
export function nextBeat(state: ChargerState, at: number, lastTickAt: number, config: ChargerConfig): number {
  let next = lastTickAt + MOST_BETWEEN_BEATS;
  const due = (deadline: number) => {
    if (deadline > at && deadline < next) next = deadline;
  };
  for (const outlet of state.outlets) outletDeadlines(outlet, at, config, due);
  for (const deadline of conversationDeadlines(state.conversation)) due(deadline);
  if (state.station.retryAt !== undefined) due(state.station.retryAt);
  if (state.outlets.length > 1 && state.lastClosing) due(state.lastClosing.at + config.inrushMs);
  return Math.max(1, Math.ceil(next - at));
}
