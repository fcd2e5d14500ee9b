// Checks of what callers hand in: wrong kinds throw a TypeError, wrong values a RangeError; both name the argument.
import type { CodeUnit } from './algorithm.ts';

const KEY_BYTES = 32;

export function checkKey(name: string, key: unknown): asserts key is Uint8Array {
  if (!(key instanceof Uint8Array)) throw new TypeError(`${name}: a Uint8Array of ${KEY_BYTES} bytes`);
  if (key.length !== KEY_BYTES) throw new RangeError(`${name}: ${KEY_BYTES} bytes, not ${key.length}`);
}

export function checkString(name: string, text: unknown): asserts text is string {
  if (typeof text !== 'string') throw new TypeError(`${name}: a string`);
}

export function checkText(name: string, text: unknown): asserts text is string {
  checkString(name, text);
  if (text.length === 0 || text.includes('\0')) throw new RangeError(`${name}: not empty and without a zero byte`);
  if (!text.isWellFormed()) throw new RangeError(`${name}: well-formed Unicode`);
}

export function checkWhole(name: string, value: unknown, least: number, most: number): asserts value is number {
  if (typeof value !== 'number') throw new TypeError(`${name}: a number`);
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new RangeError(`${name}: a whole number from ${least} to ${most}, not ${value}`);
  }
}

/** Where a search begins or ends may lie below zero. */
export function checkSafe(name: string, value: unknown): asserts value is number {
  checkWhole(name, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

/** Sequence numbers and key versions: safe integers from 0. */
export function checkSequence(name: string, value: unknown): asserts value is number {
  checkWhole(name, value, 0, Number.MAX_SAFE_INTEGER);
}

/** One of the names that a table has. */
export function checkName<Name extends string>(
  name: string,
  value: unknown,
  table: Readonly<Record<Name, unknown>>,
): asserts value is Name {
  const names = Object.keys(table).join(', ');
  if (typeof value !== 'string') throw new TypeError(`${name}: a string, one of ${names}`);
  if (!Object.hasOwn(table, value)) throw new RangeError(`${name}: one of ${names}, not ${JSON.stringify(value)}`);
}

export function checkUnit(unit: unknown): asserts unit is CodeUnit {
  if (typeof unit !== 'string') throw new TypeError('unit: a string, "min", "Wh" or "min:" and a tariff');
  const tariff = /^min:([^\0]+)$/s.exec(unit)?.[1];
  if (unit !== 'min' && unit !== 'Wh' && !tariff?.isWellFormed()) {
    throw new RangeError(`unit: "min", "Wh" or "min:" and a tariff, not ${JSON.stringify(unit)}`);
  }
}

export function checkStep(step: unknown): asserts step is number {
  checkWhole('step', step, 1, Number.MAX_SAFE_INTEGER);
}

export function checkObject(name: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name}: an object`);
}
