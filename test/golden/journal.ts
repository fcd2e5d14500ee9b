// Two journals, of a station with a clock and of one that counts, written by a script on clocks that it turns itself: what
// lies on the disk afterwards.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clocks,
  JournalError,
  type LayoutName,
  type Operation,
  openExport,
  type SessionRecord,
  Station,
  type StationOptions,
  type StationSettings,
  serviceCode,
  stationKey,
  type Verdict,
  voucherCode,
} from './product.ts';
import { sqliteSchema, sqliteSettings, sqliteTables } from './sqlite-dump.ts';
import { sha256, stable } from './support.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const KEY = stationKey(new Uint8Array(32).fill(1), 'CP-0001', 1);

/** Small, so that the archive is begun, and its oldest file thrown away, within the script. */
const LIMITS = { keepSessions: 5, keepRecords: 10, fileBytes: 1500, files: 2 };

/** A station, the clocks that the script turns, and what was answered. */
class Script {
  readonly lines: string[] = [];
  readonly folder: string;
  readonly #settings: StationSettings;
  readonly #options: Pick<StationOptions, 'past'>;
  station: Station;
  wall = NOON;
  monotonic = 1000;
  boot = 1;

  constructor(folder: string, settings: StationSettings, options: Pick<StationOptions, 'past'>) {
    this.folder = folder;
    this.#settings = settings;
    this.#options = options;
    this.station = this.#open();
  }

  #open(): Station {
    return Station.open(this.#settings, { folder: this.folder, clocks: this.clocks(), ...LIMITS, ...this.#options });
  }

  clocks(): Clocks {
    return {
      wallMs: () => this.wall,
      monotonicMs: () => this.monotonic,
      bootId: `boot ${this.boot}`,
      builtMs: NOON - 30 * 24 * HOUR,
    };
  }

  pass(ms: number): void {
    this.wall += ms;
    this.monotonic += ms;
    this.say(`${ms} ms pass`, this.station.clockState());
  }

  async restart(): Promise<void> {
    await this.station.marked();
    this.station.dispose();
    this.station = this.#open();
    this.say('restart', this.station.clockState());
  }

  /** @param rtc how far the machine's clock has gone meanwhile */
  async reboot(rtc: number): Promise<void> {
    this.boot++;
    this.monotonic = 500;
    this.wall += rtc;
    await this.restart();
  }

