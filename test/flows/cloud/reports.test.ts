// Reports over HTTP, against the running cloud, and alarms to a webhook.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { bodyOf, sealedText } from '../../support/independent-report.ts';
import { Cloud } from './support/cloud.ts';

const MASTER_KEY = '5a'.repeat(32);
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('reports that phones carry to the cloud', function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let receiver: Server;
  const told: Told[] = [];
  let answers: number[] = [];

  before(async () => {
    receiver = createServer((request, response) => {
      text(request).then((body) => {
        told.push({ headers: request.headers, body });
        response.writeHead(answers.shift() ?? 204).end();
        receiver.emit('told');
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    const webhook = { ALARM_WEBHOOK: `http://127.0.0.1:${port}/alarms`, ALARM_WEBHOOK_SECRET: SECRET };
    const env = { MASTER_KEY, ...webhook, RATE_LIMIT_VISITOR: '40' };
    cloud = await Cloud.start({ env });
    const price = { minorUnits: 120, currency: 'EUR' };
    await cloud.ask('POST', '/stations', { id: 'CP-0001', sequence: 'counter', price });
    await cloud.ask('POST', '/stations', { id: 'CP-0002', sequence: 'counter' });
  });
  after(async () => {
    await cloud?.remove();
    receiver?.close();
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  /** Lists the newest closed voucher alone, of which half is left. */
  const report = (number: number, faults: number[] = [], closed = 1) =>
    sealedText(
      stationKeyOf(MASTER_KEY, 'CP-0001'),
      bodyOf({
        journal: '00c0ffee',
        head: [1, 1, number, seconds(), closed],
        totals: [closed, 900, 0, 1, 0, 0],
        faults,
        closed: [[closed, 1, 2, 900, 77, 2, 0]],
        open: [],
        sureTime: 0,
      }),
    );
  const send = (text: string, station = 'CP-0001', headers: Record<string, string> = {}) =>
    cloud.ask('POST', `/stations/${station}/reports`, { report: text }, headers);

  it('are taken from anyone, once, and settle what was left', async () => {
    const bought = await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 });
    const text = report(1);
    const first = await send(text, 'CP-0001', { authorization: 'Bearer made-up' });
    assert.deepEqual([first.status, first.body], [200, { report: 1, sessions: 1, new: 1, missing: 0 }]);
    assert.equal(first.headers.get('cache-control'), 'no-store');
    const again = await send(text);
    assert.deepEqual(again.body, { report: 1, sessions: 1, new: 0, missing: 0 });
    for (let n = 2; n <= 4; n++) await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 });
    assert.deepEqual((await send(report(2, [], 4))).body, { report: 2, sessions: 1, new: 1, missing: 2 });
    const csv = await (await cloud.call('GET', '/ledger.csv')).text();
    const [head, row] = csv
      .trim()
      .split('\n')
      .map((line: string) => line.trim().split(','));
    const named = Object.fromEntries(head!.map((name: string, index: number) => [name, row![index]]));
    assert.deepEqual(
      [named.request, named.settled_from, named.delivered, named.end, named.refund_minor_units],
      [bought.body.id, 'report', '15', 'unplugged', '119'],
    );
  });

  it('are refused where no key of the station sealed them', async () => {
    const answer = await send(report(3), 'CP-0002');
    assert.deepEqual([answer.status, answer.body.type], [422, 'urn:offline-charging:problem:report-not-valid']);
    assert.equal((await send('AAAA')).status, 422);
    assert.equal((await send('')).status, 422);
    assert.equal((await send(report(3), 'CP-0009')).status, 404);
    assert.equal((await cloud.ask('POST', '/stations/CP-0001/reports', { report: 5 })).status, 400);
  });

  it('raise alarms that a webhook hears, signed, and again until it took them', async () => {
    answers = [500];
    const heard = once(receiver, 'told');
    assert.equal((await send(report(9, [3], 4))).status, 200);
    await heard;
    const { headers, body } = told.at(-1)!;
    const { type, data } = new Webhook(SECRET).verify(body, headers as Record<string, string>) as Told & {
      readonly type: string;
      readonly data: { readonly id: string; readonly station: string; readonly evidence: object };
    };
    assert.deepEqual(
      [type, data.station, data.evidence],
      ['alarm.fault-standing', 'CP-0001', { fault: 3, name: 'relay-stuck-on' }],
    );
    assert.equal(headers['webhook-id'], data.id);
    assert.doesNotMatch(cloud.output, /whsec_/);
    if (told.length < 2) await once(receiver, 'told');
    assert.equal(told[1]!.headers['webhook-id'], data.id);
    assert.match(cloud.output, /could not be told to the webhook: it answered 500/);
  });

  it('are counted for Prometheus', async () => {
    const metrics = await (await cloud.call('GET', '/metrics')).text();
    assert.match(metrics, /^offline_charging_reports_heard_total 4$/m);
    assert.match(metrics, /^offline_charging_vouchers_told_total 2$/m);
    for (const name of ['stations_silent 0', 'vouchers_missing 2', 'vouchers_unexplained 0', 'alarms_unseen \\d']) {
      assert.match(metrics, new RegExp(`^offline_charging_${name}$`, 'm'));
    }
  });

  it('are taken from one address so often a minute and no more', async () => {
    const statuses: number[] = [];
    while (statuses.length < 41 && statuses.at(-1) !== 429) statuses.push((await send('AAAA')).status);
    assert.deepEqual([...new Set(statuses)], [422, 429]);
    const later = await send('AAAA');
    assert.ok(Number(later.headers.get('retry-after')) > 0);
    const sold = await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 });
    assert.equal(sold.status, 201, 'who buys is not kept waiting for it');
  });
});
