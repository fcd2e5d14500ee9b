// The talk at a station with several outlets: what they have to tell, which is out of order, who waits for power.
import assert from 'node:assert/strict';
import { MINUTE, Site } from './site.ts';

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

  it('is the receipt of whoever unplugs at once, in the place of how the outlet stands, and for its whole time', () => {
    const site = new Site(3);
    site.code(1);
    site.keys('3#');
    site.plug(3, true);
    site.pass(2000);
    assert.equal(site.screen, 'outlet-charging-min');
    site.plug(3, false);
    assert.match(site.say(), /^Receipt, outlet 3:/);
    site.pass(59_000);
    assert.match(site.say(), /^Receipt, outlet 3:/);
    site.pass(1000);
    assert.equal(site.screen, 'idle-several');
  });

  it('is not put away by the * of somebody who reads something else', () => {
    const site = new Site(3);
    site.charge(1, 1);
    site.keys('2#');
    site.plug(1, false);
    assert.equal(site.screen, 'outlet-free');
    site.keys('*');
    assert.match(site.say(), /^Receipt, outlet 1:/);
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

  it('pauses the younger where more is drawn, and says so to whoever types its code, who may stop it', () => {
    const site = new Site(2, { stationPowerW: 5000 });
    const read = (powerW: number) => {
      for (const outlet of [1, 2]) site.charger.meter({ energyWh: 1000, powerW }, outlet);
    };
    read(0);
    site.charge(1, 1);
    site.charge(2, 2);
    read(3000);
    assert.deepEqual(site.relays, [true, false]);
    site.code(2);
    assert.equal(site.say(), 'Your code pauses at | outlet 2: no power. | Goes on by itself. | * = stop');
    site.keys('*1#');
    assert.equal(site.closedOn(2)?.ended, 'stop-key');
  });

  it('with one outlet pauses it, says so, lets its time stand still and tries again; * stops it', () => {
    const site = new Site(1, { stationPowerW: 2000 });
    site.charge(1, 1);
    site.charger.meter({ energyWh: 1000, powerW: 3000 });
    assert.equal(site.relays[0], false);
    assert.equal(site.say(), 'Charging pauses: no | power to spare. It | goes on by itself. | * = stop');
    const left = site.charger.snapshot().remaining;
    site.pass(9 * MINUTE);
    assert.equal(site.charger.snapshot().remaining, left);
    site.code(1);
    assert.equal(site.screen, 'paused-power', 'its own code shows the same');
    site.pass(MINUTE);
    assert.equal(site.relays[0], true);
    site.charger.meter({ energyWh: 1001, powerW: 3000 });
    site.keys('*1#');
    assert.equal(site.closedOn(1)?.ended, 'stop-key');
    assert.ok(site.closedOn(1)?.receipt);
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
