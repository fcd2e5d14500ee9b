// What the running cloud answers: the OpenAPI document as it is served, and a fixed list of good and bad requests with
// status, headers and body. What chance and clock decide is named; codes come from a fixed master key and are not.
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Cloud, problemCalled, receiptCode, stationKey } from './product.ts';
import { Names } from './support.ts';

const MASTER_KEY = '3d'.repeat(32);
const KEY = stationKey(Buffer.from(MASTER_KEY, 'hex'), 'COUNTER', 1);

const HEADERS = [
  'content-type',
  'cache-control',
  'location',
  'allow',
  'www-authenticate',
  'accept',
  'accept-encoding',
  'content-disposition',
  'content-security-policy',
  'x-content-type-options',
  'referrer-policy',
];

/** Every problem that the HTTP side or the ledger may answer with. */
const SLUGS = [
  'already-paid',
  'amount-not-sold',
  'api-key-not-valid',
  'body-too-large',
  'cancelled',
  'changed-meanwhile',
  'code-issued',
  'code-used',
  'doubled-route',
  'expectation-failed',
  'foreign-host',
  'foreign-page',
  'headers-too-large',
  'idempotency-key-reused',
  'internal-error',
  'invalid-request',
  'lapsed',
  'layout-too-small',
  'ledger-unavailable',
  'malformed',
  'malformed-http',
  'malformed-json',
  'malformed-path',
  'method-not-allowed',
  'not-allowed',
  'not-authenticated',
  'not-expired',
  'not-found',
  'not-paid',
  'paid-otherwise',
  'payment-differs',
  'payment-used',
  'receipt-mistyped',
  'receipt-settled',
  'request-timeout',
  'restarting',
  'retired-station',
  'station-exists',
  'station-not-valid',
  'terms-changed',
  'too-many-codes',
  'too-many-connections',
  'too-many-receipts',
  'too-many-requests',
  'unauthorized',
  'unknown-api-key',
  'unknown-payment',
  'unknown-receipt',
  'unknown-request',
  'unknown-station',
  'unreadable-body',
  'unsupported-encoding',
  'unsupported-media-type',
];

type Ask = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>];

const ORDER = { station: 'COUNTER', amount: 60 };

