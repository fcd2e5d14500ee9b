// A session of several vouchers: what is added is used after what was there, and each has its own receipt.
import assert from 'node:assert/strict';
import { nextOutlet } from '../../../../charging/station/outlet/machine.ts';
import type { OutletCommand, OutletEvent } from '../../../../charging/station/outlet/model.ts';
import { Site } from './site.ts';

const MINUTE = 60_000;

/** What the conversation asks of an outlet, asked without one. */
function command(site: Site, outlet: number, asked: OutletCommand): void {
  const station = { fault: undefined, journalFails: false, retries: false };
  const event = { ...asked, at: site.at } as OutletEvent;
  const { state, writes, relay } = nextOutlet(site.state.outlets[outlet - 1]!, event, site.config, station);
  site.state = { ...site.state, outlets: site.state.outlets.with(outlet - 1, state) };
  site.carryOut([
    ...(relay ? [{ ...relay, outlet }] : []),
    ...writes.map((write) => (write.type === 'checkpoint' ? { ...write, outlets: [outlet] } : { ...write, outlet })),
  ]);
}

function charging(outlets = 1): Site {
  const site = new Site({ outlets });
  site.give(1, 7);
  site.plug(1);
  assert.equal(site.phases[0], 'charging');
  return site;
}

const add = (site: Site, sequence: number) => command(site, 1, { type: 'give', voucher: site.voucher(sequence) });

describe('a voucher that is added to what is charged', () => {
  it('is redeemed at once, into the same session, and used after those before it', () => {
    const site = charging();
    site.pass(10 * MINUTE);
    add(site, 8);
    assert.deepEqual(
      site.open.map(({ voucher, session, outlet }) => [voucher.sequence, session, outlet]),
      [
        [7, 1, 1],
        [8, 1, 1],
      ],
    );
    site.pass(55 * MINUTE);
    assert.deepEqual(
      site.closed.map(({ voucher, ended, delivered, receipt }) => [voucher.sequence, ended, delivered, receipt]),
      [[7, 'used-up', 60, undefined]],
      'the first is closed as soon as the next one begins',
    );
    assert.equal(site.phases[0], 'charging');
    site.pass(55 * MINUTE);
    assert.equal(site.phases[0], 'free');
    assert.deepEqual(
      site.closed.map(({ voucher, ended, delivered }) => [voucher.sequence, ended, delivered]),
      [
        [7, 'used-up', 60],
        [8, 'used-up', 60],
      ],
    );
    assert.equal(site.done.filter((each) => each === 'relay 1 on').length, 1, 'the relay never opened in between');
  });

  it('has a receipt of its own when the session ends early', () => {
    const site = charging();
    add(site, 8);
    add(site, 9);
    site.pass(90 * MINUTE);
    site.plug(1, false);
    assert.deepEqual(
      site.closed.map(({ voucher, ended, delivered }) => [voucher.sequence, ended, delivered]),
      [
        [7, 'used-up', 60],
        [8, 'unplugged', 30],
        [9, 'unplugged', 0],
      ],
    );
    const { receipts, lastVouchers } = site.state.outlets[0]!;
    assert.deepEqual(
      receipts.map(({ sequence, left }) => [sequence, left]),
      [
        [8, 30],
        [9, 60],
      ],
    );
    assert.equal(lastVouchers.length, 3);
  });

  it('can be taken back alone while it has not begun, with a receipt for the whole of it', () => {
    const site = charging();
    add(site, 8);
    add(site, 9);
    command(site, 1, { type: 'take-back-voucher', sequence: 8 });
    assert.deepEqual(
      site.closed.map(({ voucher, ended, delivered, receipt }) => [voucher.sequence, ended, delivered, !!receipt]),
      [[8, 'taken-back', 0, true]],
    );
    assert.equal(site.phases[0], 'charging');
    site.pass(119 * MINUTE);
    assert.equal(site.phases[0], 'charging', 'the third goes on where the second was');
    command(site, 1, { type: 'take-back-voucher', sequence: 9 });
    assert.equal(site.closed.length, 2, 'one that has begun stays');
    site.pass(2 * MINUTE);
    assert.equal(site.phases[0], 'free');
    assert.deepEqual(
      site.state.outlets[0]!.lastVouchers.map(({ voucher, ended }) => [voucher.sequence, ended]),
      [
        [7, 'used-up'],
        [8, 'taken-back'],
        [9, 'used-up'],
      ],
    );
  });

  it('is refused, not used, where the session is just ending, or sells another unit', () => {
    const site = charging();
    site.pass(60 * MINUTE - 500);
    site.at += 1000;
    add(site, 8);
    assert.deepEqual(site.open, []);
    assert.deepEqual(
      site.closed.map(({ voucher }) => voucher.sequence),
      [7],
    );
    const other = charging();
    command(other, 1, { type: 'give', voucher: { ...other.voucher(8), unit: 'Wh' } });
    command(other, 1, { type: 'give', voucher: other.voucher(7) });
    assert.equal(other.open.length, 1);
  });

  it('survives a cut with the one before it: what is left of both goes on', () => {
    const site = charging();
    add(site, 8);
    site.pass(30 * MINUTE);
    const again = new Site({ outlets: 1 }, site.open);
    assert.equal(again.phases[0], 'charging');
    again.pass(89 * MINUTE);
    assert.equal(again.phases[0], 'charging');
    again.pass(2 * MINUTE);
    assert.equal(again.phases[0], 'free');
    assert.equal(again.closed.length, 2);
  });

  it('pays for what a cut costs from the second one on, where the one before it holds no more', () => {
    const open = [
      { voucher: new Site({ outlets: 1 }).voucher(7), session: 1, outlet: 1, delivered: 59.5, cuts: 1, ahead: 1 },
      { voucher: new Site({ outlets: 1 }).voucher(8), session: 1, outlet: 1, delivered: 0 },
    ];
    const site = new Site({ outlets: 1 }, open);
    assert.deepEqual(
      site.closed.map(({ voucher, delivered }) => [voucher.sequence, delivered]),
      [[7, 60]],
    );
    assert.equal(site.open[0]?.delivered, 0.5);
    assert.equal(site.open[0]?.cuts, 2);
  });

  it('is charged by the meter from where the one before it ended', () => {
    const site = new Site({ outlets: 1, unit: 'Wh' });
    site.read(1, 0, 1000);
    site.give(1, 7, 500);
    site.plug(1);
    command(site, 1, { type: 'give', voucher: site.voucher(8, 500) });
    for (let wh = 0; wh <= 800; wh += 10) {
      site.read(1, 36_000, 1000 + wh);
      site.pass(1000);
    }
    assert.equal(site.closed[0]?.delivered, 500);
    assert.equal(site.closed[0]?.meterLastWh, 1500);
    assert.equal(site.open[0]?.meterStartWh, 1500);
    site.plug(1, false);
    assert.equal(site.closed[1]?.delivered, 300);
  });

  it('is not lost when a write about it fails: all end with their receipts when the journal works again', () => {
    const site = charging();
    add(site, 8);
    site.failing.add('all');
    command(site, 1, { type: 'take-back-voucher', sequence: 8 });
    assert.equal(site.phases[0], 'fault');
    site.failing.clear();
    site.pass(11_000);
    assert.deepEqual(
      site.closed.map(({ voucher, ended }) => [voucher.sequence, ended]),
      [
        [7, 'fault'],
        [8, 'fault'],
      ],
    );
    assert.equal(site.phases[0], 'free');
  });
});

