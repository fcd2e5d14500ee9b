// The ledger's tables, and how those of earlier versions became them: each step once, in this order. Each statement also
// holds where the table is there already, for databases that commit each DDL statement by itself.
import { sql } from 'kysely';
import { folded } from '../folding.ts';
import { addColumn, makeTable } from './make-table.ts';
import { REPORTS } from './report-shapes.ts';
import type { Tx } from './schema.ts';
import { LATER, VERSION_1 } from './shapes.ts';
import type { Kind } from './table-shape.ts';

/** In the order of their names. What is published is never changed: what comes next is a further step. */
export const MIGRATIONS: readonly { readonly name: string; up(tx: Tx, kind: Kind, now: number): Promise<void> }[] = [
  { name: '0001_tables', up: tablesOfVersion1 },
  { name: '0002_payments', up: payments },
  { name: '0003_folded_names_and_limits', up: foldedNamesAndLimits },
  { name: '0004_keys_given_out', up: keysGivenOut },
  { name: '0005_newest_keys', up: newestKeys },
  { name: '0006_versions_by_name', up: versionsByName },
  { name: '0007_outlets_and_sources', up: outletsAndSources },
  { name: '0008_reports', up: reportTables },
  { name: '0009_refunds', up: refundTables },
  { name: '0010_sites', up: sites },
  { name: '0011_explained_ends', up: explainedEnds },
];

async function tablesOfVersion1(tx: Tx, kind: Kind): Promise<void> {
  for (const [name, shape] of Object.entries(VERSION_1)) await makeTable(tx, kind, name, shape);
  const index = (name: string) => tx.schema.createIndex(name).ifNotExists();
  await index('codes_by_time').on('codes').columns(['issued_at', 'station', 'sequence']).execute();
  await index('receipts_by_time').on('receipts').columns(['settled_at', 'station', 'sequence']).execute();
  await index('reservations_by_time').on('reservations').columns(['reserved_at', 'station', 'reservation']).execute();
}

/** A payment stood with its reservation alone, and nothing kept one from paying twice: the first that it paid has it. */
async function payments(tx: Tx, kind: Kind): Promise<void> {
  await makeTable(tx, kind, 'payments', LATER.payments);
  const index = (name: string) => tx.schema.createIndex(name).ifNotExists().on('payments');
  await index('payments_open').columns(['done', 'told_at', 'payment']).execute();
  await index('payments_by_request').columns(['station', 'reservation']).execute();
  await addColumn(tx, kind, 'reservations', 'cancelled_at', sql`bigint`);
  await sql`
    insert into payments
      (payment, station, reservation, minor_units, currency, told_at, outcome, done, returned_at)
    select r.payment, r.station, r.reservation, r.price, t.currency, r.paid_at, 'taken',
      case when r.sequence is null then 0 else 1 end, null
    from reservations r
    join station_terms t on t.station = r.station and t.version = r.terms
    where r.payment is not null
    order by r.paid_at
    on conflict do nothing`.execute(tx);
}

/** What stations are searched by, and the counts of requests that replicas share, which 0.1.0 made only when asked to. */
async function foldedNamesAndLimits(tx: Tx, kind: Kind): Promise<void> {
  await addColumn(tx, kind, 'stations', 'folded', sql`text not null default ''`);
  for (const { number, id, name } of await tx.selectFrom('stations').select(['number', 'id', 'name']).execute()) {
    await tx
      .updateTable('stations')
      .set({ folded: folded(id, name) })
      .where('number', '=', number)
      .execute();
  }
  await makeTable(tx, kind, 'request_limits', LATER.request_limits);
}

/** Which keys were given out was in the audit alone. One that codes were sold under counts as given out. */
async function keysGivenOut(tx: Tx, kind: Kind): Promise<void> {
  await makeTable(tx, kind, 'station_keys', LATER.station_keys);
  const given = new Map<string, { station: number; key_version: number; given_at: number }>();
  const keep = (station: number, key_version: number, given_at: number) => {
    const key = `${station}/${key_version}`;
    given.set(key, given.get(key) ?? { station, key_version, given_at });
  };
  const sold = await tx
    .selectFrom('station_terms')
    .select(['station', 'key_version', 'since'])
    .orderBy('since')
    .execute();
  for (const { station, key_version, since } of sold) keep(station, key_version, since);
  const noted = await tx
    .selectFrom('audit')
    .innerJoin('stations', 'stations.id', 'audit.station')
    .select(['stations.number', 'audit.detail', 'audit.at'])
    .where('audit.action', '=', 'station-provisioned')
    .orderBy('audit.at')
    .execute();
  for (const { number, detail, at } of noted) {
    const version = /^key version (\d{1,10})$/.exec(detail ?? '')?.[1];
    if (version !== undefined) keep(number, Number(version), at);
  }
  for (const row of given.values()) {
    const kept = tx.insertInto('station_keys').values(row);
    await kept.onConflict((conflict) => conflict.doNothing()).execute();
  }
}

