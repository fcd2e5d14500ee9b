// Tables of what stations' reports told.
import { sql } from 'kysely';
import { addColumn, type Kind, makeTable, type TableShape } from './make-table.ts';
import type { Tx } from './schema.ts';

const TABLES: Readonly<Record<string, TableShape>> = {
  station_reports: {
    key: ['station'],
    columns: { station: 'bigint', journal: 'text', heard_at: 'bigint' },
  },
  journals: {
    key: ['station', 'journal'],
    columns: {
      station: 'bigint',
      journal: 'text',
      key_version: 'integer',
      first_at: 'bigint',
      heard_at: 'bigint',
      number: 'bigint',
      boot: 'bigint',
      told_at: 'bigint',
      clock_least: 'bigint?',
      clock_most: 'bigint?',
      highest: 'bigint',
      sure: 'bigint',
      closed: 'bigint',
      delivered: 'bigint',
      meter_wh: 'bigint?',
      meter_from: 'bigint?',
      delivered_from: 'bigint?',
      closings: 'bigint',
      wrong_guesses: 'bigint',
      lockouts: 'bigint',
      faults: 'text',
      open: 'text',
      missing: 'bigint',
      forked: 'smallint',
      cleared: 'bigint',
    },
  },
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
      digest: 'text',
      token: 'bigint',
    },
  },
  report_gaps: {
    key: ['station', 'journal', 'first'],
    columns: { station: 'bigint', journal: 'text', first: 'bigint', last: 'bigint' },
  },
  voucher_ends: {
    key: ['station', 'sequence'],
    columns: {
      station: 'bigint',
      sequence: 'bigint',
      journal: 'text',
      place: 'bigint',
      outlet: 'bigint',
      quantity: 'bigint',
      delivered: 'bigint',
      unused: 'smallint',
      reason: 'bigint',
      ended_at: 'bigint?',
      report: 'bigint',
    },
  },
  alarms: {
    key: ['station', 'kind', 'subject'],
    columns: {
      station: 'bigint',
      kind: 'text',
      subject: 'text',
      alarm: 'bigint',
      raised_at: 'bigint',
      evidence: 'text',
      over_at: 'bigint?',
      seen_at: 'bigint?',
      seen_by: 'text?',
      unseen: 'smallint',
      due_at: 'bigint?',
      tries: 'integer',
    },
  },
};

/** Of reports nothing was known before. */
export async function reportTables(tx: Tx, kind: Kind): Promise<void> {
  for (const [name, shape] of Object.entries(TABLES)) await makeTable(tx, kind, name, shape);
  const index = (name: string) => tx.schema.createIndex(name).ifNotExists();
  await index('station_reports_by_time').on('station_reports').columns(['heard_at', 'station']).execute();
  await index('voucher_ends_by_place').on('voucher_ends').columns(['station', 'journal', 'place']).execute();
  await index('alarms_by_time').on('alarms').columns(['unseen', 'raised_at', 'alarm']).execute();
  await index('alarms_due').on('alarms').columns(['due_at']).execute();
}

/** Whether the ledger explains a voucher's end was looked up each time; a list of stations counts those that it does not. */
export async function explainedEnds(tx: Tx, kind: Kind): Promise<void> {
  await addColumn(tx, kind, 'voucher_ends', 'explained', sql`smallint not null default 1`);
  await sql`
    update voucher_ends set explained = 0 where not exists (
      select 1 from codes
      where codes.station = voucher_ends.station and codes.sequence = voucher_ends.sequence
        and codes.kind = 0 and codes.quantity = voucher_ends.quantity
    )`.execute(tx);
  const index = (name: string, table: string) => tx.schema.createIndex(name).ifNotExists().on(table).column('station');
  // Only those rows are in them that a list of stations counts.
  await index('voucher_ends_unexplained', 'voucher_ends').where(sql.ref('explained'), '=', sql.lit(0)).execute();
  await index('receipts_expired', 'receipts').where(sql.ref('source'), '=', sql.lit('expired')).execute();
}
