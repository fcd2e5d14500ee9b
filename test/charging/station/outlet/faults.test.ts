import assert from 'node:assert/strict';
import { FAULTS, type FaultCode } from '../../../../charging/station/faults.ts';
import { Bench, MINUTE } from '../charger/bench.ts';

const codes = Object.keys(FAULTS) as FaultCode[];

describe('a fault', () => {
  for (const code of codes.filter((code) => FAULTS[code].only === undefined)) {
    it(`${code}: stops a charge, with a receipt, and starts no other`, () => {
      const bench = new Bench();
      bench.charge();
      bench.pass(15 * MINUTE);
      bench.charger.fault(code, true);
      assert.equal(bench.commanded, false);
      assert.equal(bench.state, 'fault');
      assert.equal(bench.journal.last?.ended, 'fault');
      assert.equal(bench.charger.snapshot().receipt, '000700000116');
      assert.match(bench.display, /0007 0000 0116/);
      bench.charger.voucher(bench.voucher(8));
      assert.equal(bench.journal.used.has(8), false);
      assert.equal(bench.screen, 'out-of-order');
    });

    it(`${code}: ends as its rule says`, () => {
      const bench = new Bench({ vehicle: true });
      bench.charger.fault(code, true);
      const over = () => bench.charger.snapshot().state === 'idle';
      assert.equal(over(), false);
      bench.charger.fault(code, false);
      assert.equal(over(), FAULTS[code].ends === 'cause');
      bench.charger.vehicle(false);
      assert.equal(over(), FAULTS[code].ends !== 'operator');
      bench.charger.service('end-session', 900);
      assert.equal(bench.state, 'idle');
    });
  }

  it('that still stands is not ended by an operator', () => {
    const bench = new Bench();
    bench.charger.fault('emergency-stop', true);
    bench.charger.service('end-session', 900);
    assert.equal(bench.state, 'fault');
  });

  it('leaves the code of a customer who waits to plug in unused', () => {
    const bench = new Bench();
    bench.charger.voucher(bench.voucher());
    bench.charger.fault('over-temperature', true);
    assert.equal(bench.state, 'fault');
    assert.equal(bench.screen, 'out-of-order');
    bench.charger.fault('over-temperature', false);
    bench.charger.vehicle(true);
    assert.equal(bench.commanded, false);
    assert.equal(bench.journal.used.size, 0);
  });

  it('hides no graver one', () => {
    const bench = new Bench();
    bench.charger.fault('gpio-lost', true);
    bench.charger.fault('emergency-stop', true);
    assert.match(bench.display, /Emergency stop/);
    bench.charger.fault('emergency-stop', false);
    assert.match(bench.display, /Wiring lost/);
  });

  it('is noted when it comes and when it goes', () => {
    const bench = new Bench();
    bench.charger.fault('emergency-stop', true);
    bench.charger.fault('emergency-stop', true);
    bench.charger.fault('emergency-stop', false);
    assert.deepEqual(bench.journal.notes, [
      { kind: 'fault', details: { code: 'emergency-stop' } },
      { kind: 'fault-over', details: { code: 'emergency-stop' } },
    ]);
  });

  it('that the session does not know is noted, and stops nothing', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.fault('display-lost', true);
    assert.equal(bench.state, 'charging');
    assert.deepEqual(bench.journal.notes.at(-1), { kind: 'notice', details: { code: 'display-lost' } });
  });

  it('of a relay that the session does not know stops it', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.relayFault('smells-of-smoke');
    assert.equal(bench.commanded, false);
    assert.equal(bench.state, 'fault');
  });

  it('of a receipt on the display is shown beside it', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.vehicle(false);
    bench.charger.fault('emergency-stop', true);
    assert.equal(bench.state, 'fault');
    assert.match(bench.display, /^Emergency stop \| Receipt for refund: \| 0007/);
    bench.charger.fault('emergency-stop', false);
    assert.equal(bench.state, 'receipt');
  });

  it('shows the kept receipt on *, also when it stood before the station started', () => {
    const bench = new Bench({ config: { unit: 'Wh' } });
    bench.charge(7, 1000);
    bench.pass(MINUTE);
    bench.silent = true;
    bench.pass(6000);
    const { receipt } = bench.charger.snapshot();
    assert.match(receipt!, /^0007/);
    bench.powerCut({ vehicle: false });
    bench.pass(6000);
    assert.equal(bench.state, 'fault');
    assert.match(bench.display, /Meter is silent .* \* shows last receipt/);
    assert.equal(bench.charger.snapshot().receipt, receipt);
    bench.charger.key('*');
    assert.match(bench.display, /^Meter is silent \| Receipt for refund: \| 0007/);
    bench.pass(10 * MINUTE);
    assert.match(bench.display, /Receipt for refund: \| 0007/);
    bench.silent = false;
    bench.pass(1000);
    assert.equal(bench.state, 'receipt');
  });

  it('says that there is no receipt when the last customer had none', () => {
    const bench = new Bench();
    bench.charger.fault('over-temperature', true);
    assert.equal(bench.screen, 'fault');
    bench.charger.key('*');
    assert.equal(bench.screen, 'no-receipt');
    assert.equal(bench.state, 'fault');
  });
});

