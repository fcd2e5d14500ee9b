// What a station must never forget, as one small text: the same in the database and in the snapshots beside it.
import { createHash, randomBytes } from 'node:crypto';
import type { ClockMemory } from '../clock.ts';
import type { Limiter } from '../limiter.ts';
import type { SureTime } from '../sure-time.ts';
import type { SessionRecord } from '../types.ts';
import { MEMORY, type SequenceWindow, widened } from '../window.ts';
import { type OpenVoucher, packed, type Terms, termsIn, unpacked } from './packed.ts';
import { NO_TOTALS, type Totals } from './totals.ts';

/** Of a station that never wrote anything. */
export const FIRST_GENERATION = 1;

export interface StationState {
  readonly station: string;
  /** Which journal of that station: 4 random bytes in hex, made with it and anew with each new key. */
  readonly journalId: string;
  readonly totals: Totals;
  /** The id of the latest session. */
  readonly sessions: number;
  /** Raised by each change: of two copies the higher is the newer. */
  readonly generation: number;
  /** Boots of the machine that this journal has seen, and the one it is in. */
  readonly boot: { readonly id: string; readonly number: number };
  readonly window: SequenceWindow;
  readonly limiter: Limiter;
  readonly clock: ClockMemory;
  /** Missing in what 0.1.0 wrote, as are the two after it. */
  readonly sure?: SureTime;
  /** The synchronization that was typed last, and the boot it was typed in. */
  readonly synchronized?: { readonly sequence: number; readonly bootId: string } | null;
  /** Fingerprint of the key that the window and sure time belong to. */
  readonly key?: string;
  /** The same of keys that the station had before, oldest first: should one come back, what was used stays used. */
  readonly earlier?: readonly NumberLine[];
  /** By session, in order of redemption. */
  readonly openVouchers: readonly OpenVoucher[];
  /** The keys that open vouchers were redeemed under, in hex: their receipts are made with them. */
  readonly sessionKeys?: readonly string[];
  /** Those that the latest write closed: a cut may have taken their rows from the database. */
  readonly closed: readonly SessionRecord[];
  /** Pulse counters' totals, Wh. */
  readonly counters: Readonly<Record<string, number>>;
}

/** The numbers of one key, and the time that they prove. */
export interface NumberLine {
  readonly key: string;
  readonly window: SequenceWindow;
  readonly sure: SureTime;
}

export function encodeState(state: StationState): string {
  const { boot, limiter, clock, sure, openVouchers, closed } = state;
  const earlier = state.earlier?.map((line) => ({ ...line, window: encodeWindow(line.window) }));
  const terms = termsIn([...openVouchers, ...closed]);
  return JSON.stringify({
    ...state,
    window: encodeWindow(state.window),
    limiter: inBoot(limiter, boot.id),
    clock: inBoot(clock, boot.id),
    ...(sure && { sure: inBoot(sure, boot.id) }),
    ...(earlier && { earlier }),
    ...(terms && { terms }),
    openVouchers: openVouchers.map((record) => packed(record, terms)),
    closed: closed.map((record) => packed(record, terms)),
  });
}

/** The boot that the journal is in is told once. */
function inBoot<Times extends { readonly bootId: string }>(times: Times, boot: string): Omit<Times, 'bootId'> {
  const { bootId, ...rest } = times;
  return bootId === boot ? rest : times;
}

const MEMORY_BYTES = MEMORY / 8;

function encodeWindow({ highest, used }: SequenceWindow): { highest: number; memory: string } {
  const hex = used.toString(16).padStart(MEMORY_BYTES * 2, '0');
  return { highest, memory: Buffer.from(hex, 'hex').toString('base64url') };
}

/**
 * Also what an earlier version wrote, as what it means now.
 * @throws {Error} when the text is no state
 */
