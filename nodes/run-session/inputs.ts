// What `run session` hears, told apart by `msg.topic`, and made sure of before the session gets it.
import { algorithmOf, boundsIn, type LayoutName, OPERATIONS, type Operation } from '../../charging/codes/index.ts';
import type { Charger } from '../../charging/station/charger/charger.ts';
import { KEYPAD_TROUBLES } from '../../charging/station/conversation/model.ts';
import type { MeterMessage } from '../../charging/station/outlet/model.ts';
import type { Outcome, SessionRecord, StationSettings, Verdict, Voucher } from '../../charging/station/types.ts';
import { NodeFault } from '../shared/handlers.ts';
import type { Message } from '../shared/red.ts';
import { booleanOf, fieldsOf } from '../shared/values.ts';

type Terms = Omit<StationSettings, 'key'>;

/** What a message says, made sure of. */
export interface Heard {
  /** Hands it on. */
  tell(charger: Charger, outlet: number): void;
  /**
   * What was told of the vehicle or the relay cannot be understood. The session hears that nobody knows, so that the relay
   * goes off, and the message ends with this.
   */
  readonly misread?: NodeFault;
  /** What is told once, when it changes, is kept under this name for a session that begins later. */
  readonly stands?: {
    readonly as: string;
    /** It no longer stands. */
    readonly isOver?: boolean;
    /** A relay says that it is open. */
    readonly isOpen?: boolean;
  };
}

const REFUSALS: readonly Outcome[] = ['mistyped', 'used', 'expired', 'out-of-step', 'clock-lost', 'invalid', 'locked'];

/**
 * @throws {NodeFault} `no-topic`, `bad-<topic>`
 */
