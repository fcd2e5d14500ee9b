import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Debouncer, PLUG_CONTACT } from '../../../hardware/gpio/debounce.ts';

/** A contact: its level from each of these times on. */
type Wire = readonly { readonly atMs: number; readonly level: boolean }[];

const levelAt = (wire: Wire, nowMs: number) => wire.findLast(({ atMs }) => atMs <= nowMs)!.level;

/** Plays a wire to a debouncer as a driver and a timer would; gives what it reported. */
function play(wire: Wire, untilMs: number, edges = wire.slice(1)): { atMs: number; level: boolean }[] {
  const debouncer = new Debouncer(wire[0]!.level);
  const reports: { atMs: number; level: boolean }[] = [];
  let next = 0;
  for (let guard = 0; guard < 100_000; guard++) {
    const edge = edges[next];
    const dueAtMs = debouncer.dueAtMs;
    if (dueAtMs !== undefined && dueAtMs <= Math.min(edge?.atMs ?? Infinity, untilMs)) {
      const changed = debouncer.settle(levelAt(wire, dueAtMs), dueAtMs);
      if (changed !== undefined) reports.push({ atMs: dueAtMs, level: changed });
    } else if (edge && edge.atMs <= untilMs) {
      debouncer.edge(edge.level, edge.atMs);
      next += 1;
    } else {
      return reports;
    }
  }
  throw new Error('the debouncer never settles');
}

/** Bounces of at most `gapMs` each, then the new level for good. */
const bouncing = (from: boolean, gaps: readonly number[]): Wire => {
  const wire = [{ atMs: 0, level: from }];
  let atMs = 1000;
  let level = from;
  for (const gap of gaps) {
    level = !level;
    wire.push({ atMs, level });
    atMs += gap;
  }
  if (level === from) wire.push({ atMs, level: !from });
  return wire;
};

describe('a debounced contact', () => {
  it('opens 25 ms after a clean edge and closes 500 ms after one', () => {
    assert.deepEqual(
      play(
        [
          { atMs: 0, level: true },
          { atMs: 100, level: false },
        ],
        9e3,
      ),
      [{ atMs: 125, level: false }],
    );
    assert.deepEqual(
      play(
        [
          { atMs: 0, level: false },
          { atMs: 100, level: true },
        ],
        9e3,
      ),
      [{ atMs: 600, level: true }],
    );
  });

  it('does not see a gap shorter than 25 ms, nor a touch shorter than 500 ms', () => {
    const blip = (from: boolean, ms: number): Wire => [
      { atMs: 0, level: from },
      { atMs: 100, level: !from },
      { atMs: 100 + ms, level: from },
    ];
    assert.deepEqual(play(blip(true, 24), 9e3), []);
    assert.deepEqual(play(blip(false, 499), 9e3), []);
  });

  it('settles from the first touch on until it is believed, or came to nothing; never while it is closed', () => {
    const debouncer = new Debouncer(false);
    debouncer.edge(true, 0);
    assert.equal(debouncer.settling, true);
    debouncer.edge(false, 10);
    assert.equal(debouncer.settling, true);
    debouncer.settle(false, 35);
    assert.equal(debouncer.settling, false);
    debouncer.edge(true, 100);
    debouncer.settle(true, 600);
    assert.deepEqual([debouncer.level, debouncer.settling], [true, false]);
    debouncer.edge(false, 700);
    assert.equal(debouncer.settling, false);
  });

  it('opens once, at most 75 ms after the first edge, however long the contact bounces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 60 }), (gaps) => {
        const wire = bouncing(true, gaps);
        const reports = play(wire, 60_000);
        assert.equal(reports.length, 1);
        assert.equal(reports[0]!.level, false);
        assert.ok(reports[0]!.atMs <= 1000 + 3 * PLUG_CONTACT.openMs, `${reports[0]!.atMs}`);
      }),
    );
  });

  it('closes once, 500 ms after the last edge, when it bounces for 1 to 500 ms', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 20 }), (gaps) => {
        const wire = bouncing(false, gaps);
        assert.deepEqual(play(wire, 60_000), [{ atMs: wire.at(-1)!.atMs + PLUG_CONTACT.closeMs, level: true }]);
      }),
    );
  });

  it('ends with the level of the wire, and reports alternate, whatever the wire did and whichever edges were missed', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.record({ gap: fc.integer({ min: 0, max: 700 }), missed: fc.boolean() }), { maxLength: 80 }),
        (first, steps) => {
          const wire = [{ atMs: 0, level: first }];
          const heard: { atMs: number; level: boolean }[] = [];
          for (const { gap, missed } of steps) {
            const last = wire.at(-1)!;
            const edge = { atMs: last.atMs + gap + 1, level: !last.level };
            wire.push(edge);
            if (!missed) heard.push(edge);
          }
          // The last edge is one that was heard: a driver that tells of none leaves nothing to debounce.
          const end = wire.at(-1)!;
          if (wire.length > 1 && heard.at(-1) !== end) heard.push(end);
          const reports = play(wire, end.atMs + 10_000, heard);
          const believed = [first, ...reports.map(({ level }) => level)];
          assert.equal(believed.at(-1), end.level);
          for (let i = 1; i < believed.length; i++) assert.notEqual(believed[i], believed[i - 1]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never says closed unless the wire was closed for 500 ms', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 60 }), (gaps) => {
        const wire = [{ atMs: 0, level: false }];
        for (const gap of gaps) wire.push({ atMs: wire.at(-1)!.atMs + gap, level: !wire.at(-1)!.level });
        for (const { atMs, level } of play(wire, 1e6)) {
          if (!level) continue;
          const since = wire.findLast((step) => step.atMs <= atMs)!;
          assert.ok(since.level && atMs - since.atMs >= PLUG_CONTACT.closeMs);
        }
      }),
    );
  });
});