describe('checkpoints of several outlets', () => {
  it('are one write for all, one each minute', () => {
    const site = new Site({ outlets: 12 });
    for (const outlet of site.numbers) {
      site.give(outlet);
      site.plug(outlet);
      site.pass(2500);
    }
    site.done = [];
    site.pass(10 * MINUTE);
    assert.equal(site.done.filter((each) => each === 'checkpoint').length, 10);
    const delivered = site.open.map((record) => record.delivered * MINUTE);
    const running = site.state.outlets.map(({ phase }) => ('session' in phase ? phase.session.elapsedMs : 0));
    for (const [index, ms] of running.entries()) assert.ok(ms - delivered[index]! <= MINUTE, `outlet ${index + 1}`);
  });
});

describe('a vehicle that draws nothing more at a station that sells minutes', () => {
  const metered = (): Site => {
    const site = charging();
    for (let s = 0; s < 30; s++) {
      site.pass(1000);
      site.read(1, 800, 1000 + s);
    }
    return site;
  };
  const idle = (site: Site, seconds: number, powerW = 3) => {
    for (let s = 0; s < seconds; s++) {
      site.pass(1000);
      site.read(1, powerW, 1030);
    }
  };

  it('is full: paused after a minute, ended after 30 more with a receipt for what is left', () => {
    const site = metered();
    idle(site, 62);
    assert.equal(site.phases[0], 'paused');
    idle(site, 1700);
    assert.equal(site.phases[0], 'paused');
    idle(site, 110);
    assert.equal(site.closed[0]?.ended, 'full');
    assert.ok(site.closed[0]?.receipt);
  });

  it('goes on when it draws again', () => {
    const site = metered();
    idle(site, 100);
    idle(site, 1, 500);
    assert.equal(site.phases[0], 'charging');
  });

  it('is not full where the meter says nothing, or counts backwards', () => {
    const silent = metered();
    idle(silent, 1);
    silent.pass(50 * MINUTE);
    assert.equal(silent.phases[0], 'charging');
    const after = metered();
    idle(after, 100);
    after.pass(20 * MINUTE);
    assert.equal(after.phases[0], 'charging', 'the meter went silent in the pause');
    const backwards = metered();
    idle(backwards, 600, -800);
    assert.equal(backwards.phases[0], 'charging');
  });
});
