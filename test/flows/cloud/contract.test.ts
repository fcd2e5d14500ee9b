import assert from 'node:assert/strict';
import { request } from 'node:http';
import { Cloud } from './support/cloud.ts';

describe('the HTTP contract of the running cloud', function () {
  this.timeout(60_000);
  let cloud: Cloud;
  before(async () => {
    cloud = await Cloud.start();
    for (const [id, more] of [
      ['CP-0001', {}],
      ['COUNTER', { sequence: 'counter', layout: 'long', price: { minorUnits: 120, currency: 'EUR' } }],
    ] as const) {
      assert.equal((await cloud.ask('POST', '/stations', { id, ...more })).status, 201);
    }
  });
  after(() => cloud.remove());

  const ask = (...call: Parameters<Cloud['ask']>) => cloud.ask(...call);

  function assertProblem({ status, headers, body }: Awaited<ReturnType<Cloud['ask']>>, expected: number): void {
    assert.equal(status, expected, JSON.stringify(body));
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.match(body.type, /^urn:offline-charging:problem:[a-z-]+$/);
    assert.equal(body.status, expected);
    assert.ok(body.title.length > 0 && body.detail.length > 0);
  }

  /** Not by fetch, which asks for everything anew by itself. */
  function statusIfNoneMatch(path: string, etag: string): Promise<number> {
    return new Promise((resolve, reject) => {
      request(cloud.url + path, { headers: { 'if-none-match': etag } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  it('sells a code of ten digits and finds it again, in either layout, for the same client alone', async () => {
    const bought = await ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 });
    assert.equal(bought.status, 201);
    assert.match(bought.body.code, /^\d{10}$/);
    assert.equal(bought.body.display.replaceAll(' ', ''), bought.body.code);
    assert.equal(bought.headers.get('location'), `/charging-requests/${bought.body.id}`);
    assert.equal(bought.headers.get('cache-control'), 'no-store');

    const again = await ask('GET', `/charging-requests/${bought.body.id}`);
    assert.deepEqual(again.body, bought.body);
    const long = await ask('GET', `/charging-requests/${bought.body.id}?layout=long`);
    assert.match(long.body.code, /^\d{12}$/);
    assert.equal(long.body.amount, 60);

    const somebodyElse = { cookie: 'visitor=AAAAAAAAAAAAAAAAAAAAAA' };
    assertProblem(await ask('GET', `/charging-requests/${bought.body.id}`, undefined, somebodyElse), 404);
  });

  it('gives the same code for the same idempotency key, and 409 for the same key with another body', async () => {
    const key = { 'idempotency-key': 'purchase-1' };
    const first = await ask('POST', '/charging-requests', { station: 'COUNTER', amount: 60 }, key);
    const second = await ask('POST', '/charging-requests', { station: 'COUNTER', amount: 60 }, key);
    assert.equal(second.status, 201);
    assert.deepEqual(second.body, first.body);
    assert.deepEqual(first.body.price, { minorUnits: 240, currency: 'EUR' });
    assertProblem(await ask('POST', '/charging-requests', { station: 'COUNTER', amount: 90 }, key), 409);
    const other = await ask('POST', '/charging-requests', { station: 'COUNTER', amount: 60 });
    assert.notEqual(other.body.code, first.body.code);
  });

  it('says 422 to an amount that is a number and not sold', async () => {
    for (const amount of ['0', '-30', '45', '1e9', '60.5', '1e400', '-1e400']) {
      assertProblem(await ask('POST', '/charging-requests', `{"station":"CP-0001","amount":${amount}}`), 422);
    }
  });

  it('says 400 to what is malformed, and where', async () => {
    for (const amount of ['"60"', 'null', 'true', '[60]', '{}']) {
      const refused = await ask('POST', '/charging-requests', `{"station":"CP-0001","amount":${amount}}`);
      assertProblem(refused, 400);
      assert.equal(refused.body.errors[0].pointer, '#/amount');
    }
    for (const body of [
      '{"station":"CP-0001"}',
      '{"amount":60}',
      '{"station":7,"amount":60}',
      '{"station":null,"amount":60}',
      '[]',
      'null',
      '"{\\"station\\":\\"CP-0001\\",\\"amount\\":60}"',
      '{"station":"CP-0001","amount":60',
      "{'station':'CP-0001'}",
      'station=CP-0001&amount=60',
      '[['.repeat(4000),
      '',
      ' ',
    ]) {
      assertProblem(await ask('POST', '/charging-requests', body), 400);
    }
  });

  it('ignores properties that the contract does not know', async () => {
    const body = '{"station":"COUNTER","amount":30,"__proto__":{"amount":1},"client":"somebody else","price":0}';
    const bought = await ask('POST', '/charging-requests', body);
    assert.equal(bought.status, 201);
    assert.equal(bought.body.amount, 30);
    assert.deepEqual(bought.body.price, { minorUnits: 120, currency: 'EUR' });
  });

  it('says 404 to a station that is not there, whatever its id looks like', async () => {
    for (const station of [
      'CP-9999',
      '',
      "CP'; DROP TABLE stations; --",
      '../CP-0001',
      'CP\n0001',
      '\ud800',
      'x'.repeat(9000),
    ]) {
      assertProblem(await ask('POST', '/charging-requests', { station, amount: 60 }), 404);
    }
    assertProblem(await ask('GET', '/stations/..%2F..%2Fetc%2Fpasswd'), 404);
    assertProblem(await ask('GET', '/stations/CP%00'), 404);
  });

  it('refuses bodies that are not plain JSON in UTF-8', async () => {
    const body = '{"station":"CP-0001","amount":60}';
    for (const [name, value] of [
      ['content-type', 'text/plain'],
      ['content-type', 'application/x-www-form-urlencoded'],
      ['content-type', 'multipart/form-data; boundary=x'],
      ['content-type', 'application/json; charset=latin1'],
      ['content-type', ''],
      ['content-encoding', 'gzip'],
      ['content-encoding', 'br'],
    ] as const) {
      assertProblem(await ask('POST', '/charging-requests', body, { [name]: value }), 415);
    }
    const bytes = Buffer.from(`{"station":"CP-0001","amount":60,"note":"\xff"}`, 'latin1');
    const answer = await fetch(`${cloud.url}/charging-requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: bytes,
    });
    assert.equal(answer.status, 400);
    const utf8 = await ask(
      'POST',
      '/charging-requests',
      { station: 'COUNTER', amount: 30 },
      {
        'content-type': 'application/vnd.charging+json; charset="UTF-8"',
      },
    );
    assert.equal(utf8.status, 201);
    // As Windows programs write UTF-8: with a mark at its beginning.
    const marked = await ask('POST', '/charging-requests', '\uFEFF{"station":"COUNTER","amount":30}');
    assert.equal(marked.status, 201);
  });

  it('needs no body to retire a station, and reads none that it cannot bound', async () => {
    assert.equal((await ask('POST', '/stations', { id: 'CP-0200' })).status, 201);
    const json = { 'content-type': 'application/json' };
    for (const [body, headers] of [
      ['{bad}', json],
      ['"x"', json],
      ['null', json],
      ['1', { 'content-type': 'application/json; charset=utf-16' }],
      ['no gzip', { ...json, 'content-encoding': 'gzip' }],
      ['a=b', { 'content-type': 'no type at all' }],
    ] as const) {
      assertProblem(await ask('DELETE', '/stations/CP-9999', body, headers), 404);
    }
    assert.equal((await ask('DELETE', '/stations/CP-0200', '{bad}')).status, 200);
    assertProblem(await ask('DELETE', '/stations/CP-0200', 'x'.repeat(6_000_000), json), 413);
    const metrics = await (await cloud.call('GET', '/metrics')).text();
    assert.match(metrics, /_http_requests_total\{operation="retireStation",status="404"\} 6/);
  });

  it('says 405 with what a path answers, 204 to OPTIONS, and 404 to any other path', async () => {
    for (const [method, path, allow] of [
      ['GET', '/charging-requests', 'POST, OPTIONS'],
      ['PUT', '/charging-requests', 'POST, OPTIONS'],
      ['DELETE', '/charging-requests/x', 'GET, HEAD, OPTIONS'],
      ['PATCH', '/receipts/', 'POST, OPTIONS'],
      ['POST', '/stations/CP-0001', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
      ['POST', '/charge/CP-0001', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const refused = await ask(method, path);
      assertProblem(refused, 405);
      assert.equal(refused.headers.get('allow'), allow);
      const options = await cloud.call('OPTIONS', path);
      assert.equal(options.status, 204);
      assert.equal(options.headers.get('allow'), allow);
    }
    for (const path of ['/', '/nothing', '/charging-requests/a/b', '/stations/CP-0001/key', '/.env']) {
      assertProblem(await ask('GET', path), 404);
    }
    const trace = await new Promise<number>((resolve, reject) => {
      request(`${cloud.url}/stations/CP-0001`, { method: 'TRACE' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(trace, 405);
  });

  it('says 400 to a path that cannot be decoded', async () => {
    for (const path of ['/stations/%', '/stations/%zz', '/charging-requests/%ff', '/charge/%c3%28', '/%']) {
      assertProblem(await ask('GET', path), 400);
    }
  });

  it('answers HEAD as GET without a body', async () => {
    for (const path of ['/stations/CP-0001', '/healthz', '/openapi.json', '/charge/CP-0001', '/ledger.csv']) {
      const head = await cloud.call('HEAD', path);
      assert.equal(head.status, 200, path);
      assert.equal(await head.text(), '');
    }
  });

  it('refuses idempotency keys and queries that make no sense', async () => {
    const body = { station: 'COUNTER', amount: 30 };
    assertProblem(await ask('POST', '/charging-requests', body, { 'idempotency-key': '' }), 400);
    assertProblem(await ask('POST', '/charging-requests', body, { 'idempotency-key': 'a b' }), 400);
    assertProblem(await ask('POST', '/charging-requests', body, { 'idempotency-key': 'k'.repeat(256) }), 400);
    const { id } = (await ask('POST', '/charging-requests', body, { 'idempotency-key': 'k'.repeat(255) })).body;
    for (const query of ['layout=LONG', 'layout=', 'layout=long&layout=long', 'layout[x]=long']) {
      assertProblem(await ask('GET', `/charging-requests/${id}?${query}`), 400);
    }
    for (const query of ['limit=0', 'limit=x', 'limit=501', 'limit=-1', 'retired=maybe']) {
      assertProblem(await ask('GET', `/stations?${query}`), 400);
    }
  });

  it('never answers with a script, however it is asked', async () => {
    const answer = await cloud.call('GET', '/stations/CP-0001?callback=steal');
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal((await answer.json()).id, 'CP-0001');
  });

  it('brings a station into step with 15 digits, without a body', async () => {
    const made = await ask('POST', '/stations/CP-0001/synchronizations');
    assert.equal(made.status, 201);
    assert.match(made.body.code, /^\d{15}$/);
    assertProblem(await ask('POST', '/stations/CP-9999/synchronizations'), 404);
  });

  it('shows a station without its key, and says 304 to who has it already', async () => {
    const shown = await ask('GET', '/stations/COUNTER');
    assert.deepEqual(Object.keys(shown.body).sort(), [
      'id',
      'layout',
      'mostAmount',
      'name',
      'outlets',
      'price',
      'retired',
      'sequence',
      'step',
      'unit',
    ]);
    const etag = shown.headers.get('etag') ?? '';
    assert.equal(await statusIfNoneMatch('/stations/COUNTER', etag), 304);
    await ask('PATCH', '/stations/COUNTER', { name: 'North gate' });
    assert.equal(await statusIfNoneMatch('/stations/COUNTER', etag), 200);
    const page = (await cloud.call('GET', '/charge/COUNTER')).headers.get('etag') ?? '';
    for (const same of [page, page.replace('W/', ''), `"other", ${page}`, '*']) {
      assert.equal(await statusIfNoneMatch('/charge/COUNTER', same), 304, same);
    }
    assert.equal(await statusIfNoneMatch('/charge/COUNTER', `${page.slice(0, -2)}"`), 200);
    const contract = await cloud.call('GET', '/openapi.json');
    assert.equal(await statusIfNoneMatch('/openapi.json', contract.headers.get('etag') ?? ''), 304);
  });

  it('changes a station only if it is as the operator saw it, where asked to', async () => {
    await ask('POST', '/stations', { id: 'SEEN' });
    const seen = (await ask('GET', '/stations/SEEN')).headers.get('etag') ?? '';
    assert.match(seen, /^"\d+"$/);
    const change = (name: string, ifMatch: string) => ask('PATCH', '/stations/SEEN', { name }, { 'if-match': ifMatch });
    const changed = await change('North', seen);
    assert.equal(changed.status, 200);
    for (const other of [seen, '"nope"', `W/${changed.headers.get('etag')}`, 'nope', '']) {
      assertProblem(await change('South', other), 412);
    }
    assert.equal((await ask('GET', '/stations/SEEN')).body.name, 'North');
    assert.equal((await change('East', `"0", ${changed.headers.get('etag')}`)).status, 200);
    assert.equal((await change('West', '*')).status, 200);
  });

  it('refuses a page that begins nowhere, and days that are in no calendar', async () => {
    for (const after of ['%00', '%ff', 'x'.repeat(65), '-', '']) {
      assertProblem(await ask('GET', `/stations?after=${after}`), 400);
    }
    for (const day of ['2026-02-30', '2026-13-01', 'yesterday']) {
      assertProblem(await ask('GET', `/ledger.csv?from=${day}`), 400);
    }
    assert.equal((await cloud.call('GET', '/ledger.csv?from=2028-02-29')).status, 200);
  });

  it('is not open to a web page from elsewhere in a browser on this machine', async () => {
    const order = { station: 'COUNTER', amount: 30 };
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      assertProblem(await ask('POST', '/charging-requests', order, { origin }), 401);
    }
    assert.equal((await ask('POST', '/charging-requests', order, { origin: cloud.url })).status, 201);
  });

  it('creates, lists, changes, provisions, serves and retires stations', async () => {
    const created = await ask('POST', '/stations', { id: 'CP-0100', unit: 'Wh', step: 500, name: 'South' });
    assert.equal(created.status, 201);
    assert.equal(created.headers.get('location'), '/stations/CP-0100');
    assertProblem(await ask('POST', '/stations', { id: 'CP-0100' }), 409);
    assertProblem(await ask('POST', '/stations', { id: 'CP-0101', unit: 'kWh' }), 400);
    assertProblem(await ask('POST', '/stations', { id: 'CP-0101', step: 0 }), 422);
    const listed = await ask('GET', '/stations?limit=1&search=CP-01');
    assert.deepEqual(
      listed.body.items.map(({ id }: { id: string }) => id),
      ['CP-0100'],
    );
    const changed = await ask('PATCH', '/stations/CP-0100', { price: { minorUnits: 99, currency: 'EUR' } });
    assert.deepEqual(changed.body.price, { minorUnits: 99, currency: 'EUR' });
    assert.equal('price' in (await ask('PATCH', '/stations/CP-0100', { price: null })).body, false);
    const provisioning = await ask('GET', '/stations/CP-0100/provisioning');
    assert.match(provisioning.body.key, /^[0-9a-f]{64}$/);
    const next = await ask('GET', '/stations/CP-0100/provisioning?keyVersion=2');
    assert.notEqual(next.body.key, provisioning.body.key);
    const sold = await ask('POST', '/charging-requests', { station: 'CP-0100', amount: 500 });
    const replaced = await ask('POST', '/stations/CP-0100/keys');
    assert.equal(replaced.status, 201);
    assert.equal(replaced.headers.get('cache-control'), 'no-store');
    const { provisioning: file, void: voided } = replaced.body;
    assert.deepEqual([file.station, file.keyVersion, file.new], ['CP-0100', 3, true]);
    assert.deepEqual(
      voided.map(({ request, amount }: { request: string; amount: number }) => [request, amount]),
      [[sold.body.id, 500]],
    );
    assertProblem(await ask('POST', '/stations/CP-0100/keys', undefined, { 'if-match': '"1"' }), 412);
    assertProblem(await ask('POST', '/stations/NOBODY/keys'), 404);
    const service = await ask('POST', '/stations/CP-0100/service-codes', { operation: 'clear-lockout' });
    assert.equal(service.status, 201);
    assert.match(service.body.code, /^2\d{14}$/);
    assertProblem(await ask('POST', '/stations/CP-0100/service-codes', { operation: 'explode' }), 400);
    const retired = await ask('DELETE', '/stations/CP-0100');
    assert.equal(retired.status, 200);
    assert.equal((await ask('GET', '/stations/CP-0100')).body.retired, true);
    assertProblem(await ask('POST', '/charging-requests', { station: 'CP-0100', amount: 500 }), 410);
  });

  it('refuses more codes than the clock allows, and says when to try again', async () => {
    await ask('POST', '/stations', { id: 'BUSY' });
    const answers = [];
    for (let index = 0; index < 8; index += 1) {
      answers.push(await ask('POST', '/charging-requests', { station: 'BUSY', amount: 30 }));
    }
    const refused = answers.find(({ status }) => status === 429);
    assert.ok(refused, 'too many at once are refused');
    assertProblem(refused, 429);
    assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
  });

  it('exports every code sold, and tells Prometheus what happened', async () => {
    const csv = await (await cloud.call('GET', '/ledger.csv?station=COUNTER')).text();
    const [header = '', ...rows] = csv.trim().split(/\r?\n/);
    assert.match(header, /^issued_at,request,station/);
    assert.ok(rows.length >= 3 && rows.every((row) => row.includes(',COUNTER,')));
    assertProblem(await ask('GET', '/ledger.csv?from=yesterday'), 400);
    assertProblem(await ask('GET', '/ledger.csv?to=2026-99-99'), 400);

    const metrics = await (await cloud.call('GET', '/metrics')).text();
    for (const line of [
      /^offline_charging_http_requests_total\{operation="requestCharging",status="201"\} [1-9]/m,
      /^offline_charging_http_request_seconds_bucket\{le="0\.01",operation="requestCharging"\} \d/m,
      /^offline_charging_codes_issued_total\{kind="voucher"\} [1-9]/m,
      /^offline_charging_refused_total\{reason="amount-not-sold"\} [1-9]/m,
      /^offline_charging_codes_outstanding [1-9]/m,
      /^offline_charging_ledger_transaction_seconds_count\{kind="write"\} [1-9]/m,
    ]) {
      assert.match(metrics, line);
    }
  });

  it('logs neither codes nor keys', async () => {
    const { body } = await ask('POST', '/charging-requests', { station: 'COUNTER', amount: 30 });
    const { key } = (await ask('GET', '/stations/COUNTER/provisioning')).body;
    assert.ok(!cloud.output.includes(body.code) && !cloud.output.includes(key));
    const lines = cloud.output.split('\n').filter((line) => line.startsWith('{'));
    assert.ok(lines.length > 5);
    for (const line of lines) assert.equal(typeof JSON.parse(line).level, 'string');
  });
});