/** In this order; `{first}` and so on are the ids of the requests that were answered before. */
const BEFORE_KEYS: readonly Ask[] = [
  ['POST', '/stations', { id: 'COUNTER', sequence: 'counter', price: { minorUnits: 120, currency: 'EUR' } }],
  ['POST', '/stations', { id: 'ENERGY', unit: 'Wh', step: 500, layout: 'long', sequence: 'counter', name: '南' }],
  ['POST', '/stations', { id: 'COUNTER' }],
  ['POST', '/stations', { id: 'X', unit: 'kWh' }],
  ['POST', '/stations', { id: 'X', step: 0 }],
  ['POST', '/stations', { id: 'not an id' }],
  ['GET', '/stations/COUNTER'],
  ['HEAD', '/stations/COUNTER'],
  ['GET', '/stations/NOBODY'],
  ['GET', '/stations/COUNTER?callback=steal'],
  ['POST', '/charging-requests', ORDER],
  ['POST', '/charging-requests', ORDER, { 'idempotency-key': 'basket-7' }],
  ['POST', '/charging-requests', ORDER, { 'idempotency-key': 'basket-7' }],
  ['POST', '/charging-requests', { ...ORDER, amount: 90 }, { 'idempotency-key': 'basket-7' }],
  ['POST', '/charging-requests', ORDER, { 'idempotency-key': 'a b' }],
  ['POST', '/charging-requests', { station: 'ENERGY', amount: 77_500 }],
  ['POST', '/charging-requests', '\uFEFF{"station":"COUNTER","amount":30,"unknown":1}'],
  ['POST', '/charging-requests', { ...ORDER, amount: 45 }],
  ['POST', '/charging-requests', '{"station":"COUNTER","amount":1e400}'],
  ['POST', '/charging-requests', { ...ORDER, amount: '60' }],
  ['POST', '/charging-requests', { station: 'COUNTER' }],
  ['POST', '/charging-requests', { station: 7, amount: null }],
  ['POST', '/charging-requests', '[]'],
  ['POST', '/charging-requests', '{"station":'],
  ['POST', '/charging-requests', ''],
  ['POST', '/charging-requests', { station: 'NOBODY', amount: 60 }],
  ['POST', '/charging-requests', { station: "CP'; --", amount: 60 }],
  ['POST', '/charging-requests', ORDER, { 'content-type': 'text/plain' }],
  ['POST', '/charging-requests', ORDER, { 'content-type': 'application/json; charset=latin1' }],
  ['POST', '/charging-requests', ORDER, { 'content-encoding': 'gzip' }],
  ['POST', '/charging-requests', 'x'.repeat(20_000)],
  ['POST', '/charging-requests', ORDER, { origin: 'https://evil.example' }],
  ['POST', '/charging-requests', ORDER, { 'x-forwarded-for': '203.0.113.9' }],
  ['GET', '/charging-requests/{1}'],
  ['GET', '/charging-requests/{1}?layout=long'],
  ['GET', '/charging-requests/{1}?layout=LONG'],
  ['GET', '/charging-requests/{1}?layout=long&layout=long'],
  ['GET', '/charging-requests/{3}?layout=compact'],
  ['GET', '/charging-requests/guess'],
  ['GET', '/charging-requests/{1}', undefined, { cookie: 'visitor=AAAAAAAAAAAAAAAAAAAAAA' }],
  ['POST', '/cancellations', { request: '0'.repeat(32) }],
  ['POST', '/cancellations', { id: '0'.repeat(32) }],
  ['POST', '/stations/COUNTER/synchronizations'],
  ['POST', '/stations/NOBODY/synchronizations'],
  ['POST', '/receipts', { station: 'COUNTER', receipt: receiptOf(1, 77) }],
  ['POST', '/receipts', { station: 'COUNTER', receipt: receiptOf(1, 77) }],
  ['POST', '/receipts', { station: 'COUNTER', receipt: receiptOf(40, 7) }],
  ['POST', '/receipts', { station: 'COUNTER', receipt: '123' }],
  ['POST', '/receipts', { station: 'NOBODY', receipt: receiptOf(1, 77) }],
  ['POST', '/receipts', { station: 'COUNTER', receipt: 12 }],
  ['POST', '/stations/COUNTER/service-codes', { operation: 'clear-lockout' }],
  ['POST', '/stations/COUNTER/service-codes', { operation: 'test-relay' }],
  ['POST', '/stations/COUNTER/service-codes', { operation: 'end-session' }],
  ['POST', '/stations/COUNTER/service-codes', { operation: 'explode' }],
  ['GET', '/stations/COUNTER/provisioning'],
  ['GET', '/stations/COUNTER/provisioning?keyVersion=7'],
  ['GET', '/stations/COUNTER/provisioning?keyVersion=x'],
  ['GET', '/stations/NOBODY/provisioning'],
  ['PATCH', '/stations/COUNTER', { name: 'North' }, { 'if-match': '"1"' }],
  ['PATCH', '/stations/COUNTER', { name: 'South' }, { 'if-match': '"1"' }],
  ['PATCH', '/stations/COUNTER', { price: null }],
  ['PATCH', '/stations/COUNTER', { step: -1 }],
  ['PATCH', '/stations/COUNTER', { step: 'x' }],
  ['PATCH', '/stations/NOBODY', { name: 'South' }],
  ['POST', '/stations/COUNTER/keys'],
  ['POST', '/stations/COUNTER/keys', undefined, { 'if-match': '"1"' }],
  ['POST', '/stations/NOBODY/keys'],
  ['GET', '/stations'],
  ['GET', '/stations?limit=1'],
  ['GET', '/stations?limit=1&after=COUNTER'],
  ['GET', '/stations?search=north'],
  ['GET', '/stations?limit=501'],
  ['GET', '/stations?after=-'],
  ['GET', '/ledger.csv'],
  ['GET', '/ledger.csv?station=COUNTER&from=2026-01-01'],
  ['GET', '/ledger.csv?from=2026-02-30'],
  ['DELETE', '/stations/ENERGY'],
  ['DELETE', '/stations/ENERGY'],
  ['DELETE', '/stations/NOBODY'],
  ['POST', '/charging-requests', { station: 'ENERGY', amount: 500 }],
  ['GET', '/stations?retired=true'],
  ['GET', '/healthz'],
  ['HEAD', '/healthz'],
  ['GET', '/nothing/here'],
  ['GET', '/'],
  ['GET', '/stations/%zz'],
  ['PUT', '/charging-requests'],
  ['GET', '/receipts'],
  ['DELETE', '/openapi.json'],
  ['POST', '/charge/COUNTER'],
  ['OPTIONS', '/charging-requests'],
  ['OPTIONS', '/stations/COUNTER'],
  ['POST', '/stations', { id: 'BUSY' }],
];

