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
    assert.equal(site.screen, 'choose', 'silence is no');
    assert.equal(site.journal.used.size, 0);
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
    assert.equal(site.screen, 'choose');
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

describe('what outlets have to tell', () => {
  it('comes after whoever is at the keypad, who reads and types on', () => {
    const site = new Site(3);
    site.charge(1, 1, 30);
    site.code(2);
    site.plug(1, false);
    assert.equal(site.screen, 'choose', 'whose receipt it is waits');
    site.keys('2#');
    assert.equal(site.screen, 'outlet-vehicle');
    site.pass(12_000);
    assert.equal(site.screen, 'receipt-at-min');
    assert.match(site.say(), /^Receipt, outlet 1:/);
    site.pass(59_000);
    assert.equal(site.screen, 'receipt-at-min', 'for its whole time');
    site.pass(1000);
    assert.equal(site.screen, 'idle-several');
  });

  it('comes one after the other, and * goes on to the next', () => {
    const site = new Site(3);
    site.charge(1, 1);
    site.charge(2, 2);
    site.plug(1, false);
    site.plug(2, false);
    assert.equal(site.screen, 'receipt-next-at-min');
    assert.match(site.say(), /^Receipt, outlet 1: .*\* = next, 1 more$/);
    site.keys('#');
    assert.equal(site.screen, 'receipt-next-at-min', 'a # wipes nothing');
    site.keys('*');
    assert.match(site.say(), /^Receipt, outlet 2:/);
    site.keys('*');
    assert.equal(site.screen, 'idle-several');
  });

  it('says of which outlet it is', () => {
    const site = new Site(3);
    site.code(1);
    site.keys('3#');
    site.pass(120_000);
    assert.match(site.say(), /^Outlet 3: nothing \| plugged in/);
    site.charge(2, 2, 30);
    site.pass(30 * MINUTE);
    assert.equal(site.screens.find(({ name }) => name === 'thanks-at')?.values.outlet, 2);
  });

  it('is not told to the next customer while they type', () => {
    const site = new Site(3);
    site.code(1);
    site.keys('3#');
    site.pass(110_000);
    site.code(2);
    site.pass(10_000);
    assert.equal(site.screen, 'choose');
    site.keys('*');
    site.pass(12_000);
    assert.equal(site.screen, 'not-plugged-in-at', 'but afterwards');
  });
});

describe('one outlet out of order', () => {
  it('sells the others, and the idle screen says which are which', () => {
    const site = new Site(4);
    site.charger.fault('relay-unusable', true, 2);
    assert.equal(site.say(), 'Free: 1,3,4 | Type your code, | then press # | Out of order: 2');
    site.charge(1, 1);
    assert.equal(site.relays[0], true);
  });

  it('that is dangerous is warned of on every screen, by its number, and covers nothing that is needed', () => {
    const site = new Site(12);
    site.charger.fault('relay-stuck-on', true, 5);
    assert.match(site.say(), /^5 live! Keep away/);
    assert.match(site.sayShort(), /^5 LIVE:keep off/);
    site.code(1);
    assert.match(site.say(), /^5 live! Keep away \| Good for 60 min: \| outlet number and #/);
    site.keys('3#');
    site.plug(3, true);
    assert.match(site.say(), /^5 live! Keep away \| Outlet 3 charges/);
    site.charger.typed('0');
    assert.match(site.say(), /5 live! Keep away/);
  });
});

describe('a station that has not the power for all', () => {
  it('says so to who waits for it', () => {
    const site = new Site(2, { stationPowerW: 5000, outletPowerW: 4000 });
    site.charge(1, 1);
    site.code(2);
    site.keys('2#');
    site.plug(2, true);
    site.pass(5000);
    assert.equal(site.say(), 'Outlet 2: no power | to spare yet. Stay, | starts by itself.');
    site.plug(1, false);
    assert.deepEqual(site.relays, [false, true]);
  });
});

describe('an operator at several outlets', () => {
  it('is asked for the outlet of a relay test, whose code is used up then', () => {
    const site = new Site(3);
    site.charger.service('test-relay', 900);
    assert.equal(site.screen, 'choose-test');
    site.plug(1, true);
    site.keys('1#');
    assert.equal(site.screen, 'test-refused');
    assert.equal(site.journal.used.size, 0);
    site.keys('2#');
    assert.deepEqual(site.relays, [false, true, false]);
    assert.ok(site.journal.used.has(900));
    assert.match(site.say(), /^Outlet 2: relay \| test\./);
    site.pass(10_000);
    assert.deepEqual(site.relays, [false, false, false]);
  });

  it('is asked for the outlet of end-session, and * or silence leave the code as it is', () => {
    const site = new Site(3);
    site.charge(2, 1);
    site.charge(3, 2);
    site.charger.service('end-session', 901);
    assert.equal(site.screen, 'choose-end');
    site.keys('*');
    assert.equal(site.screen, 'service-unused');
    site.charger.service('end-session', 901);
    site.pass(60_000);
    assert.equal(site.screen, 'service-unused');
    assert.ok(!site.journal.used.has(901));
    site.charger.service('end-session', 901);
    site.keys('0#');
    assert.equal(site.screen, 'outlet-unknown');
    site.keys('3#');
    assert.deepEqual(site.relays, [false, true, false]);
    assert.equal(site.closedOn(2)?.ended, 'service');
  });
});

describe('after a power cut', () => {
  for (const outlets of [1, 3]) {
    it(`the idle screen of ${outlets === 1 ? 'one outlet' : 'several'} says for ten minutes that codes which waited are to be typed again`, () => {
      const site = new Site(outlets);
      site.code(1);
      if (outlets > 1) site.keys('2#');
      Object.assign(site.journal, { wasOff: true });
      site.powerCut();
      assert.equal(site.say(), 'Power was cut: | type your code again | if it had not begun, | then press #');
      site.code(1);
      assert.equal(site.screen, outlets === 1 ? 'armed' : 'choose', 'it was not used up');
      site.keys('*');
      site.pass(10 * MINUTE);
      assert.equal(site.screen, outlets === 1 ? 'idle' : 'idle-several');
      site.powerCut();
      assert.notEqual(site.screen, 'idle-again', 'once');
    });
  }
});

describe('the other language', () => {
  it('is a key away, and goes back by itself a minute after the last key', () => {
    for (const outlets of [1, 3]) {
      const site = new Site(outlets);
      const spoken = () => site.screens.at(-1)!.otherLanguage === true;
      site.charger.key('A');
      assert.equal(spoken(), true);
      site.pass(50_000);
      site.charger.typed('0');
      site.pass(50_000);
      assert.equal(spoken(), true, 'whoever types reads on');
      site.pass(10_000);
      assert.equal(spoken(), false);
      site.charger.key('A');
      site.charger.key('A');
      assert.equal(spoken(), false);
    }
  });

  it('is * where that says nothing else: with several outlets, and nothing on the display', () => {
    const site = new Site(3);
    site.keys('*');
    assert.equal(site.screens.at(-1)!.otherLanguage, true);
    assert.equal(site.screen, 'idle-several');
  });
});
