// A station that sells energy, with a Modbus meter on a pseudo-terminal: the shipped flow, from keypad to receipt.
import assert from 'node:assert/strict';
import { ModbusSlave } from '../hardware/meter/modbus-slave.ts';
import { Applications, until } from '../support/applications.ts';
import { compactCode, stationKeyOf, unusedIn } from '../support/independent-codes.ts';

const MASTER = '0be3c1a94d8f4c6be6a49f9f2f6d1fd0c4cf6a1ac09b3b1f0f9a0c8c2c5f1a77';
const KEY = stationKeyOf(MASTER, 'CP-0001');
const ENERGY_KWH = 0x0048;
const POWER_W = 0x000c;
/** Of one Wh. */
const BOUGHT = 20;

describe('a charge sold by the Wh', function () {
  this.timeout(60_000);
  let meter: ModbusSlave;
  let running: Applications;
  before(async () => {
    meter = await ModbusSlave.open();
    meter.setFloat(0, 230);
    draw(1000, 0);
    running = await Applications.start({
      env: {
        MASTER_KEY: MASTER,
        STATION_UNIT: 'Wh',
        STATION_STEP: '1',
        STATION_SEQUENCE: 'counter',
        METER: 'modbus',
        METER_MODEL: 'sdm120',
        METER_PORT: meter.path,
      },
    });
  });
  after(async () => {
    await running?.remove();
    meter?.close();
  });
  function draw(wh: number, watts: number): void {
    meter.setFloat(ENERGY_KWH, wh / 1000);
    meter.setFloat(POWER_W, watts);
  }
  /** All requests of a poll, begun after this was called, are answered. */
  async function polled(): Promise<void> {
    const before = meter.requests;
    await until('the meter was read again', () => meter.requests >= before + 4);
  }

  it('ends within 6 s of the meter’s silence, and bills the last good reading', async () => {
    await polled();
    running.plug(true);
    const keys = await running.keys(`${compactCode(KEY, 'Wh', 1, BOUGHT, 1)}#`);
    assert.equal(keys.outcome, 'accepted', JSON.stringify(keys));
    await until('the relay is on', () => running.relayPin() === '1');
    for (const wh of [1001, 1003, 1005]) {
      draw(wh, 7000);
      await polled();
    }
    meter.behaviour = 'is silent';
    await until('the relay is off', () => running.relayPin() === '0', 6000);
    const { receipt, display } = await running.settled('a receipt', (state) => state.receipt !== null);
    assert.equal(
      unusedIn(receipt ?? '', KEY, 'Wh', 1, 1),
      Math.floor((155 * (BOUGHT - 5)) / BOUGHT),
      display.join('|'),
    );
    running.plug(false);
  });

  it('sells nothing while the meter is silent, and again once it answers', async () => {
    running.plug(true);
    const code = `${compactCode(KEY, 'Wh', 1, BOUGHT, 2)}#`;
    const refused = await running.keys(code);
    assert.equal(refused.state, 'fault');
    assert.match(refused.display.join(' '), /code was not used/);
    assert.equal(running.relayPin(), '0');
    meter.behaviour = 'answers';
    await polled();
    await running.settled('the station is ready', ({ state }) => state !== 'fault');
    const accepted = await running.keys(code);
    assert.equal(accepted.outcome, 'accepted', JSON.stringify(accepted));
    await until('the relay is on', () => running.relayPin() === '1');
    draw(1005 + BOUGHT + 1, 7000);
    await until('what was bought is used up', () => running.relayPin() === '0');
    const { state, receipt } = await running.settled('it is over', ({ relay }) => !relay);
    assert.equal(receipt, null, state);
  });
});
