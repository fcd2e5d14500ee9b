import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Outage, type OutageClock } from '../../../charging/cloud/outage.ts';

/** Stands until the test moves it. */
class HandClock implements OutageClock {
  #now = 1_000_000;
  #ticking: { readonly each: number; next: number; readonly act: () => void }[] = [];

  now = () => this.#now;

  every = (milliseconds: number, act: () => void) => {
    const mine = { each: milliseconds, next: this.#now + milliseconds, act };
    this.#ticking.push(mine);
    return () => {
      this.#ticking = this.#ticking.filter((one) => one !== mine);
    };
  };

  async pass(seconds: number): Promise<void> {
    for (const end = this.#now + seconds * 1000; this.#now < end; ) {
      this.#now += 1000;
      for (const one of this.#ticking.filter(({ next }) => next <= this.#now)) {
        one.next += one.each;
        one.act();
      }
      // What the minute asked is answered.
      await nextTurn();
    }
  }
}

describe('a ledger that fails', () => {
  let said: string[];
  let clock: HandClock;
  let away: boolean;
  let outage: Outage;
  beforeEach(() => {
    said = [];
    clock = new HandClock();
    away = true;
    const healthy = async () => {
      if (away) throw new Error('still away');
    };
    outage = new Outage((line) => said.push(line), healthy, clock);
  });
  const news = () => said.splice(0);
  const BEGAN = 'The ledger fails, and is said to be away (503): disk full';

  it('says one line at the change, and one each minute with how long and how many', async () => {
    outage.failed('issue', 'disk full');
    for (let call = 0; call < 9; call++) outage.failed('issue', 'disk full');
    assert.deepEqual(news(), [BEGAN]);
    await clock.pass(59);
    assert.deepEqual(news(), []);
    await clock.pass(1);
    assert.deepEqual(news(), ['The ledger still fails, for 60 s and 10 calls by now: disk full']);
    outage.failed('settle', 'no such table: receipts');
    await clock.pass(60);
    assert.deepEqual(news(), ['The ledger still fails, for 120 s and 11 calls by now: no such table: receipts']);
    await clock.pass(180);
    assert.deepEqual(
      news().map((line) => /for (\d+) s/.exec(line)![1]),
      ['180', '240', '300'],
    );
  });

  it('says one line when what failed works again, and none after', async () => {
    outage.failed('issue', 'disk full');
    await clock.pass(90);
    outage.worked('issue', false);
    assert.deepEqual(news(), [
      BEGAN,
      'The ledger still fails, for 60 s and 1 calls by now: disk full',
      'The ledger works again, after 90 s and 1 calls that failed.',
    ]);
    await clock.pass(300);
    outage.worked('issue', false);
    assert.deepEqual(news(), []);
  });

  it('goes on saying it while one kind of call fails and another works', async () => {
    outage.failed('settle', 'no such table: receipts');
    outage.worked('issue', false);
    news();
    await clock.pass(60);
    assert.equal(news().length, 1);
    outage.worked('heartbeat', true);
    assert.match(news()[0]!, /works again, after 60 s/);
  });

  it('says no further minute when nobody called and what a sale needs works again', async () => {
    outage.failed('issue', 'disk full');
    news();
    away = false;
    await clock.pass(180);
    assert.deepEqual(news(), []);
  });

  it('counts from the beginning when it fails once more', async () => {
    outage.failed('issue', 'disk full');
    await clock.pass(30);
    outage.worked('issue', false);
    news();
    outage.failed('issue', 'disk full');
    assert.deepEqual(news(), [BEGAN]);
    await clock.pass(60);
    assert.deepEqual(news(), ['The ledger still fails, for 60 s and 1 calls by now: disk full']);
  });

  it('is silent once the ledger is closed', async () => {
    outage.failed('issue', 'disk full');
    outage.close();
    news();
    await clock.pass(120);
    assert.deepEqual(news(), []);
  });
});
