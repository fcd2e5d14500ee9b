// Every call of the ledger, once: to add one is to write its function and to put it into one of these lists. What the
// ledger's users see (`Ledger`), what is queued and what runs in the database's thread is made of them.
import type { Answer, AuditEntry } from '../types.ts';
import type { Work } from '../work.ts';
import { alarmTold, listAlarms, seeAlarm, takeDueAlarms } from './alarms.ts';
import { authenticate, createApiKey, revokeApiKey } from './api-keys.ts';
import { checkout, checkoutOver, claimCheckouts, keepCheckout } from './checkouts.ts';
import { countRequest } from './counting.ts';
import { refundExpired } from './expired.ts';
import { disputeTold, refundedElsewhere } from './gone.ts';
import { forgetKeys } from './idempotency.ts';
import { DRAWS, type ToDraw } from './issuing.ts';
import { listOutstanding, provisioning, replaceKey } from './keys.ts';
import { exportPage, listApiKeys, listAudit, listCodes, listStations } from './lists.ts';
import { listPayments, markPaid, notePayment, returnPayment } from './payments.ts';
import { settle } from './receipts.ts';
import { listRefunds } from './refund-list.ts';
import { claimRefunds, refundTold } from './refunds.ts';
import { payRefund, retryRefund } from './refunds-by-hand.ts';
import { hearReport } from './reports.ts';
import { request } from './requests.ts';
import { cancelReservation, listReservations, reserve } from './reservations.ts';
import { listSettled } from './settled-list.ts';
import { statementPage } from './statement.ts';
import { listStationHealth, stationReports } from './station-health.ts';
import { createStation, retireStation, station, updateStation } from './stations.ts';
import { heartbeat, statistics } from './statistics.ts';

/** In one transaction with others that wait. */
const WRITES = {
  reserve,
  cancelReservation,
  markPaid,
  notePayment,
  returnPayment,
  keepCheckout,
  claimCheckouts,
  checkoutOver,
  claimRefunds,
  refundTold,
  payRefund,
  retryRefund,
  refundedElsewhere,
  disputeTold,
  settle,
  refundExpired,
  hearReport,
  seeAlarm,
  takeDueAlarms,
  alarmTold,
  createStation,
  updateStation,
  retireStation,
  provisioning,
  replaceKey,
  createApiKey,
  revokeApiKey,
  heartbeat,
  forgetKeys,
  audit: async (work: Work, entry: AuditEntry): Promise<null> => {
    work.audits.push(entry);
    return null;
  },
} as const;

/** Each by itself. */
const READS = {
  request,
  station,
  authenticate,
  listStations,
  listApiKeys,
  listAudit,
  listCodes,
  listOutstanding,
  listSettled,
  listReservations,
  listPayments,
  listAlarms,
  listStationHealth,
  stationReports,
  listRefunds,
  checkout,
  statementPage,
  exportPage,
  statistics,
} as const;

/** As reads, in a lane of their own: pages that take long do not keep them waiting. */
const COUNTS = { countRequest } as const;

export type Lane = 'write' | 'read' | 'count';

/** Which lane each call waits in. */
export const LANES: Readonly<Record<CallName, Lane>> = {
  ...laneOf(DRAWS, 'write'),
  ...laneOf(WRITES, 'write'),
  ...laneOf(READS, 'read'),
  ...laneOf(COUNTS, 'count'),
};

function laneOf<T extends object>(calls: T, lane: Lane): Record<keyof T, Lane> {
  return Object.fromEntries(Object.keys(calls).map((name) => [name, lane])) as Record<keyof T, Lane>;
}

type DrawCalls = typeof DRAWS;
type WriteCalls = typeof WRITES;
type ReadCalls = typeof READS & typeof COUNTS;

type Outside<F> = F extends (work: Work, ...args: infer A) => Promise<infer T> ? (...args: A) => Promise<T> : F;
type Drawn<F> = F extends (...args: infer A) => ToDraw<infer T> ? (...args: A) => Promise<Answer<T>> : F;

/** The calls as they look from outside, where their transaction is run for them. */
export type Calls = { [N in keyof DrawCalls]: Drawn<DrawCalls[N]> } & {
  [N in keyof WriteCalls]: Outside<WriteCalls[N]>;
} & { [N in keyof ReadCalls]: Outside<ReadCalls[N]> };

export type CallName = keyof Calls;
export type ArgumentsOf<N extends CallName> = Parameters<Calls[N]>;
export type AnswerOf<N extends CallName> = Awaited<ReturnType<Calls[N]>>;

/** A call under way, as it is sent to the database's thread. */
export type Call<N extends CallName = CallName> = {
  [Name in N]: { readonly name: Name; readonly args: ArgumentsOf<Name> };
}[N];

export type DrawCall = Call<keyof DrawCalls>;
export type ReadCall = Call<keyof ReadCalls>;

export const isDraw = (call: Call): call is DrawCall => Object.hasOwn(DRAWS, call.name);
export const isRead = (call: Call): call is ReadCall => LANES[call.name] !== 'write';

type Performed<C> = { [N in keyof C & CallName]: (work: Work, ...args: ArgumentsOf<N>) => Promise<AnswerOf<N>> };
const writes: Performed<WriteCalls> = WRITES;
const reads: Performed<ReadCalls> = { ...READS, ...COUNTS };
const draws: { [N in keyof DrawCalls]: (...args: ArgumentsOf<N>) => ToDraw<unknown> } = DRAWS;

/** What a call that draws a number wants. */
export function toDraw<N extends keyof DrawCalls>({ name, args }: Call<N>): ToDraw<unknown> {
  return draws[name](...args);
}

export function performWrite<N extends keyof WriteCalls>(work: Work, { name, args }: Call<N>): Promise<AnswerOf<N>> {
  return writes[name](work, ...args);
}

export function performRead<N extends keyof ReadCalls>(work: Work, { name, args }: Call<N>): Promise<AnswerOf<N>> {
  return reads[name](work, ...args);
}
