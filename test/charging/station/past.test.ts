import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stationKey } from '../../../charging/codes/index.ts';
import { openExport } from '../../../charging/station/journal/export.ts';
import type { PastOptions } from '../../../charging/station/past.ts';
import type { StationSettings } from '../../../charging/station/types.ts';
import { Bench, CLOCK, COUNTER, DAY, Hands, HOUR, MINUTE, newFolder, removeFolders } from './support.ts';

const NEXT_KEY = stationKey(new Uint8Array(32).fill(1), 'CP-0001', 2);

const opened: Bench[] = [];
/** Marks are written behind a station's back: one that comes late would bring back what was removed. */
async function removeCards(): Promise<void> {
  for (const bench of opened.splice(0)) await bench.station.marked();
  removeFolders();
}

/** A station's card: the folder of its journal, and what lies beside it or on another medium. */
class Card {
  readonly root = newFolder();
  readonly clocks = new Hands();
  readonly folder = join(this.root, 'journal');
  readonly mark = join(this.root, 'stick', 'mark');
  readonly confirmation = join(this.root, 'journal.confirmed');
  readonly troubles: string[] = [];

  open(settings: StationSettings = CLOCK, past: Partial<PastOptions> = {}): Bench {
    const onMarkTrouble = (error: NodeJS.ErrnoException) => void this.troubles.push(error.code ?? '');
    const { folder, clocks, mark, confirmation } = this;
    const bench = new Bench(settings, { folder, clocks, past: { mark, confirmation, onMarkTrouble, ...past } });
    opened.push(bench);
    return bench;
  }

  refused(code: string, settings: StationSettings = CLOCK, past: Partial<PastOptions> = {}): void {
    const before = this.bytes();
    assert.throws(
      () => this.open(settings, past),
      (error: Error & { code?: string }) => error.code === code && /New SD card \/ new key/.test(error.message),
    );
    assert.deepEqual(this.bytes(), before, 'all is left as it is');
  }

  bytes(): Record<string, string> {
    if (!existsSync(this.folder)) return {};
    const names = readdirSync(this.folder).filter((name) => !/-shm$|\.lock$/.test(name));
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(this.folder, name), 'latin1')]));
  }

  kinds(): string[] {
    const journal = openExport(this.folder);
    try {
      return [...journal.lines(['record'])].map((line) => ('kind' in line ? line.kind : ''));
    } finally {
      journal.close();
    }
  }
}

const isNew = (clocks: Hands, ageMs = 0) => ({ isNew: true, atMs: clocks.wall - ageMs });
const isUsed = (clocks: Hands) => ({ isNew: false, atMs: clocks.wall });

