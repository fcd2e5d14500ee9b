// Why the ledger cannot do what it is asked: the errors that its callers may meet.

/** The database is not where it was: a backup was put under a running cloud, or a standby that knew less took over. */
export class LedgerWentBack extends Error {
  readonly code = 'ledger-went-back';
  constructor(what: string) {
    super(
      `The ledger went back while the cloud ran (${what}). Nothing is sold any more: numbers would be drawn twice. Stop ` +
        'the cloud, put the right ledger in its place (docs/ledger.md, Backup and restore), and start it again.',
    );
    this.name = 'LedgerWentBack';
  }
}

/** The database is away, or failed. HTTP 503. Nothing is known of the call: ask again with the same idempotency key. */
export class LedgerUnavailable extends Error {
  readonly code = 'ledger-unavailable';
  readonly retryAfterSeconds = 2;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LedgerUnavailable';
  }
}

/**
 * The ledger does not open. `code`: `ledger-url`, `ledger-newer`, `master-key-differs`, `sqlite-missing`,
 * `postgres-missing`, `ledger-unavailable`, `ledger-not-writable`.
 */
export class LedgerError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LedgerError';
    this.code = code;
  }
}
