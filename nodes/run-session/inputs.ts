// What `run session` hears, told apart by `msg.topic`, and made sure of before the session gets it.
import { algorithmOf, boundsIn, type LayoutName, OPERATIONS, type Operation } from '../../charging/codes/index.ts';
import type { Charger, RelayMessage } from '../../charging/station/charger/charger.ts';
import { KEYPAD_TROUBLES, type KeypadTrouble } from '../../charging/station/conversation/model.ts';
import type { MeterMessage } from '../../charging/station/outlet/model.ts';
import type { Outcome, SessionRecord, StationSettings, Verdict, Voucher } from '../../charging/station/types.ts';
import { NodeFault } from '../shared/handlers.ts';
import type { Message } from '../shared/red.ts';
import { booleanOf, fieldsOf } from '../shared/values.ts';

type Terms = Omit<StationSettings, 'key'>;

/**
 * `misread`: what was told of the vehicle or the relay cannot be understood. The session hears that nobody knows, so that
 * the relay goes off, and the message ends with this.
 */
type Heard =
  | { readonly topic: 'voucher'; readonly voucher: Voucher }
  | { readonly topic: 'service'; readonly operation: Operation; readonly sequence: number }
  | {
      readonly topic: 'refused';
      readonly verdict: Exclude<Verdict, { outcome: 'accepted' }>;
      /** What was typed, where it is too short for a code. */
      readonly answer?: string;
      /** The session of a code that was used before. */
      readonly fate?: SessionRecord;
    }
  | {
      readonly topic: 'vehicle';
      readonly connected: boolean | undefined;
      readonly settling: boolean;
      readonly everyMs?: number;
      /** Whoever sees it is gone for now. */
      readonly restarting?: true;
      readonly misread?: NodeFault;
    }
  | { readonly topic: 'meter'; readonly reading: MeterMessage }
  | { readonly topic: 'relay'; readonly relay: RelayMessage; readonly misread?: NodeFault }
  | { readonly topic: 'relay-fault' | 'fault'; readonly code: string; readonly standing: boolean }
  | { readonly topic: 'key'; readonly key: string }
  | { readonly topic: 'typed'; readonly digits: string }
  | { readonly topic: 'keypad'; readonly trouble: KeypadTrouble };

/** And of which outlet that was heard. `named`: whoever sent it said so. */
export type OfOutlet = Heard & { readonly outlet: number; readonly named?: boolean };

const REFUSALS: readonly Outcome[] = ['mistyped', 'used', 'expired', 'out-of-step', 'clock-lost', 'invalid', 'locked'];

/**
 * @throws {NodeFault} `no-topic`, `bad-<topic>`
 */
