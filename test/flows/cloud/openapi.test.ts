// Requests made from the OpenAPI document against the running cloud: whatever is sent, the answer is one that the
// document names, of the shape that it gives, and never a 5xx.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import fc from 'fast-check';
import { Cloud, type Json } from './support/cloud.ts';
import { faultsOf } from './support/schema.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const BODIED = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}
interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

describe('the OpenAPI document', function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let document: Json;
  /** A request that exists, for paths that ask for one. */
  let requestId: string;

  before(async () => {
    cloud = await Cloud.start();
    document = (await cloud.ask('GET', '/openapi.json')).body;
    for (const id of ['CP-0001', 'CP-0002']) await cloud.ask('POST', '/stations', { id, sequence: 'counter' });
    requestId = (await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 30 })).body.id;
  });
  after(() => cloud.remove());

  function send({ method, path, headers, body }: Sent): Promise<Answered> {
    return new Promise((resolve, reject) => {
      // By itself Node's client sends the body of a DELETE without saying how long it is.
      const framed = body ? { ...headers, 'content-length': body.length } : headers;
      const call = request(cloud.url + path, { method, headers: framed }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => {
          const type = String(answer.headers['content-type'] ?? '').split(';')[0]!;
          resolve({ status: answer.statusCode ?? 0, type, text: Buffer.concat(pieces).toString() });
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  /** Holds an answer against what the document says of it. */
  function assertDocumented(template: string, sent: Sent, answered: Answered): void {
    const { status, type, text } = answered;
    const say = `${sent.method} ${sent.path} ${JSON.stringify(sent.headers)} ${sent.body?.subarray(0, 200)} → ${status} ${text.slice(0, 300)}`;
    assert.ok(status < 500, say);
    if (status >= 400 && sent.method !== 'HEAD') {
      assert.equal(type, 'application/problem+json', say);
      assert.deepEqual(faultsOf(JSON.parse(text), document.components.schemas.Problem, document), [], say);
      assert.equal(JSON.parse(text).status, status, say);
    }
    const operation = document.paths[template][sent.method.toLowerCase()];
    if (!operation) {
      if (sent.method === 'OPTIONS') assert.equal(status, 204, say);
      else if (sent.method !== 'HEAD') assert.ok([400, 405].includes(status), say);
      return;
    }
    const documented = operation.responses[status];
    assert.ok(documented, `not documented: ${say}`);
    const content = documented.content?.[type];
    assert.ok(content, `not of a documented type: ${say} (${type})`);
    if (status < 400 && type === 'application/json' && content.schema) {
      assert.deepEqual(faultsOf(JSON.parse(text), content.schema, document), [], say);
    }
  }

  const word = fc.oneof(
    fc.constantFrom('CP-0001', 'CP-0002', 'CP-9999', '', ' ', 'min', 'Wh', 'long', 'compact', 'counter', 'EUR', '0'),
    fc.string({ maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ minLength: 300, maxLength: 400 }),
  );
  const number = fc.oneof(
    fc.constantFrom(0, -30, 30, 45, 60, 930, 960, 1e9, 1e21, 60.5, 2 ** 53, -0, 1.7e308),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const anything = fc.oneof(
    word,
    number,
    fc.constantFrom(null, true, false, [], {}, [[]]),
    fc.jsonValue({ maxDepth: 3 }),
  );

  /** A value that a schema asks for; most of the time. */
  function fitting(schema: Json): fc.Arbitrary<unknown> {
    if (schema.$ref) return fitting(document.components.schemas[schema.$ref.split('/').at(-1)]);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting));
    switch (schema.type) {
      case 'object': {
        const properties = Object.entries<Json>(schema.properties ?? {});
        const model = Object.fromEntries(
          properties.map(([name, each]) => [name, fc.oneof({ weight: 4, arbitrary: fitting(each) }, anything)]),
        );
        return fc.record(model, { requiredKeys: [] });
      }
      case 'integer':
      case 'number':
        return number;
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return word;
    }
  }

  function bodies(operation: Json): fc.Arbitrary<Buffer> {
    const schema = operation?.requestBody?.content['application/json'].schema;
    const json = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '');
    const fits = (schema ? fitting(schema) : anything).map(json);
    return fc.oneof(
      { weight: 6, arbitrary: fits },
      { weight: 2, arbitrary: anything.map(json) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
      { weight: 1, arbitrary: fits.map((body) => body.subarray(0, Math.max(0, body.length - 1))) },
      { weight: 1, arbitrary: fc.constantFrom(16_000, 17_000, 200_000).map((size) => Buffer.alloc(size, 0x5b)) },
    );
  }

  const contentType = fc.oneof(
    { weight: 8, arbitrary: fc.constant('application/json') },
    { weight: 2, arbitrary: fc.constantFrom('text/plain', '', 'application/xml', 'application/json; charset=utf-16') },
  );
  const encoding = fc.oneof({ weight: 8, arbitrary: fc.constant('') }, fc.constantFrom('gzip', 'identity', 'x'));
  const header = fc.oneof(
    { weight: 6, arbitrary: fc.constant('') },
    fc.string({ unit: fc.constantFrom(...'ab7-_ ,"é~'), maxLength: 20 }),
  );

  function requests(template: string): fc.Arbitrary<Sent> {
    const id = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('CP-0001', 'CP-0002', 'CP-9999', requestId, '0'.repeat(32)) },
      { weight: 2, arbitrary: word.filter((text) => text !== '' && text.isWellFormed() && !/^\.{1,2}$/.test(text)) },
    );
    return fc.constantFrom(...METHODS).chain((method) => {
      const operation = document.paths[template][method.toLowerCase()];
      const names: string[] = (operation?.parameters ?? [])
        .filter((parameter: Json) => parameter.in === 'query')
        .map((parameter: Json) => parameter.name);
      const query = fc.array(fc.tuple(fc.constantFrom(...names, 'callback', 'unknown', '__proto__'), word), {
        maxLength: 3,
      });
      return fc
        .tuple(id, query, contentType, encoding, header, bodies(operation), fc.boolean())
        .map(([chosen, pairs, type, coding, key, body, withBody]): Sent => {
          const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&');
          const path = template.replace('{id}', encodeURIComponent(chosen));
          const headers: Record<string, string> = {};
          if (key !== '') headers['idempotency-key'] = key;
          const sends = withBody && BODIED.has(method);
          if (sends && type !== '') headers['content-type'] = type;
          if (sends && coding !== '') headers['content-encoding'] = coding;
          return { method, path: search === '' ? path : `${path}?${search}`, headers, ...(sends && { body }) };
        });
    });
  }

  it('is OpenAPI 3.1, names every call once, and refers to what is there', () => {
    assert.match(document.openapi, /^3\.1\./);
    const operations = Object.values<Json>(document.paths).flatMap((path) => Object.values<Json>(path));
    const ids = operations.map(({ operationId }) => operationId);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length >= 16);
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    for (const [, name] of references) assert.ok(document.components.schemas[name!], name);
    assert.ok(!JSON.stringify(document).includes('"$id"'));
  });

  it('has no path that the flow does not answer, and the flow none that it does not have', async () => {
    for (const template of Object.keys(document.paths)) {
      const options = await cloud.call('OPTIONS', template.replace('{id}', 'CP-0001'));
      assert.equal(options.status, 204, template);
      const allowed = (options.headers.get('allow') ?? '')
        .split(', ')
        .filter((each) => !['HEAD', 'OPTIONS'].includes(each));
      assert.deepEqual(
        allowed.sort(),
        Object.keys(document.paths[template])
          .map((each) => each.toUpperCase())
          .sort(),
      );
    }
  });

  it('says what is answered, to anything that is sent', async function () {
    this.timeout(120_000);
    // The stations' own path last: it retires them.
    const own = '/stations/{id}';
    for (const template of [...Object.keys(document.paths).filter((each) => each !== own), own]) {
      await fc.assert(
        fc.asyncProperty(requests(template), async (sent) => assertDocumented(template, sent, await send(sent))),
        { numRuns: 150, endOnFailure: true },
      );
    }
    assert.equal((await cloud.ask('GET', '/healthz')).status, 200, 'and it is well afterwards');
    assert.ok(!/"level":"(?:error|fatal)"/.test(cloud.output), cloud.output.slice(-2000));
  });
});
