// The tables of what stations' reports told, as their migration makes them.
import type { TableShape } from './table-shape.ts';

export const REPORTS = {
  /** What was heard of a station last. */
  station_reports: {
    key: ['station'],
    columns: {
      station: 'bigint',
      /** The one that speaks for the station now. */
      journal: 'text',
      /** When a report newer than all before was heard. */
      heard_at: 'bigint',
    },
  },
  /** What the newest report of a journal told, and what is known of its vouchers. */
  journals: {
    key: ['station', 'journal'],
    columns: {
      station: 'bigint',
      /** Eight hex digits. */
      journal: 'text',
      key_version: 'integer',
      /** When it was first heard of. */
      first_at: 'bigint',
      heard_at: 'bigint',
      /** Of the newest report. */
      number: 'bigint',
      boot: 'bigint',
      /** The station's time, unix seconds; 0: its clock was lost. */
      told_at: 'bigint',
      /** By how many seconds the station's clock is ahead, at least and at most; null where that cannot be told. */
      clock_least: 'bigint?',
      clock_most: 'bigint?',
      highest: 'bigint',
      /** Sure time, unix seconds. */
      sure: 'bigint',
      closed: 'bigint',
      delivered: 'bigint',
      meter_wh: 'bigint?',
      /** Both of the first report that told them with no meter silent: what a meter counted before the station had it is no theft. */
      meter_from: 'bigint?',
      delivered_from: 'bigint?',
      closings: 'bigint',
      wrong_guesses: 'bigint',
      lockouts: 'bigint',
      /** JSON: numbers of faults. */
      faults: 'text',
      /** JSON: open vouchers. */
      open: 'text',
      /** Closed vouchers that no report listed. */
      missing: 'bigint',
      /** 1: its reports contradict each other, as those of a restored card do. */
      forked: 'smallint',
      /** Every voucher up to this number was looked at for a refund. */
      cleared: 'bigint',
    },
  },
  /** Every report that was heard, once. */
  reports: {
    key: ['station', 'journal', 'number'],
    columns: {
      station: 'bigint',
      journal: 'text',
      number: 'bigint',
      heard_at: 'bigint',
      boot: 'bigint',
      highest: 'bigint',
      sure: 'bigint',
      closed: 'bigint',
      /** Of its text: another one of the same number is not the same again. */
      digest: 'text',
      /** Random, of the call that heard it: knows its own work again after a lost connection. */
      token: 'bigint',
    },
  },
  /** Places in the order of a journal's closed vouchers, from 1, that no report listed. */
  report_gaps: {
    key: ['station', 'journal', 'first'],
    columns: { station: 'bigint', journal: 'text', first: 'bigint', last: 'bigint' },
  },
  /** How a voucher ended, as the first report that listed it told. */
  voucher_ends: {
    key: ['station', 'sequence'],
    columns: {
      station: 'bigint',
      sequence: 'bigint',
      journal: 'text',
      /** In the order in which the journal's vouchers closed, from 1; 0 or less: closed before the journal began. */
      place: 'bigint',
      outlet: 'bigint',
      quantity: 'bigint',
      /** Seconds, or Wh. */
      delivered: 'bigint',
      /** In 155ths. */
      unused: 'smallint',
      reason: 'bigint',
      /** By the station's clock; null where that cannot be told. */
      ended_at: 'bigint?',
      /** Number of the report. */
      report: 'bigint',
    },
  },
  alarms: {
    key: ['station', 'kind', 'subject'],
    columns: {
      station: 'bigint',
      kind: 'text',
      /** What it is about: one alarm for each. */
      subject: 'text',
      /** Random, 48 bits. */
      alarm: 'bigint',
      raised_at: 'bigint',
      /** JSON. */
      evidence: 'text',
      /** When what raised it had passed. */
      over_at: 'bigint?',
      seen_at: 'bigint?',
      seen_by: 'text?',
      /** 1: nobody has seen it. */
      unseen: 'smallint',
      /** When the webhook is tried next; null: it was told, or it is to be told to nobody. */
      due_at: 'bigint?',
      tries: 'integer',
    },
  },
} as const satisfies Readonly<Record<string, TableShape>>;
