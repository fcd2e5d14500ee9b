// Stations without a network that sell and charge for a while, and tell of it by reports alone: half of them are lost, the
// rest come late, in any order, twice, bent, forged, at another station, and under a key of before. Beside the cloud an account is
// kept of what it was told, by sequence numbers and sums alone.
import assert from 'node:assert/strict';
import { isRefused } from '../../../charging/cloud/ledger.ts';
import { randomFrom } from '../../support/random.ts';
import { granted, refusal } from './answers.ts';
import type { TestLedger } from './databases.ts';
import { OfflineStation } from './offline-station.ts';

const MINUTE = 60_000;
const PRICE = 70;
/** So that charges of an hour may be told of within minutes of the model's time. */
const ENERGY = { unit: 'Wh', step: 500 } as const;

/** A ledger whose clock stands where the model puts it. */
type At = Pick<TestLedger, 'now' | 'ledger'>;

interface Sold {
  readonly quantity: number;
  readonly unused: number;
}

/** A station as it is, and what the cloud can know of it. */
interface Site {
  box: OfflineStation;
  /** By journal: those before it, with a key of before. */
  readonly boxes: OfflineStation[];
  /** Used vouchers by number. */
  readonly used: Map<number, Sold>;
  /** Sold and never typed. */
  readonly unused: Set<number>;
  readonly told: Set<number>;
}

interface OnItsWay {
  readonly site: Site;
  readonly box: OfflineStation;
  readonly text: string;
  readonly due: number;
  readonly number: number;
  /** Numbers that it lists, and how many it counts. */
  readonly lists: readonly number[];
  readonly counts: number;
}

export interface Outcome {
  readonly heard: number;
  readonly refused: number;
  readonly told: number;
  readonly missing: number;
  /** Codes that were never used, and were given back by themselves. */
  readonly givenBack: number;
}

/**
 * @param carry what becomes of a report's text on its way, as by a picture of it; the same text where all is well
 */
export async function runModel(
  at: At,
  {
    stations,
    sessions,
    seed,
    carry = async (text) => text,
  }: {
    readonly stations: number;
    /** Of each station. */
    readonly sessions: number;
    readonly seed: number;
    readonly carry?: (text: string) => Promise<string>;
  },
): Promise<Outcome> {
  const roll = randomFrom(seed);
  const below = (most: number) => Math.floor(roll() * most);
  const sites: Site[] = [];
  const onTheirWay: OnItsWay[] = [];
  const alarms: string[] = [];
  let heard = 0;
  let refused = 0;

  for (let index = 0; index < stations; index++) {
    const id = `MODEL-${String(index).padStart(2, '0')}`;
    const price = { minorUnits: PRICE, currency: 'EUR' };
    const sequence = index % 2 === 0 ? 'clock' : 'counter';
    granted(await at.ledger.createStation({ id, price, sequence, layout: 'wide', slotSeconds: 120, ...ENERGY }));
    const box = new OfflineStation(id, { journal: `${String(index).padStart(4, '0')}0001` });
    sites.push({ box, boxes: [box], used: new Map(), unused: new Set(), told: new Set() });
  }

  const buy = async ({ box }: Site, quantity: number) => {
    granted(await at.ledger.issue({ client: 'app', station: box.id, amount: quantity * ENERGY.step }));
    return granted(await at.ledger.listCodes({ station: box.id, limit: 1 })).items[0]!.sequence;
  };

  const refuse = async (station: string, report: string) => {
    assert.equal(refusal(await at.ledger.hearReport({ station, report })), '422 report-not-valid');
    refused += 1;
  };

  /** What must not count: bent on its way, another station's, and made by nobody who has the key. */
  const tryForgeries = async ({ site, box, text }: OnItsWay) => {
    const place = below(text.length - 1);
    const bent = `${text.slice(0, place)}${text[place] === 'x' ? 'y' : 'x'}${text.slice(place + 1)}`;
    await refuse(box.id, bent);
    const other = sites[(sites.indexOf(site) + 1) % sites.length]!;
    await refuse(other.box.id, text);
    await refuse(box.id, Object.assign(box.image(), { key: Buffer.alloc(32, below(256)) }).report(at.now));
  };

  const deliver = async (report: OnItsWay) => {
    const { site, box, text, lists, counts } = report;
    const fresh = lists.filter((sequence) => !site.told.has(sequence));
    for (const sequence of lists) site.told.add(sequence);
    const ofJournal = box.closed.slice(-counts).filter(({ sequence }) => site.told.has(sequence)).length;
    const answer = granted(await at.ledger.hearReport({ station: box.id, report: await carry(text) }));
    heard += 1;
    alarms.push(...answer.alarms.map(({ kind, station }) => `${kind} ${station}`));
    const { report: number, sessions: listed, new: known, missing } = answer;
    assert.deepEqual([number, listed, known, missing], [report.number, lists.length, fresh.length, counts - ofJournal]);
  };

  const arrive = async (until: number) => {
    const due = onTheirWay.filter((report) => report.due <= until);
    for (const report of due) onTheirWay.splice(onTheirWay.indexOf(report), 1);
    // In any order.
    due.sort(() => roll() - 0.5);
    for (const report of due) {
      if (roll() < 0.1) await tryForgeries(report);
      await deliver(report);
      if (roll() < 0.2) await deliver(report);
    }
  };

  const report = (site: Site, isLost: boolean) => {
    const { box } = site;
    const text = box.report(at.now);
    if (isLost) return;
    const lists = box.closed.slice(0, 20).map(({ sequence }) => sequence);
    const due = at.now + below(8) ** 3 * MINUTE;
    onTheirWay.push({ site, box, text, due, number: box.reports, lists, counts: box.closed.length });
  };

  const charge = async (site: Site) => {
    const quantity = 1 + below(8);
    const sequence = await buy(site, quantity);
    if (roll() < 0.1) {
      site.unused.add(sequence);
      return;
    }
    const unused = roll() < 0.4 ? below(155) : 0;
    const deliveredWh = Math.floor(quantity * ENERGY.step * (1 - unused / 155));
    site.used.set(sequence, { quantity, unused });
    site.box.begin(sequence, quantity, 0, 1 + below(4)).end(sequence, deliveredWh, unused);
    site.box.sureMs = Math.max(site.box.sureMs, at.now - 60 * MINUTE);
    report(site, roll() < 0.5);
  };

  for (let session = 0; session < sessions; session++) {
    for (const site of sites) {
      at.now += 2 * MINUTE;
      await charge(site);
      if (session === Math.floor(sessions / 2) && sites.indexOf(site) % 5 === 0) await changeKey(at, site);
      await arrive(at.now);
    }
  }
  await arrive(Number.POSITIVE_INFINITY);
  await assertKnown(at, sites);
  // The newest of each, a day later, closes what it can.
  at.now += 48 * 60 * MINUTE;
  for (const site of sites) {
    site.box.sureMs = at.now;
    report(site, false);
  }
  await arrive(Number.POSITIVE_INFINITY);
  await assertKnown(at, sites);
  const givenBack = await assertMoney(at, sites);
  assert.deepEqual(alarms, [], 'nothing was wrong at any of them');
  const sum = (of: (site: Site) => number) => sites.reduce((all, site) => all + of(site), 0);
  return {
    heard,
    refused,
    told: sum(({ told }) => told.size),
    missing: sum(({ used, told }) => used.size - told.size),
    givenBack,
  };
}