const AFTER_KEYS: readonly Ask[] = [
  ['GET', '/stations'],
  ['GET', '/stations', undefined, { authorization: 'Basic eDp5' }],
  ['GET', '/stations', undefined, { authorization: 'Bearer oc_made_up' }],
  ['GET', '/stations', undefined, { authorization: 'Bearer {app}' }],
  ['POST', '/stations', {}, { authorization: 'Bearer {app}' }],
  ['GET', '/metrics', undefined, { authorization: 'Bearer {app}' }],
  ['GET', '/stations?limit=1', undefined, { authorization: 'Bearer {operator}' }],
  ['POST', '/charging-requests', ORDER, { authorization: 'Bearer {app}' }],
  ['POST', '/charging-requests', ORDER],
  ['GET', '/charging-requests/{1}', undefined, { authorization: 'Bearer {app}' }],
  ['GET', '/stations/COUNTER'],
];

const RAW: readonly (readonly [string, string])[] = [
  ['no HTTP', 'nonsense\r\n\r\n'],
  ['an expectation', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\nConnection: close\r\n\r\n'],
  ['large headers', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`],
  ['TRACE', 'TRACE /stations/COUNTER HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
];

function receiptOf(sequence: number, unused: number): string {
  return receiptCode(KEY, { unit: 'min', step: 30, sequence, unused });
}

class Transcript {
  readonly #cloud: Cloud;
  readonly #names = new Names();
  readonly #ids: string[] = [];
  readonly keys = new Map<string, string>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  async ask([method, path, body, headers = {}]: Ask): Promise<string> {
    const filled = path.replaceAll(/\{(\d)\}/g, (_, place: string) => this.#ids[Number(place) - 1] ?? 'none');
    const sent = Object.entries(headers).map(([name, value]) => [name, value.replaceAll(/\{(\w+)\}/g, this.#key)]);
    const answer = await this.#cloud.call(method, filled, body, Object.fromEntries(sent));
    const told = await answer.text();
    if (method === 'POST' && path === '/charging-requests' && answer.status === 201) {
      const { id } = JSON.parse(told) as { id: string };
      if (!this.#ids.includes(id)) this.#ids.push(id);
    }
    const shown = body === undefined ? '' : ` ${short(typeof body === 'string' ? body : JSON.stringify(body))}`;
    const given = Object.keys(headers).length === 0 ? '' : ` ${JSON.stringify(headers)}`;
    const heads = HEADERS.flatMap((name) =>
      answer.headers.has(name) ? [`  ${name}: ${answer.headers.get(name)}`] : [],
    );
    for (const name of ['retry-after', 'etag']) if (answer.headers.has(name)) heads.push(`  ${name}: there`);
    return this.#masked(`${method} ${path}${shown}${given}\n  ${answer.status}\n${heads.join('\n')}\n  ${told}`);
  }

  readonly #key = (_: string, name: string): string => this.keys.get(name) ?? 'none';

  #masked(told: string): string {
    return told
      .replaceAll(/OC1:([\w-]+)/g, (_, text: string) => `OC1: ${Buffer.from(text, 'base64url')}`)
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
      .replaceAll(/\b[0-9a-f]{32}\b/g, (id) => (/^0+$/.test(id) ? id : this.#names.of('request', id)))
      .replaceAll(/"milliseconds":[\d.]+/g, '"milliseconds":"<ms>"')
      .replaceAll(/\b(?:wait|in) \d+ (?:s|seconds|minutes)\b/gi, '<wait>')
      .replaceAll(this.#cloud.url, '<cloud>');
  }
}

function short(body: string): string {
  return body.length > 200 ? `${body.slice(0, 20)}… of ${body.length}` : body;
}

/** What is answered to bytes that no client of HTTP would send: status line, and the body. */
async function raw(cloud: Cloud, bytes: string): Promise<string> {
  const { hostname, port } = new URL(cloud.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.write(bytes);
  const answer = await text(socket).catch(() => '');
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  return `  ${head.split('\r\n')[0]}\n  ${body}`;
}

/** More than a station may be ahead of its clock: the last answer, since the clock decides about the others. */
async function busy(transcript: Transcript): Promise<string> {
  let last = '';
  for (let code = 0; code < 12; code++) {
    last = await transcript.ask(['POST', '/charging-requests', { station: 'BUSY', amount: 30 }]);
  }
  return last;
}

/** Names and kinds of what Prometheus is told. */
function metricsLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^# (?:HELP|TYPE) offline_charging/.test(line))
    .sort();
}

export interface HttpRecordings {
  readonly openapi: string;
  readonly answers: string;
}

export async function httpRecordings(): Promise<HttpRecordings> {
  const cloud = await Cloud.start({ env: { MASTER_KEY } });
  try {
    const served = await cloud.call('GET', '/openapi.json');
    const { version } = (await import('../../package.json', { with: { type: 'json' } })).default;
    const openapi = (await served.text()).replace(`"version":"${version}"`, '"version":"<of the package>"');
    const transcript = new Transcript(cloud);
    const answers: string[] = [`GET /openapi.json\n  content-type: ${served.headers.get('content-type')}`];
    for (const ask of BEFORE_KEYS) answers.push(await transcript.ask(ask));
    answers.push(await busy(transcript));
    const metrics = metricsLines(await (await cloud.call('GET', '/metrics')).text());
    for (const [what, bytes] of RAW) answers.push(`raw: ${what}\n${await raw(cloud, bytes)}`);
    await makeKeys(cloud, transcript.keys);
    for (const ask of AFTER_KEYS) answers.push(await transcript.ask(ask));
    const problems = SLUGS.map((slug) => `${slug} ${JSON.stringify(problemCalled(slug) ?? 'none')}`);
    return {
      openapi: `${openapi}\n`,
      answers: `${['== problems', ...problems, '== metrics', ...metrics, '== answers', ...answers].join('\n')}\n`,
    };
  } finally {
    await cloud.remove();
  }
}

/** Resolves once the running cloud knows of them. */
async function makeKeys(cloud: Cloud, keys: Map<string, string>): Promise<void> {
  const ledger = await cloud.ledger(undefined, MASTER_KEY);
  try {
    for (const [name, role] of [
      ['operator', 'operator'],
      ['app', 'customer app'],
    ] as const) {
      const made = await ledger.createApiKey({ name, role });
      if ('refused' in made) throw new Error(made.refused.detail);
      keys.set(name, made.key);
    }
  } finally {
    await ledger.close();
  }
  const end = performance.now() + 20_000;
  while ((await cloud.call('GET', '/stations')).status !== 401) {
    if (performance.now() > end) throw new Error('the cloud does not ask for keys');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
