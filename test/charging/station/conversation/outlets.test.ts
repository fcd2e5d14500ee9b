// The talk at a station with several outlets: which one it is to be, who is told what, what becomes of a code.
import assert from 'node:assert/strict';
import { MINUTE, Site } from './site.ts';

describe('a code at a station with several outlets', () => {
  it('is asked for its outlet, and told which see a vehicle; number and # are the answer', () => {
    const site = new Site(12);
    site.plug(3, true);
    site.plug(7, true);
    site.code(1);
    assert.equal(site.say(), 'Good for 60 min: | outlet number and # | Plugged in: 3,7 | * = no, 0# = refund');
    assert.equal(site.sayShort(), 'Vehicle: 3,7 | Outlet+# 0#=back');
    assert.equal(site.journal.used.size, 0, 'nothing is redeemed before it has its outlet');
    site.keys('3#');
    assert.deepEqual(site.relays.indexOf(true), 2);
    assert.equal(site.journal.openRecords[0]?.outlet, 3);
    assert.match(site.say(), /^Outlet 3 charges\./);
  });

  it('waits at its outlet, and the keypad is free for the next customer', () => {
    const site = new Site(12);
    site.code(1);
    site.keys('3#');
    assert.equal(site.say(), 'Outlet 3: now | plug in your vehicle | within 120 s.');
    site.code(2);
    site.keys('12#');
    assert.match(site.say(), /^Outlet 12: now/);
    site.plug(12, true);
    site.plug(3, true);
    site.pass(200);
    assert.deepEqual([site.relays[2], site.relays[11]], [true, true]);
    site.pass(12_000);
    assert.equal(site.screen, 'idle-several');
  });

  it('is put back by the next one, which says so, by * and by silence; it is not used then', () => {
    const site = new Site(2);
    site.code(1);
    site.code(2);
    assert.equal(site.screen, 'choose-second');
    assert.match(site.say(), /^1st code put back\./);
    site.keys('*');
    assert.equal(site.screen, 'cancelled');
    site.pass(12_000);
    assert.equal(site.screen, 'idle-several');
    site.code(1);
    site.pass(60_000);
    assert.equal(site.screen, 'not-chosen');
    site.keys('1#');
    assert.equal(site.screen, 'outlet-free', 'there is no voucher at hand any more');
    assert.equal(site.journal.used.size, 0);
  });

  it('typed again while its outlet is asked for is the same question', () => {
    const site = new Site(2);
    site.code(1);
    site.code(1);
    assert.equal(site.screen, 'choose');
  });

  it('finds no outlet that is taken, out of order, or that there is not, and is asked again', () => {
    const site = new Site(4);
    site.code(9);
    site.keys('1#');
    site.charger.fault('relay-unusable', true, 2);
    site.code(1);
    for (const [keys, screen] of [
      ['1#', 'outlet-taken'],
      ['2#', 'outlet-unusable'],
      ['5#', 'outlet-unknown'],
      ['99#', 'outlet-unknown'],
    ] as const) {
      site.keys(keys);
      assert.equal(site.screen, screen);
      site.pass(12_000);
      assert.equal(site.screen, 'choose');
    }
    site.keys('03#');
    assert.equal(site.screen, 'outlet-vehicle');
  });

  it('is handed back with 0#, asked, for a receipt of the whole of it', () => {
    const site = new Site(2);
    site.code(1);
    site.keys('0#');
    assert.equal(site.say(), 'Refund 60 min? | It uses the code up. | 1 and # = yes | * = no');
    site.keys('*');
    assert.equal(site.screen, 'choose', 'no: its outlet is asked for again');
    site.keys('0#');
    site.pass(10_000);
    assert.equal(site.screen, 'not-chosen', 'silence is no');
    assert.equal(site.journal.used.size, 0);
    site.code(1);
    site.keys('0#1#');
    assert.equal(site.closedOn(1)?.ended, 'handed-back');
    assert.equal(site.screen, 'your-receipt-min');
    assert.match(site.say(), /^Given back \| Left 1:00:00 /);
    site.code(1);
    assert.equal(site.screen, 'your-receipt-min', 'and again with the same code');
  });

  it('is not used up where it cannot be handed back, because the journal takes no writes', () => {
    const site = new Site(2);
    site.code(1);
    site.journal.failing.add('hand-back');
    site.keys('0#1#');
    assert.equal(site.journal.used.size, 0);
    assert.equal(site.screen, 'out-of-order');
  });

  it('is refused where every outlet is out of order', () => {
    const site = new Site(2);
    site.charger.fault('emergency-stop', true);
    site.code(1);
    assert.equal(site.screen, 'out-of-order');
    site.charger.fault('emergency-stop', false);
    site.code(1);
    site.charger.fault('emergency-stop', true);
    assert.equal(site.screen, 'out-of-order', 'and put back where that comes while its outlet is asked for');
    site.keys('1#');
    assert.equal(site.journal.used.size, 0);
  });

  it('needs no number where whoever sends it says which outlet', () => {
    const site = new Site(3);
    site.charger.voucher(site.voucher(1), 2);
    assert.equal(site.screen, 'outlet-vehicle');
    site.charger.voucher(site.voucher(2), 2);
    assert.equal(site.screen, 'outlet-taken');
  });
});

