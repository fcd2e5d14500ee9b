// `npm start` with twelve outlets: one flow, twelve relays under one guard.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Applications } from '../support/applications.ts';

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
  const only = (...on: readonly number[]) => NUMBERS.map((outlet) => (on.includes(outlet) ? '1' : '0')).join('');

  it('has a line for each, all relays off, and the cloud says how many there are', async () => {
    assert.equal(relays(), only());
    const { outlets, layout } = (await (await fetch(`${running.cloud}/stations/CP-0001`)).json()) as Record<
      string,
      unknown
    >;
    assert.deepEqual([outlets, layout], [OUTLETS, 'wide']);
  });
});