describe('a relay', () => {
  it('that does not close within 3 s: the voucher comes back whole as a receipt', () => {
    const bench = new Bench();
    bench.stuck = false;
    bench.charge();
    assert.equal(bench.state, 'starting');
    bench.pass(2999);
    assert.equal(bench.state, 'starting');
    bench.pass(1);
    assert.equal(bench.state, 'fault');
    assert.equal(bench.commanded, false);
    assert.deepEqual(bench.charger.snapshot().faults, ['relay-did-not-close']);
    assert.equal(bench.journal.last?.delivered, 0);
    assert.equal(bench.charger.snapshot().receipt, '000700000155');
  });

  it('that does not open within 5 s is reported as stuck, until it is seen open', () => {
    const bench = new Bench();
    bench.charge();
    bench.pass(15 * MINUTE);
    bench.stuck = true;
    bench.charger.vehicle(false);
    assert.equal(bench.state, 'stopping');
    bench.pass(4999);
    assert.equal(bench.state, 'stopping');
    bench.pass(1);
    assert.equal(bench.state, 'fault');
    assert.deepEqual(bench.charger.snapshot().faults, ['relay-stuck-on']);
    assert.match(bench.display, /^Relay stuck ON \| Receipt for refund: \| 0007 0000 0116/);
    bench.relay(false);
    assert.equal(bench.state, 'receipt');
  });

  it('that is on without being told, and does not open, is a fault after 5 s, and no session starts meanwhile', () => {
    const bench = new Bench();
    bench.stuck = true;
    bench.relay(true);
    bench.charge();
    assert.equal(bench.journal.used.size, 0);
    bench.pass(5000);
    assert.deepEqual(bench.charger.snapshot().faults, ['relay-stuck-on']);
  });

  it('that opens by itself ends the session', () => {
    const bench = new Bench();
    bench.charge();
    bench.pass(MINUTE);
    bench.relay(false);
    assert.equal(bench.state, 'fault');
    assert.equal(bench.commanded, false);
    bench.charger.vehicle(false);
    assert.equal(bench.state, 'receipt');
  });

  it('whose guard is lost ends the session, and sells again when the guard is back', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.relayFault('guard-away', true);
    bench.relay(false);
    assert.deepEqual(bench.charger.snapshot().faults, ['guard-lost']);
    bench.charger.relayFault('guard-away', false);
    assert.equal(bench.state, 'receipt');
    bench.charger.voucher(bench.voucher(8));
    assert.equal(bench.state, 'charging');
  });

  it('of which two lines are lost is out of order until both are back', () => {
    const bench = new Bench();
    bench.charger.relayFault('line-failed', true);
    bench.charger.fault('gpio-lost', true);
    bench.charger.fault('gpio-lost', false);
    assert.deepEqual(bench.charger.snapshot().faults, ['gpio-lost'], "the relay's line is lost still");
    bench.charger.relayFault('line-failed', false);
    assert.deepEqual(bench.charger.snapshot().faults, []);
  });

  it('opens when the plug can no longer be sensed', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.vehicle(undefined);
    assert.equal(bench.commanded, false);
    assert.deepEqual(bench.charger.snapshot().faults, ['vehicle-unknown']);
    bench.charger.vehicle(true);
    assert.equal(bench.state, 'receipt');
  });
});

describe('a journal that takes no writes', () => {
  it('redeems nothing, closes no relay, and leaves the code good', () => {
    const bench = new Bench();
    bench.journal.failing.add('all');
    bench.charge();
    assert.equal(bench.state, 'fault');
    assert.ok(!bench.commands.includes(true));
    assert.equal(bench.screen, 'out-of-order');
    bench.journal.failing.clear();
    bench.pass(10_000);
    assert.equal(bench.state, 'idle');
    bench.charger.voucher(bench.voucher());
    assert.equal(bench.state, 'charging');
  });

  it('stops a charge at the next checkpoint; the receipt is shown when it is in the journal', () => {
    const bench = new Bench();
    bench.charge();
    bench.pass(30_000);
    bench.journal.failing.add('all');
    bench.pass(30_000);
    assert.equal(bench.state, 'fault');
    assert.equal(bench.commanded, false);
    assert.equal(bench.screen, 'fault-unclosed');
    assert.equal(bench.charger.snapshot().receipt, null);
    bench.pass(60_000);
    assert.equal(bench.state, 'fault');
    bench.journal.failing.clear();
    bench.pass(10_000);
    assert.equal(bench.state, 'receipt');
    assert.equal(bench.journal.last?.delivered, 1);
    assert.deepEqual(
      bench.journal.notes.map(({ kind }) => kind),
      ['fault', 'fault-over'],
      'what could not be noted is noted later',
    );
  });

  it('goes on with a voucher that reached the disk though the journal said it had failed', () => {
    const bench = new Bench();
    const redeem = bench.journal.redeem.bind(bench.journal);
    bench.journal.redeem = (voucher, opened) => {
      redeem(voucher, opened);
      bench.journal.redeem = redeem;
      throw new Error('the sync failed');
    };
    bench.charge();
    assert.equal(bench.state, 'fault');
    assert.ok(!bench.commands.includes(true));
    bench.pass(10_000);
    assert.equal(bench.state, 'charging');
  });

  it('makes a service code do nothing', () => {
    const bench = new Bench();
    bench.journal.failing.add('use-service');
    bench.charger.service('test-relay', 900);
    assert.ok(!bench.commands.includes(true));
    assert.equal(bench.state, 'fault');
  });

  it('keeps a bounded number of notes for later, and counts the others', () => {
    const bench = new Bench();
    bench.charger.fault('gpio-lost', true);
    bench.journal.failing.add('all');
    for (let i = 0; i < 200; i++) bench.charger.fault('emergency-stop', i % 2 === 0);
    bench.journal.failing.clear();
    bench.pass(20_000);
    const { notes } = bench.journal;
    assert.ok(notes.length < 110);
    assert.ok(notes.some(({ kind, details }) => kind === 'notes-lost' && (details as { count: number }).count > 90));
  });
});
