import { derive } from './keys.ts';
import { LAYOUTS, type LayoutName, OPERATIONS, type Operation, RECEIPT, SERVICE, type Unit } from './layouts.ts';

/** What a kind of code binds into its key, and how wide its payload and tag are. One place for makers and readers. */

export function voucherKey(station: Uint8Array, layout: LayoutName, unit: Unit, step: number, quantity: number) {
  return derive(station, 'voucher', layout, unit, step, quantity);
}

export function receiptKey(station: Uint8Array, unit: Unit, step: number, unused: number) {
  return derive(station, 'receipt', 'long', unit, step, unused);
}

export function serviceKey(station: Uint8Array, operation: Operation) {
  return derive(station, 'service', operation);
}

const digits = (value: number, width: number) => String(value).padStart(width, '0');

export function voucherPayload(layout: LayoutName, sequence: number, quantity: number): string {
  const { window, radix, payloadDigits } = LAYOUTS[layout];
  return digits((sequence % window) * radix + quantity - 1, payloadDigits);
}

export function receiptPayload(sequence: number, unused: number): string {
  return digits((sequence % RECEIPT.window) * RECEIPT.radix + unused, RECEIPT.payloadDigits);
}

export function servicePayload(operation: Operation, sequence: number): string {
  return `${OPERATIONS[operation]}${digits(sequence % SERVICE.window, SERVICE.payloadDigits - 1)}`;
}