describe('a number without a code', () => {
  it('shows that outlet, and changes nothing', () => {
    const site = new Site(6);
    site.charge(2, 1);
    site.plug(3, true);
    site.charger.fault('relay-unusable', true, 4);
    site.code(2);
    site.keys('5#');
    site.pass(12_000);
    for (const [keys, said] of [
      ['1#', /^Outlet 1 is free\. \| Type your code,/],
      ['2#', /^Outlet 2 charges\. \| Left {4}59:\d\d \| Stop: code or unplug/],
      ['3#', /^Outlet 3 is free, \| vehicle is seen/],
      ['4#', /^Outlet 4: \| Switch failed \| Out of order/],
      ['5#', /^Outlet 5: now \| plug in your vehicle/],
      ['7#', /^There is no such \| outlet: it is a \| number 1 to 6\./],
      ['0#', /^There is no such/],
    ] as const) {
      site.keys(keys);
      assert.match(site.say(), said);
    }
    assert.equal(site.journal.openRecords.length, 1);
  });

  it('and a bare * or # stop nobody: with several outlets only code or plug do', () => {
    const site = new Site(2);
    site.charge(2, 1);
    site.keys('2#*1#*1##*#');
    assert.equal(site.relays[1], true);
    assert.ok(!site.screens.some(({ name }) => name.startsWith('ask')));
  });
});

describe('the same code again, with several outlets', () => {
  it('that waits at its outlet is used, shows where, and is taken back with * and 1#', () => {
    const site = new Site(3);
    site.code(1);
    site.keys('2#');
    site.pass(12_000);
    site.code(1);
    assert.equal(site.charger.snapshot().outcome, 'used');
    assert.equal(site.say(), 'Your code waits at | outlet 2: plug in | your vehicle there. | * = take back');
    site.keys('*');
    assert.equal(site.screen, 'ask-take-back');
    site.keys('*');
    site.plug(2, true);
    assert.equal(site.relays[1], true, 'a second * was no');
    site.plug(2, false);
    site.pass(2 * MINUTE);
    site.code(5);
    site.keys('2#');
    site.code(5);
    site.keys('*1#');
    assert.equal(site.screen, 'cancelled');
    site.plug(2, true);
    assert.equal(site.relays[1], false);
    assert.ok(!site.journal.used.has(5));
  });

  it('that charges shows what is left, and is stopped with * and 1#', () => {
    const site = new Site(3);
    site.charge(2, 1);
    site.pass(15 * MINUTE);
    site.code(1);
    assert.match(site.say(), /^Your code charges \| at outlet 2\. \| Left {4}44:\d\d \| \* = stop/);
    site.keys('*1#');
    assert.equal(site.relays[1], false);
    assert.equal(site.closedOn(1)?.ended, 'stop-key');
    assert.match(site.say(), /^Receipt, outlet 2: \| Left 44:\d\d \| Stopped \| 0001/);
  });

  it('is asked about the outlet of its own, whichever else charges', () => {
    const site = new Site(3);
    site.charge(1, 1);
    site.charge(3, 2);
    site.code(2);
    site.keys('*1#');
    assert.deepEqual(site.relays, [true, false, false]);
  });
});

