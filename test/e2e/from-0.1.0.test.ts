// A data folder of 0.1.0, as a power cut left it in the middle of a charge, under the applications of today.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolderOf010 } from '../fixtures/from-0.1.0.ts';
import { Applications, until } from '../support/applications.ts';

describe('a data folder of 0.1.0', function () {
  this.timeout(240_000);
  const old = dataFolderOf010();
  let running: Applications;
  before(async () => {
    running = await Applications.start({ dataDir: old.path });
  });
  after(async () => {
    await running.stop();
    old.remove();
  });
  const { app, operator } = old.facts.keys;
  const call = async (key: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(running.cloud + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('goes on with the charge that was under way, and gives back what is left of it when it is unplugged', async () => {
    await until('it charges again', () => running.relayPin() === '1', 60_000);
    running.plug(false);
    await until('the relay is off', () => running.relayPin() === '0', 60_000);
    const { receipt } = await running.settled('its receipt', ({ state }) => state === 'receipt', 60_000);
    const body = { station: 'CP-0001', receipt: receipt ?? '' };
    const settled = await call(app, '/receipts', body);
    assert.equal(settled.status, 200, JSON.stringify(settled.body));
    assert.equal(settled.body.request, old.facts.bought.open.id);
    assert.equal(settled.body.bought, 90);
    assert.ok(Number(settled.body.unused) > 80 && Number(settled.body.unused) < 90);
    assert.equal((await call(app, '/receipts', body)).status, 409);
  });

  it('honours no code a second time', async () => {
    running.plug(true);
    for (const name of ['settled', 'unsettled', 'open'] as const) {
      await running.keys(`${old.facts.bought[name].code}#`);
      const { outcome } = await running.state();
      assert.notEqual(outcome, 'accepted', name);
      assert.equal(running.relayPin(), '0', name);
    }
    running.plug(false);
  });

  it('sells, and the station takes what was sold', async () => {
    const bought = await call(
      app,
      '/charging-requests',
      { station: 'CP-0001', amount: 30 },
      { 'idempotency-key': 'new' },
    );
    assert.equal(bought.status, 201, JSON.stringify(bought.body));
    running.plug(true);
    await running.keys(`${bought.body.code}#`);
    await until('the relay is on', () => running.relayPin() === '1', 60_000);
    running.plug(false);
    await until('the relay is off', () => running.relayPin() === '0', 60_000);
  });

  it('keeps the flows that their owner edited, and says a version in the station’s file', async () => {
    for (const side of ['cloud', 'charger']) {
      const flow = JSON.parse(readFileSync(join(old.path, side, 'node-red/flow.json'), 'utf8')) as { name?: string }[];
      assert.ok(
        flow.some(({ name }) => name === 'Ours: added by the operator'),
        side,
      );
    }
    const station = JSON.parse(readFileSync(join(old.path, 'charger/station.json'), 'utf8'));
    assert.deepEqual([station.version, station.outlets, station.layout], [1, 1, 'compact']);
    const { status, body } = await call(operator, '/stations/CP-0001/provisioning');
    assert.equal(status, 200);
    assert.match(String(body.text), /^OC1:/);
  });
});
