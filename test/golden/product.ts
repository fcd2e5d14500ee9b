// All that the golden tests know of the product's modules, gathered here: where a module moves or is renamed, this file
// alone changes. What it gives keeps the names and shapes below, whatever the product calls them.

import { type ProblemName, problem, problemOfRefusal as problemOf } from '../../api/problems.ts';
import { isRefused, type Ledger, openLedger, type Refusal } from '../../charging/cloud/ledger.ts';
import {
  type LayoutName,
  type Operation,
  receiptCode,
  serviceCode,
  stationKey,
  voucherCode,
} from '../../charging/codes/index.ts';
import { Charger, type ChargerOptions } from '../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../charging/station/charger/model.ts';
import type { Screen } from '../../charging/station/conversation/screens.ts';
import { shortWords, words } from '../../charging/station/conversation/words.ts';
import { openExport } from '../../charging/station/journal/export.ts';
import { Station, type StationOptions } from '../../charging/station/station.ts';
import {
  type Clocks,
  JournalError,
  type SessionRecord,
  type StationSettings,
  type Verdict,
} from '../../charging/station/types.ts';
import { freshUrl, sharedPostgres } from '../charging/cloud/databases.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { Applications } from '../support/applications.ts';

export {
  Applications,
  type ChargerOptions,
  type Clocks,
  Cloud,
  freshUrl,
  isRefused,
  JournalError,
  type LayoutName,
  type Ledger,
  type Operation,
  openExport,
  openLedger,
  receiptCode,
  type SessionRecord,
  Station,
  type StationOptions,
  type StationSettings,
  serviceCode,
  sharedPostgres,
  stationKey,
  type Verdict,
  voucherCode,
};

/** The tables in which the ledger notes which of its migrations ran: recorded apart from all others. */
export const MIGRATION_TABLES: readonly string[] = ['kysely_migration', 'kysely_migration_lock', 'ledger_migrations'];

/** A station's session: keypad, plug, relay and meter come in; relay, display and records go out. */
export type Session = Charger;

/** What a station of the golden tests sets otherwise than usual. */
export interface SessionLimits {
  readonly unit: 'min' | 'Wh';
  readonly checkpointMs?: number;
  readonly pausedMs?: number;
  readonly pauseAfterMs?: number;
  /** How long a verified voucher waits for a vehicle. */
  readonly armedMs?: number;
  readonly receiptMs?: number;
  readonly highestPowerW?: number;
  readonly highestCurrentA?: number;
}

export function newSession(
  options: Omit<ChargerOptions, 'config' | 'emit'> & {
    readonly config: SessionLimits;
    readonly emit: {
      relay(on: boolean, again: boolean): void;
      /** All displays: 20 and 16 columns, in both languages. */
      display(lines: Readonly<Record<string, readonly string[]>>): void;
      record(record: Readonly<Record<string, unknown>>): void;
    };
  },
): Session {
  const { config, emit, ...rest } = options;
  const { armedMs, ...limits } = config;
  const all = chargerConfig({ ...limits, ...(armedMs !== undefined && { waitingMs: armedMs }) });
  const display = (screen: Screen) =>
    emit.display({
      en: words(screen, 'en'),
      en16: shortWords(screen, 'en'),
      zh: words(screen, 'zh-CN'),
      zh16: shortWords(screen, 'zh-CN'),
    });
  return new Charger({ ...rest, config: all, emit: { ...emit, display } });
}

/** The problem details that a refusal of the ledger is sent as. */
export function problemOfRefusal(refusal: Refusal): Record<string, unknown> {
  return { ...problemOf(refusal) };
}

/** Type, status and title of a problem that the HTTP side, or the ledger, answers with; undefined where there is none. */
export function problemCalled(slug: string): { type: string; status: number; title: string } | undefined {
  const { type, status, title } = problem(slug as ProblemName, '');
  return title === undefined ? undefined : { type, status, title };
}