export function decodeState(text: string): StationState {
  const state = upgraded(JSON.parse(text));
  const window = decodeWindow(state.window);
  const { main, second } = state.limiter;
  const counts = [state.generation, state.boot.number, main.tokens, second.tokens, state.sessions, state.totals.closed];
  if (!counts.every(isCount)) throw new Error('a number is none');
  if (typeof state.station !== 'string' || typeof state.journalId !== 'string') throw new Error('a field is missing');
  const earlier = state.earlier?.map((line) => ({ ...line, window: decodeWindow(line.window) }));
  const { earlier: _earlier, terms, ...rest } = state;
  const vouchers = (list: unknown[]) => list.map((each) => unpacked(each, state.station, terms));
  const times = { bootId: state.boot.id };
  return {
    ...rest,
    window,
    limiter: { ...times, ...state.limiter },
    clock: { ...times, ...state.clock },
    ...(state.sure && { sure: { ...times, ...state.sure } }),
    ...(earlier && { earlier }),
    openVouchers: vouchers(state.openVouchers),
    closed: vouchers(state.closed),
  };
}

/** The state with an id of its own, where it has none yet. */
export function identified<State extends Pick<StationState, 'journalId'>>(state: State): State {
  return state.journalId === '' ? { ...state, journalId: newJournalId() } : state;
}

export function newJournalId(): string {
  return randomBytes(4).toString('hex');
}

interface Encoded {
  readonly window: { readonly highest: number };
  readonly earlier?: readonly Encoded[];
  readonly journalId?: string;
  /** One session at a time, of one voucher: before several could be open. */
  readonly openSession?: SessionRecord | null;
  readonly lastClosed?: SessionRecord | null;
  readonly sessionKey?: string | null;
  readonly openVouchers?: readonly unknown[];
}

type Current = Omit<StationState, 'window' | 'earlier' | 'openVouchers' | 'closed'> & {
  readonly window: unknown;
  readonly earlier?: readonly (Omit<NumberLine, 'window'> & { readonly window: unknown })[];
  /** Of all vouchers that tell none themselves. */
  readonly terms?: Terms;
  readonly openVouchers: unknown[];
  readonly closed: unknown[];
};

function upgraded(old: Encoded): Current {
  if (old.openVouchers !== undefined) return old as unknown as Current;
  const { openSession, lastClosed, sessionKey, ...rest } = old.journalId === undefined ? identifiable(old) : old;
  return {
    ...rest,
    openVouchers: openSession ? [packed(openSession)] : [],
    closed: lastClosed ? [packed(lastClosed)] : [],
    ...(sessionKey ? { sessionKeys: [sessionKey] } : {}),
  } as unknown as Current;
}

/**
 * What was written before there were sessions: each voucher was one of its own, on the station's one outlet, and the session
 * bears its number. The id is yet to be given, and totals begin with it.
 */
function identifiable(old: Encoded): Encoded {
  const highest = [old, ...(old.earlier ?? [])].map(({ window }) => window.highest);
  const placed = (record: SessionRecord | null | undefined) =>
    record ? { ...record, session: record.voucher.sequence, outlet: 1 } : null;
  return {
    ...old,
    openSession: placed(old.openSession),
    lastClosed: placed(old.lastClosed),
    journalId: '',
    ...{ totals: NO_TOTALS, sessions: Math.max(...highest) },
  };
}

function decodeWindow(encoded: unknown): SequenceWindow {
  const { highest, memory, used } = encoded as { highest: unknown; memory: unknown; used: unknown };
  if (!isCount(highest)) throw new Error('a number is none');
  // What 0.1.0 wrote.
  if (typeof used === 'string' && /^[0-9a-f]{16}$/.test(used)) return widened({ highest, used: BigInt(`0x${used}`) });
  const bytes = Buffer.from(typeof memory === 'string' ? memory : '', 'base64url');
  if (bytes.length !== MEMORY_BYTES || bytes.toString('base64url') !== memory) throw new Error('a field is missing');
  return { highest, used: BigInt(`0x${bytes.toString('hex')}`) };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
