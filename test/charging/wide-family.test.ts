// The cloud and a station of the wide family, each the real one, with nothing between them but what people type.
import assert from 'node:assert/strict';
import { Station } from '../../charging/station/station.ts';
import type { StationSettings } from '../../charging/station/types.ts';
import { granted } from './cloud/answers.ts';
import { TestLedger } from './cloud/databases.ts';
import { Hands, lastReceipt, MINUTE, newFolder, removeFolders } from './station/support.ts';

describe('a wide station and its cloud', function () {
  this.timeout(180_000);
  let at: TestLedger;
  let station: Station;
  let settings: StationSettings;
  const clocks = new Hands();

  before(async () => {
    at = await TestLedger.open('sqlite');
    granted(await at.ledger.createStation({ id: 'SITE-1', layout: 'wide', slotSeconds: 120 }));
    const { station: stationId, key, ...terms } = granted(await at.ledger.provisioning('SITE-1'));
    settings = { ...terms, stationId, key: new Uint8Array(Buffer.from(key, 'hex')) };
    clocks.wall = at.now;
    clocks.builtMs = at.now - 86_400_000;
    station = Station.open(settings, { folder: newFolder(), clocks });
  });
  after(async () => {
    station.dispose();
    await at.ledger.close();
    removeFolders();
  });

  const pass = (ms: number) => {
    at.now += ms;
    clocks.pass(ms);
  };
  const issue = async (amount = 60) => granted(await at.ledger.issue({ client: 'app', station: 'SITE-1', amount }));
  const hears = (code: string) => {
    const verdict = station.verify(code);
    assert.equal(verdict.outcome, 'accepted', code);
    assert('voucher' in verdict);
    return verdict.voucher;
  };

  it('sells a code that opens the charger, and settles its receipt of 14 digits', async () => {
    const issued = await issue();
    const voucher = hears(issued.code);
    assert.deepEqual([voucher.amount, voucher.layout], [60, 'wide']);
    assert.deepEqual({ ...hears(issued.rescue.code), layout: 'wide' }, voucher);
    const opened = { voucher, delivered: 0 };
    assert.equal(station.redeem(voucher, opened), 'redeemed');
    assert.equal(station.verify(issued.rescue.code).outcome, 'used');
    station.close([{ ...opened, delivered: 20, ended: 'unplugged' }]);
    const { receipt } = lastReceipt(station)!;
    assert.match(receipt!, /^\d{14}$/);
    const settled = granted(await at.ledger.settle({ client: 'app', station: 'SITE-1', receipt: receipt! }));
    assert.equal(settled.request, issued.id);
    assert.ok(settled.unused <= 40 && settled.unused > 39.6, `${settled.unused}`);
    const named = { client: 'other', station: 'SITE-1', receipt: receipt!, code: issued.rescue.display };
    assert.deepEqual(await at.ledger.settle(named), await at.ledger.settle({ ...named, code: issued.code }));
  });

  it('has sold 128 codes at once, and each of them opens it up to 25 hours later, in any order', async () => {
    pass(60 * MINUTE);
    const codes: string[] = [];
    for (let i = 0; i < 128; i++) codes.push((await issue(30)).code);
    pass(25 * 60 * MINUTE);
    // The first, the last and some between, the newest first.
    const typed = codes.filter((_, i) => i % 16 === 0 || i === 127).toReversed();
    for (const code of typed) {
      const voucher = hears(code);
      const ended = { voucher, delivered: 30, ended: 'used-up' as const };
      assert.equal(station.redeem(voucher, ended), 'redeemed');
    }
    for (const code of typed) assert.equal(station.verify(code).outcome, 'used');
  });

  it('when its keypad is locked takes the rescue that came with the purchase', async () => {
    pass(3 * 60 * MINUTE);
    const issued = await issue();
    for (let i = 0; station.lockedForSeconds() === 0 && i < 20; i++) station.verify('001931637179');
    assert.equal(station.verify(issued.code).outcome, 'locked');
    const voucher = hears(issued.rescue.code);
    assert.equal(station.redeem(voucher, { voucher, delivered: 60, ended: 'used-up' }), 'redeemed');
  });

  it('is healed by one synchronization when its clock is a day behind', async () => {
    clocks.wall -= 86_400_000;
    const { code } = granted(await at.ledger.synchronize({ client: 'app', station: 'SITE-1' }));
    const verdict = station.verify(code);
    assert(verdict.outcome === 'accepted' && verdict.kind === 'service');
    assert.equal(station.useService('synchronize', verdict.sequence), 'done');
    hears((await issue()).code);
  });
});