async function changeKey(at: At, site: Site): Promise<void> {
  const { id, highest, sureMs, journal } = site.box;
  granted(await at.ledger.replaceKey(id, 'me'));
  site.box = new OfflineStation(id, { keyVersion: 2, journal: journal.replace(/1$/, '2'), highest, sureMs });
  site.boxes.push(site.box);
}

/** The cloud knows every voucher that it was told of, and names each gap: by its place in the journal. */
async function assertKnown(at: At, sites: readonly Site[]): Promise<void> {
  for (const { boxes, told, box } of sites) {
    const { gaps } = granted(await at.ledger.stationReports(box.id));
    const named = gaps.flatMap(({ journal, first, last }) =>
      Array.from({ length: last - first + 1 }, (_, index) => `${journal} ${first + index}`),
    );
    const expected = boxes.flatMap(({ journal, closed }) => {
      const counted = closed.findIndex(({ sequence }) => told.has(sequence));
      const inOrder = counted < 0 ? [] : closed.slice(counted).toReversed();
      return inOrder.flatMap(({ sequence }, index) => (told.has(sequence) ? [] : [`${journal} ${index + 1}`]));
    });
    assert.deepEqual(named.sort(), expected.sort());
  }
}

/**
 * What was left of each voucher that was told of went back, once; nothing of one that was not; and codes never used.
 * @returns how many of those
 */
async function assertMoney(at: At, sites: readonly Site[]): Promise<number> {
  let refunded = 0;
  let givenBack = 0;
  for (const { box, used, unused, told } of sites) {
    const items = [];
    let after: string | undefined;
    do {
      const page = granted(await at.ledger.listSettled({ station: box.id, limit: 500, after }));
      items.push(...page.items);
      after = page.next ?? undefined;
    } while (after !== undefined);
    for (const { sequence, source, refund } of items) {
      const back = refund?.minorUnits ?? 0;
      refunded += back;
      if (source === 'expired') assert.ok(unused.has(sequence), `${box.id} ${sequence} was used and given back`);
      else assert.equal(back, Math.floor((PRICE * used.get(sequence)!.quantity * used.get(sequence)!.unused) / 155));
    }
    const settled = items.filter(({ source }) => source === 'report').map(({ sequence }) => sequence);
    const left = [...used].filter(([sequence, { unused: part }]) => told.has(sequence) && part > 0);
    givenBack += items.filter(({ source }) => source === 'expired').length;
    assert.deepEqual(settled.sort(), left.map(([sequence]) => sequence).sort());
  }
  const { days } = await at.ledger.statistics({ days: 30 });
  assert.ok(!isRefused(days));
  assert.equal(
    days.reduce((sum, day) => sum + day.refunded, 0),
    refunded,
  );
  return givenBack;
}