describe('more of the same', () => {
  it('is asked for, redeemed at once, and used after those before it; each has its own receipt', () => {
    const site = new Site(3);
    site.charge(2, 1, 30);
    site.code(2, 60);
    site.keys('2#');
    assert.equal(site.say(), 'Add 60 min | to outlet 2? | 1 and # = yes | * = no');
    assert.ok(!site.journal.used.has(2));
    site.keys('1#');
    assert.ok(site.journal.used.has(2));
    assert.match(site.say(), /^Outlet 2 charges\. \| Left {4}1:29:/);
    site.pass(45 * MINUTE);
    site.plug(2, false);
    assert.equal(site.closedOn(1)?.ended, 'used-up');
    assert.equal(site.closedOn(2)?.ended, 'unplugged');
    assert.match(site.say(), /^Receipt, outlet 2: \| Left 44:/);
  });

  it('is no to *, to silence, and to another code; nothing is used up then', () => {
    const site = new Site(3);
    site.charge(2, 1);
    site.code(2);
    site.keys('2#*');
    assert.equal(site.screen, 'choose', 'another outlet may be chosen');
    site.keys('2#');
    site.pass(10_000);
    assert.equal(site.screen, 'not-chosen');
    site.plug(1, true);
    site.keys('1#');
    assert.equal(site.screen, 'outlet-plugged', 'a yes that comes too late is no outlet');
    site.plug(1, false);
    site.code(2);
    site.keys('2#');
    site.code(3);
    site.keys('1#');
    assert.deepEqual([...site.journal.used], [1]);
    assert.equal(site.screen, 'outlet-vehicle', 'the third was given to outlet 1');
  });

  it('is taken back by its own code while it has not begun, with a receipt for the whole of it, and the charge goes on', () => {
    const site = new Site(3);
    site.charge(2, 1, 30);
    site.code(2, 60);
    site.keys('2#1#');
    site.code(2);
    assert.equal(site.say(), 'Your 60 min | is next at outlet 2 | * = take back');
    site.keys('*');
    assert.equal(site.say(), 'Take back 60 min | for a receipt? | 1 and # = yes | * = no');
    site.keys('1#');
    assert.equal(site.closedOn(2)?.ended, 'taken-back');
    assert.match(site.say(), /^Taken back \| Left 1:00:00/);
    assert.equal(site.relays[1], true);
    site.pass(30 * MINUTE);
    assert.equal(site.relays[1], false, 'it ends with what is left of the first');
  });

  it('stops nobody by its own code once it has begun; the first one does, though it is used up', () => {
    const site = new Site(3);
    site.charge(2, 1, 30);
    site.code(2, 60);
    site.keys('2#1#');
    site.pass(40 * MINUTE);
    site.code(2);
    assert.match(site.say(), /^Your code charges \| at outlet 2\. \| Left {4}49:\d\d \| First code stops it\.$/);
    site.keys('*1#');
    assert.equal(site.relays[1], true);
    site.code(1);
    assert.match(site.say(), /\* = stop$/);
    site.keys('*1#');
    assert.equal(site.relays[1], false);
    assert.equal(site.closedOn(2)?.ended, 'stop-key');
  });

  it('is stopped by the first one alone also after a power cut, and by no later one that is used up', () => {
    const site = new Site(3);
    site.charge(2, 1, 30);
    for (const sequence of [2, 3]) {
      site.code(sequence, 30);
      site.keys('2#1#');
    }
    site.pass(65 * MINUTE);
    assert.deepEqual([site.closedOn(1)?.ended, site.closedOn(2)?.ended], ['used-up', 'used-up']);
    site.powerCut();
    const stops = (sequence: number) => {
      site.code(sequence);
      site.keys('*1#');
      site.pass(13_000);
      return !site.relays[1];
    };
    site.pass(5000);
    assert.equal(site.relays[1], true, 'it goes on');
    assert.deepEqual(
      site.charger.snapshot().outlets[1]?.vouchers.map(({ sequence, delivered }) => [sequence, delivered >= 30]),
      [
        [1, true],
        [2, true],
        [3, false],
      ],
    );
    site.code(3);
    assert.equal(site.screen, 'your-part-min');
    assert.equal(stops(3), false);
    site.code(2);
    assert.equal(site.screen, 'used-up');
    assert.equal(stops(2), false);
    site.code(1);
    assert.equal(site.screen, 'your-charge-at-min');
    assert.equal(stops(1), true);
    assert.equal(site.closedOn(3)?.ended, 'stop-key');
  });

  it('keeps the order of its vouchers while control relay begins anew, too', () => {
    const site = new Site(2);
    site.charge(2, 1, 30);
    site.code(2, 60);
    site.keys('2#1#');
    site.pass(31 * MINUTE);
    site.charger.relay({ on: false, ready: false, restarting: true }, 2);
    site.pass(1000);
    assert.equal(site.relays[1], true, 'it goes on');
    site.code(2);
    assert.equal(site.screen, 'your-part-min');
    site.keys('*1#');
    assert.equal(site.relays[1], true);
    site.code(1);
    site.keys('*1#');
    assert.equal(site.relays[1], false);
    assert.deepEqual(
      site.charger.snapshot().outlets[1]?.vouchers.map(({ sequence }) => sequence),
      [1, 2],
    );
  });

  it('with one outlet too puts the one back that was asked about before, and says so', () => {
    const site = new Site(1);
    site.charge(1, 1);
    site.code(2);
    assert.equal(site.screen, 'ask-add');
    site.code(3, 30);
    assert.equal(site.say(), '1st code put back. | Add 30 min? | 1 and # = yes | * = no');
    site.code(3, 30);
    assert.equal(site.screen, 'ask-add', 'the same code again is the same question');
    site.keys('1#');
    assert.deepEqual([...site.journal.used], [1, 3]);
  });

  it('shows the receipts of both one after the other, when both had something left', () => {
    const site = new Site(1);
    site.code(1, 30);
    site.plug(1, true);
    site.code(2, 60);
    assert.equal(site.say(), 'Add 60 min | to this charge? | 1 and # = yes | * = no');
    site.keys('1#');
    assert.match(site.say(), /^Charging \| Left {4}1:30:00/);
    site.pass(MINUTE);
    site.plug(1, false);
    assert.match(site.say(), /^Receipt for refund: \| Left 29:00 \| 0001.* \| \* = next, 1 more$/);
    site.keys('*');
    assert.match(site.say(), /^Unplugged \| Left 1:00:00 \| Receipt for refund: \| 0002/);
  });
});