/** PostgreSQL keeps keys in one place: replicas meet at its primary key. */
async function newestKeys(tx: Tx, kind: Kind): Promise<void> {
  if (kind === 'postgresql') return;
  await sql`
    create table if not exists newest_keys (
      place integer primary key,
      hash blob not null,
      station bigint not null,
      item bigint not null,
      what smallint not null,
      used_at bigint not null
    )`.execute(tx);
}

/**
 * Programs of before count steps in a table of their own, and would begin anew where it is missing: what stands in it tells
 * them that this ledger is newer than they are.
 */
async function versionsByName(tx: Tx, kind: Kind, now: number): Promise<void> {
  await makeTable(tx, kind, 'ledger_migrations', LATER.ledger_migrations);
  const row = tx.insertInto('ledger_migrations').values({ version: 6, applied_at: now });
  await row.onConflict((conflict) => conflict.doNothing()).execute();
}

/** Stations stood for themselves alone. */
async function sites(tx: Tx, kind: Kind): Promise<void> {
  await addColumn(tx, kind, 'stations', 'site', sql`text not null default ''`);
}

/** A station had one outlet, and a receipt was typed unless the audit says that the voucher had expired. */
async function outletsAndSources(tx: Tx, kind: Kind): Promise<void> {
  await addColumn(tx, kind, 'stations', 'outlets', sql`integer not null default 1`);
  await addColumn(tx, kind, 'receipts', 'source', sql`text not null default 'typed'`);
  await sql`
    update receipts set source = 'expired' where exists (
      select 1 from audit join stations on stations.id = audit.station
      where audit.at = receipts.settled_at and audit.action = 'expired-code-refunded'
        and stations.number = receipts.station and audit.client = receipts.client)`.execute(tx);
}

/** Of reports nothing was known before. */
async function reportTables(tx: Tx, kind: Kind): Promise<void> {
  for (const [name, shape] of Object.entries(REPORTS)) await makeTable(tx, kind, name, shape);
  const index = (name: string) => tx.schema.createIndex(name).ifNotExists();
  await index('station_reports_by_time').on('station_reports').columns(['heard_at', 'station']).execute();
  await index('voucher_ends_by_place').on('voucher_ends').columns(['station', 'journal', 'place']).execute();
  await index('alarms_by_time').on('alarms').columns(['unseen', 'raised_at', 'alarm']).execute();
  await index('alarms_due').on('alarms').columns(['due_at']).execute();
}

/** Whether the ledger explains a voucher's end was looked up each time; a list of stations counts those that it does not. */
async function explainedEnds(tx: Tx, kind: Kind): Promise<void> {
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

/**
 * What goes back was no row of its own: the operator looked at receipts and payments without a code. Which of those were paid
 * out nobody wrote down, so none of the time before is owed here.
 */
async function refundTables(tx: Tx, kind: Kind): Promise<void> {
  await makeTable(tx, kind, 'refunds', LATER.refunds);
  await makeTable(tx, kind, 'checkouts', LATER.checkouts);
  const index = (name: string) => tx.schema.createIndex(name).ifNotExists();
  await index('refunds_by_time').on('refunds').columns(['done', 'due_at', 'station', 'refund']).execute();
  await index('refunds_next').on('refunds').column('next_at').execute();
  await index('refunds_by_payment').on('refunds').column('payment').execute();
  await index('refunds_by_request').on('refunds').columns(['station', 'reservation']).execute();
  await index('checkouts_next').on('checkouts').column('next_at').execute();
  await addColumn(tx, kind, 'payments', 'provider', sql`text not null default ''`);
  await addColumn(tx, kind, 'payments', 'refunded', sql`bigint not null default 0`);
  await addColumn(tx, kind, 'payments', 'dispute', sql`text`);
}