export function heard(
  { topic, payload, settling, everyMs, restarting, answer, fate }: Message,
  settings: Terms,
): Heard {
  switch (topic) {
    case 'voucher':
      return { topic, voucher: voucherOf(payload, settings) };
    case 'service':
      return { topic, ...serviceOf(payload) };
    case 'refused':
      return { topic, verdict: refusalOf(payload), ...answerOf(answer), ...fateOf(fate, settings) };
    case 'vehicle':
      return {
        ...{ topic, ...pluggedOf(payload), settling: settling === true, ...promised(everyMs) },
        ...(restarting === true && payload === null && { restarting }),
      };
    case 'meter':
      return { topic, reading: readingOf(payload) };
    case 'relay':
      return { topic, ...actualOf(payload) };
    case 'relay-fault':
    case 'fault':
      return { topic, ...faultOf(topic, payload) };
    case 'key':
      if (typeof payload === 'string' && /^[0-9*#A-D]$/.test(payload)) return { topic, key: payload };
      throw bad(topic, 'one key');
    case 'typed':
      if (typeof payload === 'string' && /^\d{0,32}$/.test(payload)) return { topic, digits: payload };
      throw bad(topic, 'the digits typed so far');
    case 'keypad': {
      const trouble = KEYPAD_TROUBLES.find((name) => name === payload);
      if (trouble === undefined) throw bad(topic, KEYPAD_TROUBLES.join(' or '));
      return { topic, trouble };
    }
    default:
      throw new NodeFault(
        'no-topic',
        'msg.topic must say what the message is: voucher, service, refused, vehicle, meter, relay, relay-fault, fault, key, typed or keypad.',
      );
  }
}

/** Hands on what was heard. */
export function tell(charger: Charger, { outlet, named, ...input }: OfOutlet): void {
  switch (input.topic) {
    case 'voucher':
      charger.voucher(input.voucher, named ? outlet : undefined);
      break;
    case 'service':
      charger.service(input.operation, input.sequence, named ? outlet : undefined);
      break;
    case 'refused':
      if (input.answer !== undefined) charger.answer(input.answer);
      else charger.refused(input.verdict, input.fate);
      break;
    case 'vehicle':
      if (input.restarting) charger.vehicleLost(input.everyMs, outlet);
      else charger.vehicle(input.connected, input.settling, input.everyMs, outlet);
      break;
    case 'meter':
      charger.meter(input.reading, outlet);
      break;
    case 'relay':
      charger.relay(input.relay, outlet);
      break;
    case 'relay-fault':
      charger.relayFault(input.code, input.standing, outlet);
      break;
    case 'fault':
      charger.fault(input.code, input.standing, outlet);
      break;
    case 'key':
      charger.key(input.key);
      break;
    case 'typed':
      charger.typed(input.digits);
      break;
    case 'keypad':
      charger.keypad(input.trouble);
      break;
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

function answerOf(answer: unknown): { answer?: string } {
  return typeof answer === 'string' && /^\d{1,2}$/.test(answer) ? { answer } : {};
}

/** As "verify code" gives it; of anything else the refusal alone is shown. */
function fateOf(fate: unknown, settings: Terms): { fate?: SessionRecord } {
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
  return whole ? { fate: fate as SessionRecord } : {};
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

function pluggedOf(payload: unknown): { connected: boolean | undefined; misread?: NodeFault } {
  const connected = booleanOf(payload);
  if (connected !== undefined || payload === null) return { connected };
  return { connected, misread: bad('vehicle', 'true or false (or 1, 0, on, off), or null where nobody knows') };
}

/** What is not a time between two beats is no promise. */
function promised(everyMs: unknown): { everyMs?: number } {
  return isNumber(everyMs) && everyMs >= 100 && everyMs <= 60_000 ? { everyMs } : {};
}

function actualOf(payload: unknown): { relay: RelayMessage; misread?: NodeFault } {
  const bare = booleanOf(payload);
  if (bare !== undefined) return { relay: { on: bare, ready: true } };
  const { on: told, ready, readyInSeconds, restarting } = fieldsOf(payload);
  const on = booleanOf(told);
  if (on === undefined) {
    const misread = bad('relay', "the relay's actual state: true or false (or 1, 0, on, off), or {on, ready}");
    return { relay: { on: false, ready: false }, misread };
  }
  const wait = isNumber(readyInSeconds) ? { readyInSeconds } : {};
  const again = restarting === true && !on ? ({ restarting } as const) : {};
  return { relay: { on, ready: booleanOf(ready) !== false, ...wait, ...again } };
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
  readonly #standing = new Map<string, OfOutlet>();

  /** Keys and codes are not kept: nobody hears them. A reading of the meter comes again by itself. */
  keep(input: OfOutlet): void {
    switch (input.topic) {
      case 'vehicle':
      case 'relay':
        this.#standing.set(`${input.topic} ${input.outlet}`, input);
        return;
      case 'fault':
      case 'relay-fault':
        this.#standing.delete(`${input.topic} ${input.code} ${input.outlet}`);
        // The session begins when the journal works: it must not end what was cut off because of what is over.
        if (input.standing && input.code !== 'journal-not-writable')
          this.#standing.set(`${input.topic} ${input.code} ${input.outlet}`, input);
    }
  }

  /** Whether an outlet's relay said last that it is open. */
  isOpen(outlet: number): boolean {
    const told = this.#standing.get(`relay ${outlet}`);
    return told?.topic === 'relay' && !told.relay.on && !told.misread;
  }

  /** What was kept, once. */
  take(): readonly OfOutlet[] {
    const inputs = [...this.#standing.values()];
    this.#standing.clear();
    return inputs;
  }
}
