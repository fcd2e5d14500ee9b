// What a charger asks of its journal, carried out: each write, its records for whoever listens, and its answer.
import type { Operation } from '../../codes/index.ts';
import { receiptOf } from '../outlet/metering.ts';
import { isSame } from '../records.ts';
import type { ToldByCharger } from '../report.ts';
import type { SessionJournal, SessionRecord } from '../types.ts';
import type { Event, Write } from './model.ts';

/** The journal of a station, as `Station` is one. */
export interface ChargerJournal extends SessionJournal {
  /** Uses up the number of a service code, and does what of it is the journal's (clock, limiter), in one transaction. */
  useService(operation: Operation, sequence: number): 'done' | 'used';
  /** What the station tells of itself, sealed; its number is on the disk. */
  report?(told: ToldByCharger): string;
  /** The machine was off since the journal was last open. Unset when it was said that what waited then is forgotten. */
  wasOff?: boolean;
  clockState?(): 'ok' | 'lost';
  /** Whole seconds until the keypad hears short codes again, 0 when it does. */
  lockedForSeconds?(): number;
}

/** What an integrator may keep or send on: sessions as they open, go on and close, faults, services. */
export interface ChargerRecord {
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** Without the time. */
type Answer = Event extends infer Each ? (Each extends Event ? Omit<Each, 'at'> : never) : never;

/** @throws what the journal throws: then nothing was written */
export function carriedOut(write: Write, journal: ChargerJournal, tell: (record: ChargerRecord) => void): Answer {
  switch (write.type) {
    case 'redeem':
      return redeemed(write, journal, tell);
    case 'checkpoint':
      journal.checkpoint(write.records);
      tellAll(write.records, tell);
      return { type: 'checkpointed', outlets: write.outlets };
    case 'close':
      return closed(write, journal, tell);
    case 'hand-back':
      return handedBack(write, journal, tell);
    case 'use-service':
      return serviceUsed(write, journal, tell);
    case 'report':
      return { type: 'reported', report: reported(write.told, journal, tell) };
    case 'note':
      journal.append(write.kind, write.details);
      tell({ kind: write.kind, ...write.details });
      return { type: 'noted', note: write };
    case 'recover':
      return { type: 'recovered', open: journal.openSessions() };
  }
}

type Of<Type extends Write['type']> = Extract<Write, { type: Type }>;
type Tell = (record: ChargerRecord) => void;

function redeemed({ record: asked, outlet = 1 }: Of<'redeem'>, journal: ChargerJournal, tell: Tell): Answer {
  const record = { ...asked, outlet };
  const result = journal.redeem(record.voucher, record);
  if (result !== 'redeemed') return { type: 'redeem-refused', outlet, why: result };
  const opened = journal.openVouchers().find((each) => isSame(record, each)) ?? record;
  tell({ kind: 'session-opened', ...row(opened) });
  return { type: 'redeemed', outlet, record: opened };
}

function closed({ records: asked, outlet = 1 }: Of<'close'>, journal: ChargerJournal, tell: Tell): Answer {
  const records = asked.map((record) => {
    const receipt = record.receipt ?? journal.receiptFor(record);
    return { ...record, outlet, ...(receipt === undefined ? {} : { receipt }) };
  });
  journal.close(records);
  tellAll(records, tell);
  return { type: 'closed', outlet, records };
}

function handedBack({ voucher }: Of<'hand-back'>, journal: ChargerJournal, tell: Tell): Answer {
  const record = journal.handBack(voucher);
  if (typeof record === 'string') return { type: 'handed-back', voucher, result: record };
  tellAll([record], tell);
  const receipt = receiptOf(record);
  return { type: 'handed-back', voucher, result: 'done', ...(receipt && { receipt }) };
}

function serviceUsed(write: Of<'use-service'>, journal: ChargerJournal, tell: Tell): Answer {
  const { operation, sequence, outlet, told } = write;
  const result = journal.useService(operation, sequence);
  tell({ kind: 'service', operation, sequence, result });
  const report = told && result === 'done' ? reported(told, journal, tell) : undefined;
  const used = { type: 'service-used', operation, sequence, result } as const;
  return { ...used, ...(outlet === undefined ? {} : { outlet }), ...(report === undefined ? {} : { report }) };
}

function reported(told: ToldByCharger, journal: ChargerJournal, tell: Tell): string | undefined {
  const report = journal.report?.(told);
  if (report !== undefined) tell({ kind: 'report', report });
  return report;
}

function tellAll(records: readonly SessionRecord[], tell: Tell): void {
  for (const record of records) {
    tell({ kind: record.ended === undefined ? 'session-checkpoint' : 'session-closed', ...row(record) });
  }
}

function row({ voucher, ...rest }: SessionRecord): Record<string, unknown> {
  return { ...voucher, ...rest };
}
