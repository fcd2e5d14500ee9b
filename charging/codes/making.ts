import {
  checkKey,
  checkLayout,
  checkObject,
  checkOperation,
  checkSequence,
  checkStep,
  checkUnit,
  checkWhole,
} from './arguments.ts';
import { dammDigit } from './damm.ts';
import { hotp } from './hotp.ts';
import { LAYOUTS, type LayoutName, MOST_UNUSED, type Operation, RECEIPT, SERVICE, type Unit } from './layouts.ts';
import { receiptKey, receiptPayload, serviceKey, servicePayload, voucherKey, voucherPayload } from './payload.ts';

function assemble(payload: string, codeKey: Uint8Array, sequence: number, tagDigits: number): string {
  const body = payload + hotp(codeKey, sequence, tagDigits);
  return body + dammDigit(body);
}

/**
 * The code that a customer types for a voucher: 10 digits in the `compact` layout, 12 in the `long` one.
 * @param stationKey 32 bytes, as `stationKey()` gives them
 * @param terms `step` in `unit`s, `quantity` in steps (1–31 compact, 1–155 long), `sequence` a safe integer from 0
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function voucherCode(
  stationKey: Uint8Array,
  terms: { layout: LayoutName; unit: Unit; step: number; quantity: number; sequence: number },
): string {
  checkKey('stationKey', stationKey);
  checkObject('terms', terms);
  const { layout, unit, step, quantity, sequence } = terms;
  checkLayout(layout);
  checkUnit(unit);
  checkStep(step);
  checkWhole('quantity', quantity, 1, LAYOUTS[layout].mostQuantity);
  checkSequence('sequence', sequence);
  const key = voucherKey(stationKey, layout, unit, step, quantity);
  return assemble(voucherPayload(layout, sequence, quantity), key, sequence, LAYOUTS[layout].tagDigits);
}

/**
 * The 12 digits that a station shows when it ends early.
 * @param terms `unused` in 155ths of what was bought (0–155, rounded down), `sequence` that of the voucher
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function receiptCode(
  stationKey: Uint8Array,
  terms: { unit: Unit; step: number; unused: number; sequence: number },
): string {
  checkKey('stationKey', stationKey);
  checkObject('terms', terms);
  const { unit, step, unused, sequence } = terms;
  checkUnit(unit);
  checkStep(step);
  checkWhole('unused', unused, 0, MOST_UNUSED);
  checkSequence('sequence', sequence);
  return assemble(
    receiptPayload(sequence, unused),
    receiptKey(stationKey, unit, step, unused),
    sequence,
    RECEIPT.tagDigits,
  );
}

/**
 * A 15-digit service code.
 * @param terms `operation` by name, `sequence` a number of the station's own that no voucher carries
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function serviceCode(stationKey: Uint8Array, terms: { operation: Operation; sequence: number }): string {
  checkKey('stationKey', stationKey);
  checkObject('terms', terms);
  const { operation, sequence } = terms;
  checkOperation(operation);
  checkSequence('sequence', sequence);
  return assemble(servicePayload(operation, sequence), serviceKey(stationKey, operation), sequence, SERVICE.tagDigits);
}
