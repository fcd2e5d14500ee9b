import assert from 'node:assert/strict';
import { Applications, until } from '../support/applications.ts';
import { compactCode, stationKeyOf, unusedIn } from '../support/independent-codes.ts';

const MASTER = 'ca26ede94fb6fc4f398c263f902dbefb383c3fbf6dfc43909636bc8c182586fb';
const KEY = stationKeyOf(MASTER, 'CP-0001');

describe('cut off at any moment', function () {
  this.timeout(120_000);
  let running: Applications;
  before(async () => {
    running = await Applications.start({ env: { MASTER_KEY: MASTER, STATION_SEQUENCE: 'counter' } });
  });
  after(() => running.remove());
  const codeOf = (n: number, quantity = 2) => `${compactCode(KEY, 'min', 30, quantity, n)}#`;

  it('the relay is off within 50 ms of the charger’s death, and the session goes on after its restart', async () => {
    running.plug(true);
    await running.keys(codeOf(1));
    await until('the relay is on', () => running.relayPin() === '1');
    await running.settled('charging', ({ state }) => state === 'charging');
    const start = performance.now();
    process.kill(running.pid('charger'), 'SIGKILL');
    await until('the relay is off', () => running.relayPin() === '0', 1000);
    // The bound is the product's promise; the rest is for a busy machine to notice it.
    assert.ok(performance.now() - start < 50 + 150, `${performance.now() - start} ms`);
    await until('the charger is back and charges on', () => running.relayPin() === '1', 30_000);
    await running.settled('charging', ({ state }) => state === 'charging');
    assert.equal((await running.keys(codeOf(1))).outcome, 'used');
  });

  it('a second charger on the same data folder is refused, and the first charges on', async () => {
    await running.settled('charging', ({ state }) => state === 'charging');
    for (const only of [undefined, 'charger'] as const) {
      await assert.rejects(
        Applications.start({ dataDir: running.dataDir, env: { MASTER_KEY: MASTER }, ...(only && { only }) }),
        /Another charger runs on .*DATA_DIR/,
      );
    }
    assert.equal((await running.state()).state, 'charging');
    assert.equal(running.relayPin(), '1');
  });

  it('a hung charger loses the relay within 2.1 s', async () => {
    await until('the relay is on', () => running.relayPin() === '1');
    const charger = running.pid('charger');
    process.kill(charger, 'SIGSTOP');
    try {
      await until('the relay is off', () => running.relayPin() === '0', 2100 + 150);
    } finally {
      process.kill(charger, 'SIGCONT');
    }
    running.plug(false);
    await running.settled('it is unplugged', ({ relay, vehicle, state }) => !relay && !vehicle && state === 'receipt');
  });

  it('after a power cut the station goes on with what is left while the vehicle is there', async () => {
    running.plug(true);
    await running.keys(codeOf(2));
    await until('the relay is on', () => running.relayPin() === '1');
    await running.cutPower();
    await running.start();
    assert.equal(await until('it charges on', () => running.relayPin() === '1', 10_000), undefined);
    assert.equal((await running.keys(codeOf(2))).outcome, 'used');
  });

  it('after a power cut it gives a receipt for the rest when the vehicle is gone', async () => {
    await running.cutPower();
    running.plug(false);
    await running.start();
    const { receipt } = await running.settled('a receipt', (state) => state.receipt !== null);
    assert.equal(running.relayPin(), '0');
    const unused = unusedIn(receipt ?? '', KEY, 'min', 30, 2);
    assert.ok(unused !== undefined && unused >= 150, `unused is ${unused}`);
    const settled = await running.post('/receipts', { station: 'CP-0001', receipt });
    // The voucher was never bought from this cloud: it was made by the test.
    assert.equal(settled.status, 404);
  });

  it('the guard’s own death is seen, the relay is off at once, however often, and the station says so', async () => {
    for (let n = 3; n < 8; n++) {
      running.plug(true);
      await running.settled('nothing stands against a charge', ({ state }) => state === 'idle' || state === 'receipt');
      await running.keys(codeOf(n));
      await until('the relay is on', () => running.relayPin() === '1');
      process.kill(running.pid('guard'), 'SIGKILL');
      await until('the relay is off', () => running.relayPin() === '0', 500 + 150);
      const state = await running.settled('the station has noticed', ({ state }) => state !== 'charging');
      assert.equal(state.relay, false);
      running.plug(false);
    }
  });

  it('a hung guard is replaced within 2.1 s, the relay off first, and the station says so', async () => {
    await running.settled('the guard is back', ({ state }) => state === 'idle' || state === 'receipt');
    running.plug(true);
    await running.keys(codeOf(8));
    await until('the relay is on', () => running.relayPin() === '1');
    const hung = running.pid('guard');
    process.kill(hung, 'SIGSTOP');
    await until('the relay is off', () => running.relayPin() === '0', 2100 + 150);
    await running.settled('a receipt', ({ receipt, relay }) => receipt !== null && !relay);
    await running.settled('the next guard is there', ({ state }) => state === 'receipt' || state === 'idle');
    assert.notEqual(running.pid('guard'), hung);
    assert.match(running.output, /\[guard\] hangs/);
    running.plug(false);
  });

  it('stopped while its guard hangs, it leaves the relay off', async () => {
    running.plug(true);
    await running.keys(codeOf(9));
    await until('the relay is on', () => running.relayPin() === '1');
    process.kill(running.pid('guard'), 'SIGSTOP');
    assert.equal(await running.stop(), 0);
    assert.equal(running.relayPin(), '0');
    running.plug(false);
    await running.start();
  });

  it('no number is issued twice when the cloud is killed again and again', async () => {
    const seen = new Set<string>();
    let answered = 0;
    for (let round = 0; round < 3; round++) {
      const cloud = running.pid('cloud');
      const asking = Array.from({ length: 20 }, async () => {
        const response = await running.post('/charging-requests', { station: 'CP-0001', amount: 30 });
        if (response.status !== 201) return;
        const { code } = (await response.json()) as { code: string };
        answered++;
        assert.ok(!seen.has(code), `${code} was given out twice`);
        seen.add(code);
        if (answered % 7 === 0) process.kill(cloud, 'SIGKILL');
      });
      await Promise.allSettled(asking);
      if (asking.length) {
        const outcomes = await Promise.allSettled(asking);
        const twice = outcomes.find((each) => each.status === 'rejected' && /twice/.test(String(each.reason)));
        assert.equal(twice, undefined);
      }
      await until(
        'the cloud is back',
        async () => {
          try {
            return (await fetch(`${running.cloud}/healthz`)).status === 200;
          } catch {
            return false;
          }
        },
        30_000,
      );
    }
    assert.ok(answered > 0);
  });
});
