// What is told of a site of several outlets: the state that scripts read, and what a panel shows.
import assert from 'node:assert/strict';
import { Overviews } from '../../../../charging/station/charger/overview.ts';
import { snapshotOf } from '../../../../charging/station/charger/snapshot.ts';
import { Site } from './site.ts';

const MINUTE = 60_000;

function site(): Site {
  const made = new Site({ outlets: 4, stationPowerW: 3000, outletPowerW: 1500 });
  for (const outlet of [1, 2, 3]) {
    made.give(outlet);
    made.plug(outlet);
    made.pass(500);
  }
  return made;
}

const outlets = (made: Site) => snapshotOf(made.state, made.at, made.config, 'en').outlets;

describe('the state of a site', () => {
  it('has an entry for each outlet, with the vouchers of its session or of its last one', () => {
    const made = site();
    made.pass(15 * MINUTE);
    made.plug(2, false);
    const [first, second, third, fourth] = outlets(made);
    assert.deepEqual(
      [first?.outlet, first?.state, first?.relay, first?.vehicle, first?.receipt, first?.vouchers.length],
      [1, 'charging', true, true, null, 1],
    );
    assert.ok(Math.abs(first!.delivered - 15) < 0.1 && Math.abs(first!.remaining - 45) < 0.1);
    assert.equal(first!.delivered + first!.remaining, 60);
    assert.deepEqual(
      [second?.state, second?.relay, second?.vehicle, second?.receipt],
      ['free', false, false, '00000000000002'],
    );
    assert.deepEqual(
      second?.vouchers.map(({ sequence, amount, receipt }) => [sequence, amount, receipt]),
      [[2, 60, '00000000000002']],
    );
    assert.equal(third?.state, 'charging', 'there is power for it now');
    assert.deepEqual(fourth, {
      ...{ outlet: 4, state: 'free', relay: false, vehicle: false, remaining: 0, delivered: 0, receipt: null },
      vouchers: [],
    });
  });

  it('has the latest report, and none before the first session has ended', () => {
    const made = site();
    const report = () => snapshotOf(made.state, made.at, made.config, 'en').report;
    assert.equal(report(), null);
    made.plug(1, false);
    assert.match(report()!, /^report/);
    assert.equal(made.done.filter((each) => each === 'report').length, 1);
    const before = report();
    made.hear({ type: 'service', operation: 'show-report', sequence: 99 });
    assert.equal(report(), before, 'this journal tells none for a service code');
  });
});

describe('the overview for a panel', () => {
  it('says of each outlet what it does, what it waits for and how much is left, in whole units', () => {
    const made = site();
    made.pass(10 * MINUTE + 30_000);
    made.hear({ type: 'fault', outlet: 4, code: 'gpio-lost', standing: true });
    made.read(1, 1234.5);
    const [first, , third, fourth] = new Overviews().of(made.state, made.at, made.config);
    assert.deepEqual(first, {
      ...{ outlet: 1, state: 'charging', vehicle: true, remaining: 50, amount: 60, delivered: 10, unit: 'min' },
      ...{ elapsed: 10, powerW: 1230 },
    });
    assert.deepEqual(third, {
      ...{ outlet: 3, state: 'waiting', vehicle: true, remaining: 60, amount: 60, delivered: 0, unit: 'min' },
      waitsFor: 'power',
    });
    assert.equal(fourth?.fault, 'gpio-lost');
    const next = new Site({ outlets: 1 });
    next.give(1);
    assert.equal(new Overviews().of(next.state, next.at, next.config)[0]?.waitsFor, 'vehicle');
  });

  it('stays the same while it reads the same, and is made anew for those outlets alone that read otherwise', () => {
    const made = site();
    const overviews = new Overviews();
    const look = () => overviews.of(made.state, made.at, made.config);
    const first = look();
    made.hear({ type: 'vehicle', outlet: 1, connected: true, everyMs: 1000 });
    made.hear({ type: 'relay', outlet: 2, on: true, readyInMs: 0 });
    assert.equal(look(), first);
    made.plug(2, false);
    const second = look();
    assert.notEqual(second, first);
    assert.deepEqual(
      second.map((each, index) => each === first[index]),
      [true, false, false, true],
      'the third has power now',
    );
    made.pass(MINUTE);
    assert.deepEqual(look(), new Overviews().of(made.state, made.at, made.config));
    assert.notEqual(look()[0], second[0]);
    assert.equal(look()[3], second[3]);
  });
});
