// What cloud and station know of a way of making and reading codes. Each stands in one file behind this interface and has
// one line in the list of algorithms.ts (docs/code-format.md, "A further algorithm").

export type Unit = 'min' | 'Wh';
/** What a code's key says of the unit: `min:T` where minutes are counted by tariff T. */
export type CodeUnit = Unit | `min:${string}`;
export type LayoutName = 'compact' | 'long' | 'wide' | 'wide-long';
/** The layouts that receipts come in. */
export type ReceiptLayoutName = 'long' | 'wide-long';
export type Operation = 'synchronize' | 'clear-lockout' | 'test-relay' | 'end-session' | 'show-report';

/** A receipt tells what is left in 155ths of what was bought. */
export const MOST_UNUSED = 155;

/** What one layout of vouchers holds. */
export interface Bounds {
  readonly layout: LayoutName;
  /** Length of the whole code. */
  readonly digits: number;
  /** M: the digits tell the sequence number modulo this. */
  readonly window: number;
  /** The most steps that one voucher holds. */
  readonly mostQuantity: number;
}

/** What a code says, but for its sequence number. */
export type Grant =
  | {
      readonly kind: 'voucher';
      readonly layout: LayoutName;
      readonly unit: CodeUnit;
      /** In `unit`s. */
      readonly step: number;
      /** In steps. */
      readonly quantity: number;
    }
  | { readonly kind: 'receipt'; readonly unit: CodeUnit; readonly step: number; readonly unused: number }
  | { readonly kind: 'service'; readonly operation: Operation };

interface Read {
  /** The sequence number modulo `window`. */
  readonly residue: number;
  readonly window: number;
  readonly tag: string;
}
export interface VoucherReading extends Read {
  readonly kind: 'voucher';
  readonly layout: LayoutName;
  /** In steps, 1 to the layout's most. */
  readonly quantity: number;
}
export interface ServiceReading extends Read {
  readonly kind: 'service';
  readonly operation: Operation;
}
export interface ReceiptReading extends Read {
  readonly kind: 'receipt';
  readonly layout: ReceiptLayoutName;
  /** In 155ths of what was bought. */
  readonly unused: number;
}
/** What a station's keypad hears. */
export type CodeReading = VoucherReading | ServiceReading;
/** What digits are no code of: `mistyped` in length or check digit, or, `unmade`, nothing that a cloud ever makes. */
export type Unread = 'mistyped' | 'unmade';

/** Holds what was read against the key of one station. */
export interface Matcher {
  /** Whether this station's key made the code for that sequence number. Compares in constant time. */
  matches(reading: CodeReading | ReceiptReading, sequence: number): boolean;
  /** The number in `first`…`last` that the code was made for, the nearest to `near` first, or `undefined`. */
  find(reading: CodeReading | ReceiptReading, first: number, last: number, near?: number): number | undefined;
}

export interface Algorithm {
  /** As settings, provisioning, ledger and journal say it. */
  readonly name: string;
  readonly bounds: {
    /** What customers type. */
    readonly typed: Bounds;
    /** The same voucher, harder to guess and good for longer: a locked keypad still hears it. May be the one typed. */
    readonly rescue: Bounds;
    /** Entries of these lengths are too hard to guess to lock them out: they have guesses of their own. */
    readonly heardWhileLocked: readonly number[];
    readonly receiptDigits: number;
  };
  /** What makes the codes that grant this: one for each sequence number. Deriving its key is the dear part: keep it. */
  make(stationKey: Uint8Array, grant: Grant): (sequence: number) => string;
  /** What the digits typed at a station say, before any key is asked. */
  read(entry: string): CodeReading | Unread;
  /** What the digits of a station's receipt say, before any key is asked. */
  readReceipt(entry: string): ReceiptReading | Unread;
  /** M: among how many numbers around the station's reference a code is accepted (numbering.ts, `windowAround`). */
  window(reading: CodeReading): number;
  matcher(stationKey: Uint8Array, terms: { readonly unit: CodeUnit; readonly step: number }): Matcher;
}
