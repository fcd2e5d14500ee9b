// Holds a value against a JSON Schema of the OpenAPI document: as much of the language as the document uses, and an error
// for any more, so that nothing goes unchecked.
import type { Json } from './cloud.ts';

const KNOWN = new Set([
  '$ref',
  'anyOf',
  'const',
  'description',
  'enum',
  'examples',
  'format',
  'items',
  'maxLength',
  'maximum',
  'minLength',
  'minimum',
  'pattern',
  'properties',
  'required',
  'type',
]);

/** What does not fit, in words; nothing when all does. Properties that the schema does not name do not fit. */
export function faultsOf(value: Json, schema: Json, document: Json, at = '#'): string[] {
  for (const keyword of Object.keys(schema)) {
    if (!KNOWN.has(keyword)) throw new Error(`the test does not know the keyword ${keyword}`);
  }
  if (schema.$ref) return faultsOf(value, document.components.schemas[schema.$ref.split('/').at(-1)], document, at);
  if (schema.anyOf) {
    const all = schema.anyOf.map((each: Json) => faultsOf(value, each, document, at)) as string[][];
    return all.some((faults) => faults.length === 0) ? [] : [`${at} fits none: ${all.flat().join('; ')}`];
  }
  const faults: string[] = [];
  const fault = (text: string) => faults.push(`${at} ${text}`);
  if (schema.type && !hasType(value, schema.type)) return [`${at} is no ${schema.type}`];
  if (schema.enum && !schema.enum.includes(value)) fault('is not in the list');
  if ('const' in schema && value !== schema.const) fault('is another constant');
  if (schema.pattern && !new RegExp(schema.pattern).test(value)) fault(`does not match ${schema.pattern}`);
  if (schema.format === 'date-time' && new Date(value).toISOString() !== value) fault('is no moment');
  if (schema.minimum !== undefined && value < schema.minimum) fault('is too small');
  if (schema.maximum !== undefined && value > schema.maximum) fault('is too large');
  if (schema.properties) {
    for (const name of schema.required ?? []) if (!(name in value)) fault(`lacks ${name}`);
    for (const [name, each] of Object.entries<Json>(value)) {
      const known = schema.properties[name];
      if (known) faults.push(...faultsOf(each, known, document, `${at}/${name}`));
      else fault(`has ${name}, which the document does not know`);
    }
  }
  if (schema.items) {
    for (const [index, each] of (value as Json[]).entries()) {
      faults.push(...faultsOf(each, schema.items, document, `${at}/${index}`));
    }
  }
  return faults;
}

function hasType(value: Json, type: string): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}
