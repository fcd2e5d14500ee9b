// Reads a request against its call of the contract: path, query, idempotency key and body become one valid payload, or
// one problem. Takes what `http in` gives under any settings: bytes, text, or a body that was parsed already.
import { isUtf8 } from 'node:buffer';
import type { TObject } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Call } from './contract.ts';
import type { HttpMessage, HttpRequest } from './http.ts';
import { type Problem, problem, type RequestError } from './problems.ts';

/** Bytes of a body that are read at most. The largest request of the contract is a tenth of it. */
export const MOST_BODY_BYTES = 16_384;

/** 1 to 255 visible ASCII characters, as draft-ietf-httpapi-idempotency-key-header leaves to the server. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

type Payload = Record<string, unknown>;
export type Reading = { readonly payload: Payload; readonly idempotencyKey?: string } | { readonly problem: Problem };

export class CallReader {
  readonly #call: Call;
  readonly #body: Validator | undefined;
  readonly #query: Validator | undefined;

  constructor(call: Call) {
    this.#call = call;
    this.#body = call.body && Compile(call.body);
    this.#query = call.query && Compile(call.query);
  }

  read(message: HttpMessage): Reading {
    const call = this.#call;
    const payload: Payload = {};
    let idempotencyKey: string | undefined;

    if (call.idempotent) {
      const given = message.req?.headers['idempotency-key'] ?? message.idempotencyKey;
      if (given !== undefined) {
        if (typeof given !== 'string' || !IDEMPOTENCY_KEY.test(given)) return { problem: badIdempotencyKey() };
        idempotencyKey = given;
      }
    }
    if (call.query && this.#query) {
      const query = typedQuery(call.query, message.req?.query ?? {});
      const wrong = take(this.#query, call.query, query, payload, 'query ');
      if (wrong) return { problem: wrong };
    }
    if (call.body && this.#body) {
      const body = readJson(message);
      if ('problem' in body) return body;
      const wrong = take(this.#body, call.body, body.value, payload, '');
      if (wrong) return { problem: wrong };
    }
    if (call.raw) {
      const body = bytesOf(message.payload);
      if (!body) return { problem: problem('invalid-request', 'The body did not come as the bytes that were signed.') };
      payload.body = body;
    }
    if (call.pathAs) {
      const given = message.req?.params?.id ?? (message.payload as Payload | undefined)?.[call.pathAs];
      payload[call.pathAs] = typeof given === 'string' ? given : '';
    }
    return idempotencyKey === undefined ? { payload } : { payload, idempotencyKey };
  }
}

/** As it came: what was parsed before cannot be held against its signature. */
function bytesOf(given: unknown): Buffer | undefined {
  if (given instanceof Uint8Array) return Buffer.from(given.buffer, given.byteOffset, given.length);
  return typeof given === 'string' ? Buffer.from(given) : undefined;
}

/** Puts the properties that the schema knows into the payload; what it does not know is left out. */
function take(
  validator: Validator,
  schema: TObject,
  value: unknown,
  payload: Payload,
  where: string,
): Problem | undefined {
  if (!validator.Check(value)) {
    const finite = withFiniteNumbers(value);
    if (finite === value || !validator.Check(finite)) return misfit(validator, value, where);
    value = finite;
  }
  const given = value as Payload;
  for (const name in schema.properties) {
    if (given[name] !== undefined) payload[name] = given[name];
  }
  return undefined;
}

/** `1e400` is a number in JSON and infinite here: out of every range, but not malformed. */
function withFiniteNumbers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (!entries.some(([, each]) => each === Infinity || each === -Infinity)) return value;
  return Object.fromEntries(
    entries.map(([name, each]) => [
      name,
      each === Infinity || each === -Infinity ? Math.sign(each) * Number.MAX_VALUE : each,
    ]),
  );
}

function misfit(validator: Validator, value: unknown, where: string): Problem {
  const errors: RequestError[] = validator
    .Errors(value)
    .slice(0, 10)
    .map(({ instancePath, message }) => ({ pointer: `${where}#${instancePath}`, detail: message }));
  const [first] = errors;
  const at = first === undefined || first.pointer.endsWith('#') ? '' : ` at ${first.pointer}`;
  return problem('invalid-request', `The ${where === '' ? 'body' : 'query'} ${first?.detail ?? 'does not fit'}${at}.`, {
    errors,
  });
}

function badIdempotencyKey(): Problem {
  return problem('invalid-request', 'Idempotency-Key takes 1 to 255 visible ASCII characters.', {
    errors: [{ pointer: 'header Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }],
  });
}

type Json = { readonly value: unknown } | { readonly problem: Problem };

function readJson(message: HttpMessage): Json {
  const given = message.payload;
  const wrong = message.req && wrongMedia(message.req, given);
  if (wrong) return { problem: wrong };
  if (given instanceof Uint8Array) {
    if (given.length > MOST_BODY_BYTES) return { problem: tooLarge() };
    if (!isUtf8(given)) return { problem: problem('malformed-json', 'The body is not UTF-8.') };
    return parse(Buffer.from(given.buffer, given.byteOffset, given.length).toString('utf8'));
  }
  if (typeof given === 'string') {
    return given.length > MOST_BODY_BYTES ? { problem: tooLarge() } : parse(given);
  }
  return { value: given };
}

function parse(given: string): Json {
  // Windows programs begin UTF-8 with a mark, which a reader may ignore (RFC 8259, section 8.1).
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  if (text.trim() === '') return { problem: problem('malformed-json', 'There is no body; send a JSON object.') };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: problem('malformed-json', 'The body cannot be read as JSON; check quotes, commas and braces.') };
  }
}

/** A body that is there must say that it is JSON in UTF-8, and be sent as it is. */
function wrongMedia(request: HttpRequest, body: unknown): Problem | undefined {
  const empty = body === undefined || ((body instanceof Uint8Array || typeof body === 'string') && body.length === 0);
  if (empty) return undefined;
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity' && body instanceof Uint8Array) {
    return problem('unsupported-encoding', 'Send the body without a Content-Encoding.', {
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  if (!/^application\/(?:[\w.+-]+\+)?json$/.test(type.trim())) {
    return problem('unsupported-media-type', 'Send the body as Content-Type: application/json.', {
      headers: { accept: 'application/json' },
    });
  }
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    return problem('unsupported-media-type', 'Send the JSON in UTF-8.', { headers: { accept: 'application/json' } });
  }
  return undefined;
}

function tooLarge(): Problem {
  return problem('body-too-large', `Send at most ${MOST_BODY_BYTES} bytes.`);
}

/** A query is text; where the schema wants a number or a boolean, what reads as one becomes one. */
function typedQuery(schema: TObject, query: Readonly<Record<string, unknown>>): Payload {
  const typed: Payload = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const given = query[name];
    if (given === undefined) continue;
    const { type } = property as { type?: string };
    if (type === 'integer' && typeof given === 'string' && /^\d{1,9}$/.test(given)) typed[name] = Number(given);
    else if (type === 'boolean' && (given === 'true' || given === 'false')) typed[name] = given === 'true';
    else typed[name] = given;
  }
  return typed;
}