describe("a journal that cannot know its station's past", () => {
  afterEach(removeCards);

  it('that is lost is refused by the mark beside it; the used code opens nothing, and a new key sells', async () => {
    for (const settings of [CLOCK, COUNTER]) {
      const card = new Card();
      const bench = card.open(settings);
      const number = settings === CLOCK ? bench.slot : 1;
      bench.charge(bench.code(number));
      await bench.station.marked();
      bench.station.dispose();
      rmSync(card.folder, { recursive: true });
      card.clocks.reboot(MINUTE);
      card.refused('journal-behind', settings);
      card.refused('journal-behind', settings, { provisioned: isNew(card.clocks) });
      const next = { ...settings, key: NEXT_KEY };
      const after = card.open(next, { provisioned: isNew(card.clocks) });
      assert.notEqual(after.outcome(bench.code(number)), 'accepted');
      after.charge(after.code(settings === CLOCK ? after.slot : 2));
      after.station.dispose();
      card.open(next).station.dispose();
    }
  });

  it('that was restored from an older image is refused, until it has a new key', async () => {
    const card = new Card();
    const bench = card.open();
    bench.charge(bench.code(bench.slot));
    bench.station.dispose();
    cpSync(card.folder, join(card.root, 'image'), { recursive: true });
    card.clocks.pass(6 * MINUTE);
    bench.station = bench.open();
    const late = bench.slot;
    bench.charge(bench.code(late));
    await bench.station.marked();
    bench.station.dispose();
    rmSync(card.folder, { recursive: true });
    cpSync(join(card.root, 'image'), card.folder, { recursive: true });
    card.clocks.reboot(MINUTE);
    card.refused('journal-behind');
    const after = card.open({ ...CLOCK, key: NEXT_KEY }, { provisioned: isNew(card.clocks) });
    assert.equal(after.outcome(bench.code(late)), 'invalid');
    after.station.dispose();
    assert.ok(card.kinds().includes('key-changed'));
  });

  it('that goes on as it was left is believed, after each kind of stop', async () => {
    const card = new Card();
    const bench = card.open();
    for (let day = 0; day < 5; day++) {
      bench.charge(bench.code(bench.slot));
      await bench.station.marked();
      bench.station.dispose();
      if (day % 2) card.clocks.reboot(DAY);
      else card.clocks.pass(HOUR);
      bench.station = bench.open();
    }
    bench.station.dispose();
    assert.deepEqual(card.troubles, []);
  });

  it('that is new is refused under a key that codes were sold under, and begins under one that is new', () => {
    const card = new Card();
    card.refused('key-not-new', CLOCK, { provisioned: isUsed(card.clocks) });
    assert.ok(!existsSync(join(card.folder, 'journal.sqlite')));
    card.open(CLOCK, { provisioned: isNew(card.clocks, 6 * DAY) }).station.dispose();
    card.open(CLOCK, { provisioned: isUsed(card.clocks) }).station.dispose();
  });

  it('that is new is refused with a file that has lain about for more than a week', () => {
    const card = new Card();
    card.refused('key-file-old', CLOCK, { provisioned: isNew(card.clocks, 8 * DAY) });
    // A clock that was never set tells nothing.
    card.clocks.wall = 0;
    card.open(CLOCK, { provisioned: { isNew: true, atMs: 20 * DAY } }).station.dispose();
  });

  it('that is of another key is refused the same way, where the key was sold under before', () => {
    const card = new Card();
    card.open(CLOCK).station.dispose();
    const next = { ...CLOCK, key: NEXT_KEY };
    card.refused('key-not-new', next, { provisioned: isUsed(card.clocks) });
    card.open(next, { provisioned: isNew(card.clocks) }).station.dispose();
    card.open(next, { provisioned: isUsed(card.clocks) }).station.dispose();
    card.open(CLOCK, { provisioned: isUsed(card.clocks) }).station.dispose();
  });

  it('begins where nobody said anything of the key, as with one that was typed in', () => {
    const card = new Card();
    card.open().station.dispose();
  });

  it('is taken once an operator has confirmed it, that once', async () => {
    const card = new Card();
    const bench = card.open();
    bench.charge(bench.code(bench.slot));
    await bench.station.marked();
    bench.station.dispose();
    rmSync(card.folder, { recursive: true });
    writeFileSync(card.confirmation, '');
    const after = card.open();
    assert.ok(!existsSync(card.confirmation));
    await after.station.marked();
    after.station.dispose();
    assert.ok(card.kinds().includes('journal-confirmed'));
    card.open().station.dispose();
    rmSync(card.folder, { recursive: true });
    card.refused('journal-behind');
  });

  it('is as good as none where its first start was cut short', async () => {
    const card = new Card();
    const bench = card.open();
    await bench.station.marked();
    bench.station.dispose();
    rmSync(card.folder, { recursive: true });
    const next = { ...CLOCK, key: NEXT_KEY };
    const provisioned = isNew(card.clocks);
    const cut = () => {
      throw new Error('no power');
    };
    const { folder, clocks, mark, confirmation } = card;
    const onWrite = (point: string) => point === 'before' && cut();
    assert.throws(() => new Bench(next, { folder, clocks, onWrite, past: { mark, confirmation, provisioned } }));
    assert.ok(existsSync(join(folder, 'journal.sqlite')));
    card.open(next, { provisioned }).station.dispose();
  });
});

describe('the mark of a journal', () => {
  afterEach(removeCards);

  it('that is missing, damaged or another station’s stops nobody, and is written anew', async () => {
    const card = new Card();
    card.open().station.dispose();
    for (const text of [undefined, '', '{"kind":', 'null', '{"generation":99999}']) {
      if (text === undefined) rmSync(join(card.mark, '..'), { recursive: true, force: true });
      else writeFileSync(card.mark, text);
      card.clocks.reboot(MINUTE);
      const { station } = card.open();
      await station.marked();
      station.dispose();
      assert.equal(JSON.parse(readFileSync(card.mark, 'utf8')).station, 'CP-0001');
    }
    const other = JSON.parse(readFileSync(card.mark, 'utf8'));
    writeFileSync(card.mark, JSON.stringify({ ...other, station: 'CP-0002', generation: 99_999 }));
    card.open().station.dispose();
  });

  it('that cannot be written is told, and the station sells', async () => {
    const card = new Card();
    // A file where the folder should be: not even root can write there.
    writeFileSync(join(card.root, 'stick'), '');
    const bench = card.open();
    bench.charge(bench.code(bench.slot));
    await bench.station.marked();
    bench.station.dispose();
    assert.ok(card.troubles.length > 0);
    card.open().station.dispose();
  });

  it('is never ahead of what a power cut leaves of the journal', async () => {
    const card = new Card();
    const bench = card.open();
    for (let number = 0; number < 6; number++) {
      bench.charge(bench.code(bench.slot));
      await bench.station.marked();
      const copy = join(card.root, `copy-${number}`);
      // What was not synced is gone: the database's log from the last checkpoint on, and all that is lazy.
      mkdirSync(copy);
      for (const name of ['snapshot-a', 'snapshot-b']) cpSync(join(card.folder, name), join(copy, name));
      const cut = new Bench(CLOCK, {
        folder: copy,
        clocks: card.clocks,
        past: { mark: card.mark, confirmation: card.confirmation },
      });
      cut.station.dispose();
      bench.station.verify(bench.guess(bench.slot));
      card.clocks.pass(6 * MINUTE);
    }
    bench.station.dispose();
  });
});
