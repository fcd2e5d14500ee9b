// What the charger decides, and what it remembers: codes typed, numbers used, sessions, its own time.
import type { Operation } from '../codes/index.ts';
import type { Clocks, SessionJournal, SessionRecord, StationSettings, Verdict, Voucher } from './types.ts';

export interface StationOptions {
  /** Where the journal lives: a folder of this station's own, made if it is missing. */
  readonly folder: string;
  readonly clocks: Clocks;
  /** How many closed sessions stay in the journal before the oldest move to the archive beside it: 1000 unless set. */
  readonly keepSessions?: number;
}

/** One station on its journal. All calls are synchronous: what they promise is on the disk when they return. */
export class Station implements SessionJournal {
  readonly settings: StationSettings;

  private constructor(settings: StationSettings) {
    this.settings = settings;
  }

  static open(settings: StationSettings, _options: StationOptions): Station {
    return new Station(settings);
  }

  verify(_entry: string): Verdict {
    throw new Error('not built yet');
  }

  useService(_operation: Operation, _sequence: number): 'done' | 'used' {
    throw new Error('not built yet');
  }

  redeem(_voucher: Voucher, _opened: SessionRecord): 'redeemed' | 'used' {
    throw new Error('not built yet');
  }

  checkpoint(_record: SessionRecord): void {
    throw new Error('not built yet');
  }

  close(_record: SessionRecord): void {
    throw new Error('not built yet');
  }

  openSession(): SessionRecord | undefined {
    throw new Error('not built yet');
  }

  lastReceipt(): SessionRecord | undefined {
    throw new Error('not built yet');
  }

  receiptFor(_record: SessionRecord): string | undefined {
    throw new Error('not built yet');
  }

  append(_kind: string, _details?: Readonly<Record<string, unknown>>): void {
    throw new Error('not built yet');
  }

  clockState(): 'ok' | 'lost' {
    throw new Error('not built yet');
  }

  /** The station's own time, unix milliseconds. */
  now(): number {
    throw new Error('not built yet');
  }

  /** H, the highest number used. */
  highestUsed(): number {
    throw new Error('not built yet');
  }

  /** Whole seconds until the keypad hears 10-digit codes again, 0 when it does. */
  lockedForSeconds(): number {
    throw new Error('not built yet');
  }

  /** An S0 counter's total, Wh, 0 when it was never saved. */
  meterCounter(_name: string): number {
    throw new Error('not built yet');
  }

  saveMeterCounter(_name: string, _wh: number): void {
    throw new Error('not built yet');
  }

  /** Lets go of the journal's files. May be called twice. */
  dispose(): void {}
}
