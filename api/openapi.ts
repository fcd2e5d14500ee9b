// The OpenAPI 3.1 document, made from the table and the schemas that the requests are read with.
import type { TObject, TSchema } from 'typebox';
import { CALLS, type Call, type GoodAnswer } from './contract.ts';
import { COMPONENTS } from './schemas.ts';

type Json = Record<string, unknown>;

const REASONS: Readonly<Record<number, string>> = {
  400: 'Malformed: not JSON, or a value of the wrong kind, missing, or null.',
  401: 'No API key, or one that is unknown or revoked.',
  402: 'Its code was asked for, and nobody has paid yet.',
  403: 'The key may not do this.',
  404: 'Unknown station, or not a request of this client.',
  405: 'The path does not answer this method; see `Allow`.',
  409: 'The same idempotency key with another body, or already there, settled, or paid otherwise.',
  410: 'The station is retired, or nobody paid in time.',
  412: 'It was changed since you read it; see `If-Match`.',
  413: 'The body is too large.',
  415: 'The body is not JSON in UTF-8, or is encoded.',
  422: 'The values make no sense here: not a multiple of the step, out of range, a mistyped receipt.',
  429: 'Too many; see `Retry-After`.',
  500: 'A fault of the cloud.',
  503: 'The ledger is away; ask again with the same idempotency key.',
};

/**
 * @param version of the package
 * @param prefix what stands before the paths where the outside sees them
 */
export function openApiDocument(version: string, prefix = ''): Json {
  const paths: Record<string, Json> = {};
  for (const call of CALLS.values()) {
    paths[call.path] ??= {};
    paths[call.path]![call.method.toLowerCase()] = operation(call);
  }
  paths['/charge/{id}'] = { get: page() };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Offline charging',
      version,
      description: 'Codes for charging stations that have no network. Errors are problem details (RFC 9457).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: prefix === '' ? '/' : prefix }],
    paths,
    components: {
      schemas: Object.fromEntries(COMPONENTS.map((schema) => [idOf(schema), component(schema)])),
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key that the operator made.' },
        visitor: {
          type: 'apiKey',
          in: 'cookie',
          name: 'visitor',
          description: "Given to browsers by the customer's page, where the operator lets anybody charge.",
        },
      },
    },
  };
}

/** Every status that a call may answer with, as the document says. */
function documentedStatuses(call: Call): Set<number> {
  const statuses = new Set<number>([call.good.status, 400, 429, 500, 503, ...call.problems]);
  if (call.who !== 'anyone') statuses.add(401);
  if (call.who === 'operator') statuses.add(403);
  if (call.who === 'customer') statuses.add(403);
  if (call.method !== 'GET') statuses.add(413);
  if (call.body) statuses.add(415);
  if (call.method === 'GET') statuses.add(304);
  return statuses;
}

function operation(call: Call): Json {
  const responses: Record<string, Json> = { [call.good.status]: goodResponse(call.good) };
  if (call.instead) responses[call.instead.status] = goodResponse(call.instead);
  for (const status of [...documentedStatuses(call)].sort((a, b) => a - b)) {
    if (status === 304) responses[status] = { description: 'Not modified.' };
    else if (status >= 400) responses[status] = problemResponse(status);
  }
  return {
    operationId: call.id,
    summary: call.summary,
    tags: [{ anyone: 'Anyone', customer: 'Customer', operator: 'Operator' }[call.who]],
    security: { anyone: [{}], customer: [{ apiKey: [] }, { visitor: [] }], operator: [{ apiKey: [] }] }[call.who],
    parameters: [...pathParameters(call), ...queryParameters(call.query), ...headerParameters(call)],
    ...(call.body && {
      requestBody: { required: true, content: { 'application/json': { schema: component(call.body) } } },
    }),
    ...(call.raw && {
      requestBody: {
        required: true,
        description: 'As the provider has it; its signature is in the headers, as the provider has that.',
        content: { 'application/json': {} },
      },
    }),
    responses,
  };
}

function goodResponse(good: GoodAnswer): Json {
  const schemas = good.schema === undefined ? [] : 'length' in good.schema ? good.schema : [good.schema];
  const references = (schemas as readonly TSchema[]).map((schema) => ({
    $ref: `#/components/schemas/${idOf(schema)}`,
  }));
  const schema =
    references.length === 0 ? { type: 'string' } : references.length === 1 ? references[0] : { anyOf: references };
  const [contentType] = (good.contentType ?? 'application/json').split(';');
  return {
    description: good.description,
    ...(good.headers && {
      headers: Object.fromEntries(
        Object.entries(good.headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
      ),
    }),
    content: { [contentType!]: contentType === 'application/json' && references.length === 0 ? {} : { schema } },
  };
}

function problemResponse(status: number): Json {
  return {
    description: REASONS[status] ?? 'Refused.',
    ...((status === 429 || status === 503) && {
      headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
    }),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function pathParameters(call: Call): Json[] {
  if (!call.pathAs) return [];
  const description = call.pathAs === 'station' ? "The station's id." : "The charging request's id.";
  return [{ name: 'id', in: 'path', required: true, description, schema: { type: 'string' } }];
}

function queryParameters(query: TObject | undefined): Json[] {
  if (!query) return [];
  return Object.entries(query.properties).map(([name, schema]) => {
    const { description, ...rest } = component(schema);
    return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema: rest };
  });
}

function headerParameters(call: Call): Json[] {
  if (call.conditional) {
    const description = 'The `ETag` of the station as you read it: refused when it was changed since.';
    return [{ name: 'If-Match', in: 'header', required: false, description, schema: { type: 'string' } }];
  }
  if (!call.idempotent) return [];
  const description = 'Of your own making, another for each purchase: asked again, the answer is the same.';
  const schema = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' };
  return [{ name: 'Idempotency-Key', in: 'header', required: false, description, schema }];
}

function page(): Json {
  return {
    operationId: 'readCustomersPage',
    summary: "The customer's page: where a station's QR code leads",
    tags: ['Anyone'],
    security: [{}],
    parameters: [
      { name: 'id', in: 'path', required: true, description: "The station's id.", schema: { type: 'string' } },
    ],
    responses: {
      200: { description: 'A page that works without signal once loaded.', content: { 'text/html': {} } },
      304: { description: 'Not modified.' },
      400: problemResponse(400),
    },
  };
}

function idOf(schema: TSchema): string {
  return (schema as { $id?: string }).$id ?? '';
}

/** A schema as it stands in the document: components by reference, without TypeBox's own ids. */
function component(schema: TSchema): Json {
  const known = new Set(COMPONENTS.map(idOf));
  const walk = (value: unknown, top: boolean): unknown => {
    if (Array.isArray(value)) return value.map((each) => walk(each, false));
    if (typeof value !== 'object' || value === null) return value;
    const { $id, $ref, ...rest } = value as Json;
    if (!top && typeof $id === 'string' && known.has($id)) return { $ref: `#/components/schemas/${$id}` };
    if (typeof $ref === 'string') return { $ref: `#/components/schemas/${$ref}` };
    const walked = Object.entries(rest).map(([name, each]) => [name, walk(each, false)] as const);
    const enumOnly = 'enum' in rest && !('type' in rest);
    return Object.fromEntries(enumOnly ? [['type', 'string'], ...walked] : walked);
  };
  return walk(schema, true) as Json;
}