  get slot(): number {
    return Math.floor(this.wall / 1000 / this.#settings.slotSeconds);
  }

  say(what: string, answer: unknown): void {
    this.lines.push(`${what} → ${stable(answer)}`);
  }

  code(sequence: number, layout: LayoutName = 'compact', quantity = 2, key = KEY): string {
    const { unit, step } = this.#settings;
    return voucherCode(key, { layout, unit, step, quantity, sequence });
  }

  enter(entry: string): Verdict {
    const verdict = this.station.verify(entry);
    this.say(`entry ${entry}`, verdict);
    return verdict;
  }

  serve(operation: Operation, sequence: number): void {
    const verdict = this.enter(serviceCode(KEY, { operation, sequence }));
    if (verdict.outcome !== 'accepted' || verdict.kind !== 'service') return;
    this.say(operation, this.station.useService(operation, verdict.sequence));
  }

  redeem(entry: string, more: Partial<SessionRecord> = {}): SessionRecord | undefined {
    const verdict = this.enter(entry);
    if (verdict.outcome !== 'accepted' || verdict.kind !== 'voucher') return undefined;
    const record = { voucher: verdict.voucher, delivered: 0, ...more };
    this.say('redeem', this.station.redeem(record.voucher, record));
    return record;
  }

  /** A whole charge in three parts. */
  charge(entry: string, delivered: number, ended: SessionRecord['ended']): void {
    const opened = this.redeem(entry);
    if (!opened) return;
    this.pass(2 * MINUTE);
    this.station.checkpoint([{ ...opened, delivered: delivered / 2 }]);
    this.pass(3 * MINUTE);
    this.station.close([{ ...opened, delivered, ...(ended && { ended }) }]);
    this.say('receipt', this.station.lastClosed());
    this.say('fate', this.station.fateOf(entry));
  }
}

async function clockStation(script: Script): Promise<void> {
  const { slot } = script;
  script.charge(script.code(slot), 60, 'used-up');
  script.charge(script.code(slot + 1), 12.5, 'unplugged');
  script.charge(script.code(slot + 1), 1, 'unplugged');
  for (const entry of ['', '1', '123', '0000000000', '1'.repeat(30), script.code(slot - 200), script.code(slot + 50)]) {
    script.enter(entry);
  }
  script.charge(script.code(slot - 4, 'long', 155), 4000.123456789, 'stop-key');
  script.station.append('note', { text: 'words, 文字', number: 1.5, nothing: null });
  script.station.append('bare');
  script.station.saveMeterCounters({ meter: 1234.5 });
  script.station.saveMeterCounters({ meter: 1234.5 });
  for (let guess = 0; guess < 12; guess++)
    script.enter(script.code(slot + 2, 'compact', 1, new Uint8Array(32).fill(9)));
  script.say('locked for', script.station.lockedForSeconds());
  script.enter(script.code(slot + 2));
  script.charge(script.code(slot + 2, 'long'), 30, 'full');
  script.serve('clear-lockout', script.slot);
  script.serve('clear-lockout', script.slot);
  script.serve('test-relay', script.slot + 1);
  script.serve('end-session', script.slot + 2);
  await script.restart();
  const open = script.redeem(script.code(slot - 6), { meterStartWh: 10, meterLastWh: 10 });
  script.pass(7 * MINUTE);
  if (open) {
    script.station.checkpoint([{ ...open, delivered: 7, meterStartWh: 10, meterLastWh: 800.25, cuts: 1, ahead: 0.5 }]);
    await script.reboot(HOUR);
    script.say('open', script.station.openVouchers()[0]);
    script.station.checkpoint([{ ...open, delivered: 9, halted: true, cuts: 2 }]);
    await script.restart();
    script.station.close([{ ...open, delivered: 9, ended: 'power-cut' }]);
  }
  await script.reboot(-30 * 24 * HOUR);
  script.enter(script.code(slot + 20));
  script.wall = NOON + 5 * HOUR;
  script.serve('synchronize', script.slot);
  script.serve('synchronize', script.slot);
  script.wall -= 2 * 24 * HOUR;
  script.pass(MINUTE);
  script.serve('synchronize', Math.floor((NOON + 6 * HOUR) / 300_000));
  for (let charge = 0; charge < 9; charge++)
    script.charge(script.code(Math.floor((NOON + 6 * HOUR) / 300_000) - charge), 45, 'fault');
  script.wall = NOON + 7 * HOUR;
  for (let minute = 0; minute < 12; minute++) script.pass(MINUTE);
  for (const reason of ['service', 'power-cut'] as const) script.charge(script.code(script.slot), 59.99, reason);
  script.redeem(script.code(script.slot - 1));
}

async function counterStation(script: Script): Promise<void> {
  script.charge(script.code(1), 1000, 'used-up');
  script.charge(script.code(4, 'long'), 250.5, 'unplugged');
  script.charge(script.code(3), 999.999, 'full');
  script.charge(script.code(2, 'compact', 31), 0, 'fault');
  script.enter(script.code(60));
  script.serve('synchronize', 59);
  script.serve('synchronize', 59);
  script.charge(script.code(60), 333.25, 'stop-key');
  script.charge(script.code(30), 1, 'stop-key');
  await script.reboot(-365 * 24 * HOUR);
  script.serve('clear-lockout', 61);
  script.pass(20 * MINUTE);
  script.charge(script.code(2000), 1, 'stop-key');
  const open = script.redeem(script.code(62), { meterStartWh: 5_000_000.5, meterLastWh: 5_000_000.5 });
  if (open) script.station.checkpoint([{ ...open, delivered: 77.125, meterLastWh: 5_000_077.625 }]);
  script.say('highest', script.station.highestUsed());
}

/** A journal's id is drawn by chance: each gets a name as long as it is, in the order of the journals. */
class JournalIds {
  readonly #names = new Map<string, string>();

  named(text: string): string {
    return text.replaceAll(/(journalId\\?":\\?")([0-9a-f]{8})/g, (_, before: string, id: string) => {
      const name = this.#names.get(id) ?? `journal${this.#names.size + 1}`;
      this.#names.set(id, name);
      return before + name;
    });
  }

  /** The body with its id named, and the checksum that it then would have; throws where it has not the one it should. */
  checked(body: string, checksum: string): { body: string; checksum: string } {
    if (sha256(body) !== checksum) throw new Error(`${checksum} is not the checksum of ${body}`);
    const named = this.named(body);
    return { body: named, checksum: sha256(named) };
  }
}

/** What lies in a journal's folder, each file in the way that it can be compared. */
function folderLines(folder: string, ids: JournalIds): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (name.endsWith('.sqlite')) return [`-- ${name}`, ...databaseLines(path, ids)];
      if (name.startsWith('snapshot-')) return [`-- ${name}`, ...snapshotLines(readFileSync(path), ids)];
      if (!name.startsWith('archive-')) return [`-- ${name}`];
      const text = readFileSync(path, 'utf8');
      return [`-- ${name}: ${text.length} characters, sha-256 ${sha256(ids.named(text))}`, ids.named(text).trimEnd()];
    });
}

