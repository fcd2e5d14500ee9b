// What strangers can have written into the audit. Each address has an allowance of entries of each kind; what goes
// beyond is counted, and written as one entry of how many there were. So nobody fills the ledger, and nothing is silent.
import type { AuditEntry } from '../charging/cloud/ledger.ts';

const WINDOW_MS = 60_000;
/** Entries of one kind from one address in a minute, one by one. */
export const MOST_ENTRIES = 300;
/** Addresses and kinds that are told apart; more share one allowance. */
const MOST_ROWS = 10_000;

interface Row {
  written: number;
  beyond: number;
  action: string;
}

export class AuditAllowance {
  readonly #write: (entry: AuditEntry) => void;
  readonly #rows = new Map<string, Row>();
  #window: NodeJS.Timeout | undefined;

  constructor(write: (entry: AuditEntry) => void) {
    this.#write = write;
  }

  /** Writes the entry, or counts it. */
  audit(entry: AuditEntry, address: string): void {
    const row = this.#row(entry.action, address);
    if (row.written < MOST_ENTRIES) {
      row.written += 1;
      this.#write(entry);
    } else row.beyond += 1;
  }

  /** Writes how many went beyond, and begins anew. */
  close(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    for (const { action, beyond } of this.#rows.values()) {
      if (beyond > 0) this.#write({ action, detail: `${beyond} more within a minute, not listed one by one` });
    }
    this.#rows.clear();
  }

  #row(action: string, address: string): Row {
    this.#window ??= setTimeout(() => this.close(), WINDOW_MS).unref();
    const own = `${action}\0${address}`;
    const name = this.#rows.has(own) || this.#rows.size < MOST_ROWS ? own : action;
    let row = this.#rows.get(name);
    if (!row) {
      row = { written: 0, beyond: 0, action };
      this.#rows.set(name, row);
    }
    return row;
  }
}
