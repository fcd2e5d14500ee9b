// `npm start` with twelve outlets: one flow, twelve relays under one guard.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Applications, until } from '../support/applications.ts';

const OUTLETS = 12;
const NUMBERS = Array.from({ length: OUTLETS }, (_, index) => index + 1);

describe('a station with twelve outlets', function () {
  this.timeout(120_000);
  let running: Applications;
  before(async () => {
    running = await Applications.start({
      env: { STATION_OUTLETS: String(OUTLETS), STATION_OUTLET_NAMES: 'Gate; Wall' },
    });
  });
  after(() => running.remove());

  const pin = (first: string, outlet: number) =>
    join(running.dataDir, 'pins', outlet === 1 ? first : `${first}-${outlet}`);
  const relays = () => NUMBERS.map((outlet) => readFileSync(pin('relay', outlet), 'utf8').trim()).join('');
  const plug = (outlet: number, connected: boolean) => writeFileSync(pin('vehicle', outlet), connected ? '1' : '0');
  const only = (...on: readonly number[]) => NUMBERS.map((outlet) => (on.includes(outlet) ? '1' : '0')).join('');

  it('has a line for each, all relays off, and the cloud says how many there are', async () => {
    assert.equal(relays(), only());
    const { outlets, layout } = (await (await fetch(`${running.cloud}/stations/CP-0001`)).json()) as Record<
      string,
      unknown
    >;
    assert.deepEqual([outlets, layout], [OUTLETS, 'wide']);
  });

  it('charges at the outlet that is chosen, at two of them at once, and stops the one that is unplugged', async () => {
    for (const outlet of [3, 12]) {
      plug(outlet, true);
      const { code } = await running.buy(60);
      assert.match(code, /^\d{12}$/);
      await running.keys(`${code}#${outlet}#`);
      await until(`relay ${outlet} is on`, () => relays()[outlet - 1] === '1');
    }
    assert.equal(relays(), only(3, 12));
    plug(3, false);
    await until('relay 3 is off', () => relays() === only(12));
  });

  it('lets all relays go when the charger is killed, and goes on afterwards with what is left', async () => {
    process.kill(running.pid('charger'), 'SIGKILL');
    await until('all are off', () => relays() === only());
    await until('outlet 12 goes on', () => relays() === only(12), 60_000);
  });
});