function databaseLines(path: string, ids: JournalIds): string[] {
  const rows = sqliteTables(path).flatMap(({ name, rows }) =>
    rows.map((row) => {
      const whole = name === 'state' ? { ...row, ...ids.checked(String(row.body), String(row.checksum)) } : row;
      return ids.named(`${name} ${stable(whole)}`);
    }),
  );
  return [...sqliteSettings(path), ...sqliteSchema(path).map(({ line }) => line), ...rows];
}

/** Head, body and the filling up to whole blocks. */
function snapshotLines(bytes: Buffer, ids: JournalIds): string[] {
  const text = bytes.toString('utf8');
  const [, title = '', checksum = '', length = ''] = /^(.+) ([0-9a-f]{64}) (\d+)\n/.exec(text) ?? [];
  const from = `${title} ${checksum} ${length}\n`.length;
  const named = ids.checked(bytes.toString('utf8', from, from + Number(length)), checksum);
  const filling = bytes.toString('utf8', from + Number(length));
  return [
    `${title} ${named.checksum} ${length}`,
    named.body,
    `${filling.length} characters of ${JSON.stringify(filling.replaceAll(/(.)\1+/g, '$1'))}, ${bytes.length} bytes`,
  ];
}

function refusalOf(open: () => Station): string {
  try {
    open().dispose();
    return 'none';
  } catch (error) {
    if (error instanceof JournalError) return error.code;
    throw error;
  }
}

async function recorded(
  title: string,
  settings: StationSettings,
  write: (script: Script) => Promise<void>,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'golden-'));
  const journal = join(folder, 'journal');
  const mark = join(folder, 'mark.json');
  const provisioned = { isNew: true, atMs: NOON - HOUR };
  const past = { mark, confirmation: join(folder, 'confirmed'), provisioned };
  try {
    const script = new Script(journal, settings, { past });
    await write(script);
    const whileOpen = readdirSync(journal).sort();
    await script.station.marked();
    script.station.dispose();
    const all = openExport(journal);
    const exported = [...all.lines(['session', 'record'])].map((line) => JSON.stringify(line));
    const { dropped, cut } = all;
    all.close();
    const ids = new JournalIds();
    const files = folderLines(journal, ids);
    const reopened = (change: Partial<StationSettings>, key = past) =>
      Station.open({ ...settings, ...change }, { folder: journal, clocks: script.clocks(), past: key });
    const refusals = [`another station: ${refusalOf(() => reopened({ stationId: 'CP-0002' }))}`];
    const notNew = { ...past, provisioned: { isNew: false, atMs: NOON } };
    refusals.push(`another key: ${refusalOf(() => reopened({ key: new Uint8Array(32).fill(7) }, notNew))}`);
    rmSync(journal, { recursive: true });
    refusals.push(`no journal beside a mark: ${refusalOf(() => reopened({}))}`);
    mkdirSync(journal, { recursive: true });
    writeFileSync(join(journal, 'journal.sqlite'), 'no database');
    refusals.push(`no database: ${refusalOf(() => reopened({}))}`);
    return [
      `== ${title}: what was answered`,
      ...script.lines.map((line) => ids.named(line)),
      `== ${title}: files while it is open`,
      ...whileOpen,
      `== ${title}: files`,
      ...files,
      `-- mark: ${readFileSync(mark, 'utf8').trimEnd()}`,
      `== ${title}: export; dropped ${stable(dropped)}, cut ${stable(cut)}`,
      ...exported.map((line) => ids.named(line)),
      `== ${title}: what does not open`,
      ...refusals,
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function journalRecording(): Promise<string> {
  const settings: StationSettings = {
    stationId: 'CP-0001',
    key: KEY,
    unit: 'min',
    step: 30,
    layout: 'compact',
    sequence: 'clock',
    slotSeconds: 300,
  };
  const counter: StationSettings = { ...settings, unit: 'Wh', step: 500, sequence: 'counter' };
  const both = [
    ...(await recorded('clock, min', settings, clockStation)),
    ...(await recorded('counter, Wh', counter, counterStation)),
  ];
  return `${both.join('\n')}\n`;
}
