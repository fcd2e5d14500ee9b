// On a disk that takes its time, the relay must not wait for the journal.
import assert from 'node:assert/strict';
import { Charger } from '../../../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../../../charging/station/charger/model.ts';
import type { Voucher } from '../../../../charging/station/types.ts';
import { MemoryJournal } from './bench.ts';

const voucher = (sequence: number): Voucher => ({
  station: 'CP-0001',
  layout: 'compact',
  sequence,
  quantity: 2,
  amount: 60,
  unit: 'min',
  step: 30,
});

describe('a session that ends', () => {
  const order: string[] = [];
  const waiting: (() => void)[] = [];
  let charger: Charger;
  let journal: MemoryJournal;

  beforeEach(() => {
    order.length = 0;
    waiting.length = 0;
    journal = new MemoryJournal();
    charger = new Charger({
      journal,
      config: chargerConfig({ unit: 'min' }),
      clocks: { monotonicMs: () => 1_000_000 },
      schedule: () => () => {},
      afterRelay: (callback) => waiting.push(callback),
      emit: {
        relay: (on) => {
          order.push(on ? 'on' : 'off');
          charger.relay({ on, ready: true });
        },
        display: () => {},
        record: ({ kind }) => order.push(kind),
      },
    });
    charger.relay({ on: false, ready: true });
    charger.start();
    charger.vehicle(true);
    charger.voucher(voucher(1));
    assert.equal(charger.snapshot().state, 'charging');
    order.length = 0;
  });

  it('opens the relay, and writes to the journal when the order has left', () => {
    charger.vehicle(false);
    assert.deepEqual(order, ['off']);
    assert.equal(charger.snapshot().state, 'stopping');
    for (const go of waiting.splice(0)) go();
    assert.deepEqual(order, ['off', 'session-closed']);
    assert.equal(charger.snapshot().state, 'receipt');
  });

  it('hears a code typed meanwhile once the journal holds the end of the one before', () => {
    charger.vehicle(false);
    charger.vehicle(true);
    charger.voucher(voucher(2));
    assert.deepEqual(order, ['off']);
    for (const go of waiting.splice(0)) go();
    assert.deepEqual(order, ['off', 'session-closed', 'session-opened', 'on']);
    assert.equal(charger.snapshot().state, 'charging');
  });

  it('says when it has heard what was typed meanwhile', () => {
    const heard: string[] = [];
    charger.whenHeard(() => heard.push('at once'));
    charger.relay({ on: false, ready: false, restarting: true });
    charger.refused({ outcome: 'mistyped' });
    charger.whenHeard(() => heard.push(`${charger.snapshot().outcome}`));
    assert.deepEqual(heard, ['at once']);
    assert.equal(charger.snapshot().outcome, 'accepted', 'that of the code before');
    for (const go of waiting.splice(0)) go();
    assert.deepEqual(heard, ['at once', 'mistyped']);
  });

  it('is in the journal also when the station stops at that very moment', () => {
    charger.vehicle(false);
    charger.stop();
    assert.equal(journal.open, undefined);
    assert.ok(order.includes('session-closed'));
    for (const go of waiting.splice(0)) go();
    assert.equal(order.filter((kind) => kind === 'session-closed').length, 1);
  });
});

describe('a relay that clicks for a test', () => {
  it('opens when its second is over, also where something else is being heard in that very moment', () => {
    let now = 1_000_000;
    let reading = 0;
    const orders: boolean[] = [];
    let beat = { after: 0, call: () => {} };
    const charger = new Charger({
      journal: new MemoryJournal(),
      config: chargerConfig({ unit: 'min' }),
      // To hear something takes time: the clock goes on between two readings.
      clocks: { monotonicMs: () => (now += reading) },
      schedule: (after, call) => {
        beat = { after, call };
        return () => {};
      },
      emit: { relay: (on) => orders.push(on), display: () => {}, record: () => {} },
    });
    charger.relay({ on: false, ready: true });
    charger.start();
    charger.vehicle(false);
    assert.equal(charger.clickRelay(1), undefined);
    charger.relay({ on: true, ready: true });
    assert.equal(orders.splice(0).at(-1), true);
    now += 500;
    beat.call();
    now += 499.5;
    reading = 0.3;
    charger.relay({ on: true, ready: true });
    assert.deepEqual(orders, []);
    assert.equal(beat.after, 1);
    now += beat.after;
    beat.call();
    assert.deepEqual(orders, [false]);
  });
});
