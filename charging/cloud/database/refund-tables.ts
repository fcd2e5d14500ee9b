// Refunds, the pages where reservations are paid, and what is known of a payment beyond its amount.
import { sql } from 'kysely';
import { addColumn, type Kind, makeTable, type TableShape } from './make-table.ts';
import type { Tx } from './schema.ts';

const REFUNDS: TableShape = {
  key: ['station', 'refund'],
  columns: {
    station: 'bigint',
    refund: 'text',
    cause: 'text',
    reservation: 'bigint?',
    sequence: 'bigint?',
    payment: 'text?',
    provider: 'text',
    minor_units: 'bigint',
    currency: 'text',
    state: 'text',
    done: 'smallint',
    round: 'integer',
    attempts: 'integer',
    next_at: 'bigint?',
    due_at: 'bigint',
    sent_at: 'bigint?',
    paid_at: 'bigint?',
    reference: 'text?',
    note: 'text?',
  },
};

const CHECKOUTS: TableShape = {
  key: ['station', 'reservation'],
  columns: {
    station: 'bigint',
    reservation: 'bigint',
    provider: 'text',
    reference: 'text',
    url: 'text',
    next_at: 'bigint?',
    made_at: 'bigint',
  },
};

/**
 * What goes back was no row of its own: the operator looked at receipts and payments without a code. Which of those were paid
 * out nobody wrote down, so none of the time before is owed here.
 */
export async function refundTables(tx: Tx, kind: Kind): Promise<void> {
  await makeTable(tx, kind, 'refunds', REFUNDS);
  await makeTable(tx, kind, 'checkouts', CHECKOUTS);
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
