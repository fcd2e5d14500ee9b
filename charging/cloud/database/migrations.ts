// The ledger's tables, and how those of earlier versions became them: each step once, in this order. Each statement also
// holds where the table is there already, for databases that commit each DDL statement by itself.
import { sql } from 'kysely';
import { folded } from '../folding.ts';
import { addColumn, type Kind, makeTable, type TableShape } from './make-table.ts';
import { refundTables } from './refund-tables.ts';
import { explainedEnds, reportTables } from './report-tables.ts';
import type { Tx } from './schema.ts';

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

const VERSION_1: Readonly<Record<string, TableShape>> = {
  ledger_meta: { key: ['name'], columns: { name: 'text', value: 'text' } },
  stations: {
    key: ['number'],
    columns: {
      number: 'bigint',
      id: 'text',
      name: 'text',
      terms: 'integer',
      revision: 'integer',
      created_at: 'bigint',
      updated_at: 'bigint',
      retired_at: 'bigint?',
    },
    unique: 'id',
  },
  station_terms: {
    key: ['station', 'version'],
    columns: {
      station: 'bigint',
      version: 'integer',
      unit: 'text',
      step: 'integer',
      layout: 'text',
      numbering: 'text',
      slot_seconds: 'integer',
      key_version: 'integer',
      step_price: 'bigint?',
      currency: 'text?',
      since: 'bigint',
    },
  },
  codes: {
    key: ['station', 'sequence'],
    columns: {
      station: 'bigint',
      sequence: 'bigint',
      kind: 'smallint',
      terms: 'integer',
      quantity: 'smallint',
      price: 'bigint?',
      client: 'text',
      issued_at: 'bigint',
      reservation: 'bigint?',
    },
  },
  reservations: {
    key: ['station', 'reservation'],
    columns: {
      station: 'bigint',
      reservation: 'bigint',
      terms: 'integer',
      quantity: 'smallint',
      price: 'bigint?',
      client: 'text',
      reserved_at: 'bigint',
      lapses_at: 'bigint',
      paid_at: 'bigint?',
      payment: 'text?',
      sequence: 'bigint?',
    },
  },
  receipts: {
    key: ['station', 'sequence'],
    columns: {
      station: 'bigint',
      sequence: 'bigint',
      unused: 'smallint',
      refund: 'bigint?',
      client: 'text',
      settled_at: 'bigint',
      token: 'bigint',
    },
  },
  idempotency_keys: {
    key: ['hash'],
    columns: { hash: 'bytea', station: 'bigint', item: 'bigint', what: 'smallint', used_at: 'bigint' },
  },
  tallies: {
    key: ['day', 'station', 'unit', 'currency', 'writer'],
    columns: {
      day: 'integer',
      station: 'bigint',
      unit: 'text',
      currency: 'text',
      writer: 'integer',
      issued: 'bigint',
      amount: 'bigint',
      money: 'bigint',
      settled: 'bigint',
      unused: 'bigint',
      refunded: 'bigint',
      synchronizations: 'bigint',
      services: 'bigint',
      wrong_receipts: 'bigint',
    },
  },
  api_keys: {
    key: ['id'],
    columns: { id: 'text', name: 'text', role: 'text', hash: 'text', created_at: 'bigint', revoked_at: 'bigint?' },
  },
  audit: {
    key: ['at', 'entry'],
    columns: { at: 'bigint', entry: 'bigint', action: 'text', client: 'text?', station: 'text?', detail: 'text?' },
  },
  wrong_receipts: { key: ['station', 'client'], columns: { station: 'bigint', client: 'text', until: 'bigint' } },
  heartbeats: { key: ['writer'], columns: { writer: 'integer', at: 'bigint' } },
};

async function tablesOfVersion1(tx: Tx, kind: Kind): Promise<void> {
  for (const [name, shape] of Object.entries(VERSION_1)) await makeTable(tx, kind, name, shape);
  const index = (name: string) => tx.schema.createIndex(name).ifNotExists();
  await index('codes_by_time').on('codes').columns(['issued_at', 'station', 'sequence']).execute();
  await index('receipts_by_time').on('receipts').columns(['settled_at', 'station', 'sequence']).execute();
  await index('reservations_by_time').on('reservations').columns(['reserved_at', 'station', 'reservation']).execute();
}

const PAYMENTS: TableShape = {
  key: ['payment'],
  columns: {
    payment: 'text',
    station: 'bigint',
    reservation: 'bigint',
    minor_units: 'bigint?',
    currency: 'text?',
    told_at: 'bigint',
    outcome: 'text',
    done: 'smallint',
    returned_at: 'bigint?',
  },
};

/** A payment stood with its reservation alone, and nothing kept one from paying twice: the first that it paid has it. */
async function payments(tx: Tx, kind: Kind): Promise<void> {
  await makeTable(tx, kind, 'payments', PAYMENTS);
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
  await makeTable(tx, kind, 'request_limits', {
    key: ['key'],
    columns: { key: 'text', points: 'integer', expire: 'bigint?' },
  });
}

/** Which keys were given out was in the audit alone. One that codes were sold under counts as given out. */
async function keysGivenOut(tx: Tx, kind: Kind): Promise<void> {
  await makeTable(tx, kind, 'station_keys', {
    key: ['station', 'key_version'],
    columns: { station: 'bigint', key_version: 'integer', given_at: 'bigint' },
  });
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
  await makeTable(tx, kind, 'ledger_migrations', {
    key: ['version'],
    columns: { version: 'integer', applied_at: 'bigint' },
  });
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
