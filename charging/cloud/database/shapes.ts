// The ledger's tables as its migrations make them (docs/ledger.md says what each is for). What a row of them is follows from
// here, in schema.ts. Times are unix milliseconds, money smallest units. What is published is never changed: a column that
// comes later is added in a migration of its own, and to its row in schema.ts.
import type { TableShape } from './table-shape.ts';

/** Of 0.1.0. */
export const VERSION_1 = {
  ledger_meta: { key: ['name'], columns: { name: 'text', value: 'text' } },
  stations: {
    key: ['number'],
    columns: {
      /** Random, 1 to 2³²−1: no sequence that replicas would have to share. */
      number: 'bigint',
      id: 'text',
      name: 'text',
      /** The version in `station_terms` that holds now. */
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
      /** 0 voucher, else the operation's digit. */
      kind: 'smallint',
      terms: 'integer',
      /** In steps; 0 for service codes. */
      quantity: 'smallint',
      /** Of the whole voucher. */
      price: 'bigint?',
      client: 'text',
      issued_at: 'bigint',
      /** The reservation that it was drawn for. */
      reservation: 'bigint?',
    },
  },
  reservations: {
    key: ['station', 'reservation'],
    columns: {
      station: 'bigint',
      /** Random, 48 bits. */
      reservation: 'bigint',
      terms: 'integer',
      quantity: 'smallint',
      price: 'bigint?',
      client: 'text',
      reserved_at: 'bigint',
      lapses_at: 'bigint',
      paid_at: 'bigint?',
      payment: 'text?',
      /** The number drawn for it, once issued. */
      sequence: 'bigint?',
    },
  },
  receipts: {
    key: ['station', 'sequence'],
    columns: {
      station: 'bigint',
      sequence: 'bigint',
      /** In 155ths. */
      unused: 'smallint',
      refund: 'bigint?',
      client: 'text',
      settled_at: 'bigint',
      /** Random, of the call that settled it: knows its own work again after a lost connection. */
      token: 'bigint',
    },
  },
  idempotency_keys: {
    key: ['hash'],
    columns: {
      /** SHA-256 of client and key, 128 bits of it. */
      hash: 'bytea',
      station: 'bigint',
      item: 'bigint',
      /** 0: `item` is a sequence number; 1: a reservation. */
      what: 'smallint',
      used_at: 'bigint',
    },
  },
  tallies: {
    key: ['day', 'station', 'unit', 'currency', 'writer'],
    columns: {
      /** Days since 1970-01-01, UTC. */
      day: 'integer',
      /** 0: all stations. */
      station: 'bigint',
      unit: 'text',
      currency: 'text',
      /** Replicas add to rows of their own, or they would wait for each other. */
      writer: 'integer',
      issued: 'bigint',
      amount: 'bigint',
      money: 'bigint',
      settled: 'bigint',
      /** In ten-thousandths of `unit`. */
      unused: 'bigint',
      refunded: 'bigint',
      synchronizations: 'bigint',
      services: 'bigint',
      wrong_receipts: 'bigint',
    },
  },
  api_keys: {
    key: ['id'],
    columns: {
      id: 'text',
      name: 'text',
      role: 'text',
      /** SHA-256 of the whole key, hexadecimal. */
      hash: 'text',
      created_at: 'bigint',
      revoked_at: 'bigint?',
    },
  },
  audit: {
    key: ['at', 'entry'],
    columns: {
      at: 'bigint',
      /** Random, 48 bits. */
      entry: 'bigint',
      action: 'text',
      client: 'text?',
      station: 'text?',
      detail: 'text?',
    },
  },
  wrong_receipts: {
    key: ['station', 'client'],
    columns: {
      station: 'bigint',
      client: 'text',
      /** When the last of the wrong ones is forgiven: the theoretical arrival time of a leaky bucket. */
      until: 'bigint',
    },
  },
  heartbeats: { key: ['writer'], columns: { writer: 'integer', at: 'bigint' } },
} as const satisfies Readonly<Record<string, TableShape>>;

/** Tables that came later. */
export const LATER = {
  payments: {
    key: ['payment'],
    columns: {
      /** The provider's reference. */
      payment: 'text',
      station: 'bigint',
      reservation: 'bigint',
      /** What was paid, where the provider's call said it. */
      minor_units: 'bigint?',
      currency: 'text?',
      told_at: 'bigint',
      /** `taken`, or why it gets no code. */
      outcome: 'text',
      /** 0: without a code, and not given back. */
      done: 'smallint',
      returned_at: 'bigint?',
    },
  },
  /** Counts that replicas share, in the shape that the library of limits knows. */
  request_limits: { key: ['key'], columns: { key: 'text', points: 'integer', expire: 'bigint?' } },
  /** Key versions that were given out, and when first. */
  station_keys: {
    key: ['station', 'key_version'],
    columns: { station: 'bigint', key_version: 'integer', given_at: 'bigint' },
  },
  /** Steps as programs of before counted them. */
  ledger_migrations: { key: ['version'], columns: { version: 'integer', applied_at: 'bigint' } },
  refunds: {
    key: ['station', 'refund'],
    columns: {
      station: 'bigint',
      /** Made of its cause: the same one is owed once. 24 hex digits. */
      refund: 'text',
      cause: 'text',
      reservation: 'bigint?',
      /** The voucher that it is of, where it has no reservation. */
      sequence: 'bigint?',
      payment: 'text?',
      provider: 'text',
      minor_units: 'bigint',
      currency: 'text',
      state: 'text',
      /** 0: owed. */
      done: 'smallint',
      /** Counts what the provider refused: each round has a key of its own there. */
      round: 'integer',
      attempts: 'integer',
      /** When it is to be sent, or asked for, by itself; null: never. */
      next_at: 'bigint?',
      due_at: 'bigint',
      sent_at: 'bigint?',
      paid_at: 'bigint?',
      reference: 'text?',
      note: 'text?',
    },
  },
  checkouts: {
    key: ['station', 'reservation'],
    columns: {
      station: 'bigint',
      reservation: 'bigint',
      provider: 'text',
      reference: 'text',
      url: 'text',
      /** When somebody should look at it; null: nobody pays there any more. */
      next_at: 'bigint?',
      made_at: 'bigint',
    },
  },
} as const satisfies Readonly<Record<string, TableShape>>;