export function heard(message: Message, settings: Terms): Heard {
  const { topic, payload } = message;
  // A code is for the outlet that its message names; else the session asks where it is meant for.
  const isNamed = message.outlet !== undefined && message.outlet !== null;
  switch (topic) {
    case 'voucher': {
      const voucher = voucherOf(payload, settings);
      return { tell: (charger, outlet) => charger.voucher(voucher, isNamed ? outlet : undefined) };
    }
    case 'service': {
      const { operation, sequence } = serviceOf(payload);
      return { tell: (charger, outlet) => charger.service(operation, sequence, isNamed ? outlet : undefined) };
    }
    case 'refused': {
      const verdict = refusalOf(payload);
      const answer = answerOf(message.answer);
      const fate = fateOf(message.fate, settings);
      return { tell: (charger) => (answer === undefined ? charger.refused(verdict, fate) : charger.answer(answer)) };
    }
    case 'vehicle':
      return vehicleOf(message);
    case 'meter': {
      const reading = readingOf(payload);
      return { tell: (charger, outlet) => charger.meter(reading, outlet) };
    }
    case 'relay':
      return relayOf(payload);
    case 'relay-fault':
    case 'fault': {
      const { code, standing } = faultOf(topic, payload);
      const method = topic === 'fault' ? 'fault' : 'relayFault';
      // The session begins when the journal works: it must not end what was cut off because of what is over.
      const isOver = !standing || code === 'journal-not-writable';
      return {
        tell: (charger, outlet) => charger[method](code, standing, outlet),
        stands: { as: `${topic} ${code}`, isOver },
      };
    }
    case 'key':
      if (typeof payload !== 'string' || !/^[0-9*#A-D]$/.test(payload)) throw bad(topic, 'one key');
      return { tell: (charger) => charger.key(payload) };
    case 'typed':
      if (typeof payload !== 'string' || !/^\d{0,32}$/.test(payload)) throw bad(topic, 'the digits typed so far');
      return { tell: (charger) => charger.typed(payload) };
    case 'keypad': {
      const trouble = KEYPAD_TROUBLES.find((name) => name === payload);
      if (trouble === undefined) throw bad(topic, KEYPAD_TROUBLES.join(' or '));
      return { tell: (charger) => charger.keypad(trouble) };
    }
    default:
      throw new NodeFault(
        'no-topic',
        'msg.topic must say what the message is: voucher, service, refused, vehicle, meter, relay, relay-fault, fault, key, typed or keypad.',
      );
  }
}

function voucherOf(payload: unknown, settings: Terms): Voucher {
  const { station, layout, sequence, quantity, amount, unit, step } = fieldsOf(payload);
  const whole =
    station === settings.stationId &&
    unit === settings.unit &&
    step === settings.step &&
    isLayoutOf(settings, layout) &&
    isCount(sequence) &&
    isCount(quantity) &&
    quantity > 0 &&
    amount === quantity * settings.step;
  if (!whole) throw bad('voucher', 'a voucher of this station, as "verify code" gives it');
  return { station, layout, sequence, quantity, amount, unit: settings.unit, step };
}

function isLayoutOf({ layout: name }: Terms, layout: unknown): layout is LayoutName {
  return typeof layout === 'string' && boundsIn(algorithmOf(name), layout) !== undefined;
}

function serviceOf(payload: unknown): { operation: Operation; sequence: number } {
  const { operation, sequence } = fieldsOf(payload);
  if (typeof operation !== 'string' || !Object.hasOwn(OPERATIONS, operation) || !isCount(sequence)) {
    throw bad('service', 'a service code, as "verify code" gives it');
  }
  return { operation: operation as Operation, sequence };
}

function refusalOf(payload: unknown): Exclude<Verdict, { outcome: 'accepted' }> {
  const { outcome, retryAfterSeconds, sequence, operation } = fieldsOf(payload);
  if (!REFUSALS.includes(outcome as Outcome)) throw bad('refused', 'a refusal, as "verify code" gives it');
  if (outcome === 'locked') return { outcome, retryAfterSeconds: isNumber(retryAfterSeconds) ? retryAfterSeconds : 0 };
  if (outcome === 'expired') return { outcome, ...(isCount(sequence) && { sequence }) };
  if (outcome === 'used') return { outcome, ...(operation === 'synchronize' && { operation }) };
  return { outcome: outcome as Exclude<Outcome, 'accepted' | 'locked' | 'expired' | 'used'> };
}

/** What was typed, where it is too short for a code. */
function answerOf(answer: unknown): string | undefined {
  return typeof answer === 'string' && /^\d{1,2}$/.test(answer) ? answer : undefined;
}

/** The session of a code that was used before, as "verify code" gives it; of anything else the refusal alone is shown. */
function fateOf(fate: unknown, settings: Terms): SessionRecord | undefined {
  const { voucher, delivered, ended, receipt } = fieldsOf(fate);
  const { station, sequence, amount, unit } = fieldsOf(voucher);
  const whole =
    station === settings.stationId &&
    (unit === 'min' || unit === 'Wh') &&
    isCount(sequence) &&
    isNumber(amount) &&
    isNumber(delivered) &&
    (ended === undefined || typeof ended === 'string') &&
    (receipt === undefined || typeof receipt === 'string');
  return whole ? (fate as SessionRecord) : undefined;
}

function readingOf(payload: unknown): MeterMessage {
  const { energyWh, powerW, currentA, ageMs, keepsCount } = fieldsOf(payload);
  if (!isNumber(energyWh)) throw bad('meter', 'a reading: {energyWh, powerW}');
  return {
    energyWh,
    ...(isNumber(powerW) ? { powerW } : {}),
    ...(isNumber(currentA) ? { currentA } : {}),
    ...(isNumber(ageMs) ? { ageMs } : {}),
    ...(keepsCount === false ? { keepsCount } : {}),
  };
}

function vehicleOf({ payload, settling, everyMs, restarting }: Message): Heard {
  const stands = { as: 'vehicle' };
  // What is not a time between two beats is no promise.
  const promised = isNumber(everyMs) && everyMs >= 100 && everyMs <= 60_000 ? everyMs : undefined;
  // Whoever sees it is gone for now.
  if (restarting === true && payload === null)
    return { stands, tell: (charger, outlet) => charger.vehicleLost(promised, outlet) };
  const connected = booleanOf(payload);
  const tell: Heard['tell'] = (charger, outlet) => charger.vehicle(connected, settling === true, promised, outlet);
  if (connected !== undefined || payload === null) return { stands, tell };
  const misread = bad('vehicle', 'true or false (or 1, 0, on, off), or null where nobody knows');
  return { stands, tell, misread };
}

function relayOf(payload: unknown): Heard {
  const bare = booleanOf(payload);
  const told = bare === undefined ? fieldsOf(payload) : { on: bare };
  const { ready, readyInSeconds, restarting }: Readonly<Record<string, unknown>> = told;
  const on = booleanOf(told.on);
  const stands = { as: 'relay', isOpen: on === false };
  if (on === undefined) {
    const misread = bad('relay', "the relay's actual state: true or false (or 1, 0, on, off), or {on, ready}");
    return { stands, misread, tell: (charger, outlet) => charger.relay({ on: false, ready: false }, outlet) };
  }
  const wait = isNumber(readyInSeconds) ? { readyInSeconds } : {};
  const again = restarting === true && !on ? ({ restarting } as const) : {};
  const relay = { on, ready: booleanOf(ready) !== false, ...wait, ...again };
  return { stands, tell: (charger, outlet) => charger.relay(relay, outlet) };
}

/** A bare code means that the fault stands. */
function faultOf(topic: string, payload: unknown): { code: string; standing: boolean } {
  const { code, standing } = typeof payload === 'string' ? { code: payload, standing: true } : fieldsOf(payload);
  if (typeof code !== 'string' || !/^[a-z][a-z-]{0,39}$/.test(code)) throw bad(topic, 'a fault: {code, standing}');
  return { code, standing: standing !== false };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function bad(topic: string, what: string): NodeFault {
  return new NodeFault(`bad-${topic}`, `With msg.topic "${topic}", msg.payload must be ${what}.`);
}

/**
 * What stands while no session can run yet: a vehicle, a relay, faults. They are told once, when they change, so a session
 * that begins later must be given them.
 */
export class StandingInputs {
  readonly #standing = new Map<string, { readonly heard: Heard; readonly outlet: number }>();

  /** Keys and codes are not kept: nobody hears them. A reading of the meter comes again by itself. */
  keep(heard: Heard, outlet: number): void {
    if (!heard.stands) return;
    const name = `${heard.stands.as} ${outlet}`;
    if (heard.stands.isOver) this.#standing.delete(name);
    else this.#standing.set(name, { heard, outlet });
  }

  /** Whether an outlet's relay said last that it is open. */
  isOpen(outlet: number): boolean {
    return this.#standing.get(`relay ${outlet}`)?.heard.stands?.isOpen === true;
  }

  /** Tells what was kept, once. */
  tell(charger: Charger): void {
    for (const { heard, outlet } of this.#standing.values()) heard.tell(charger, outlet);
    this.#standing.clear();
  }
}
