/**
 * The code format, version 1 (docs/code-format.md): keys, voucher codes, receipts and service codes.
 * Published as `@offline-charging/node-red/codes`.
 */
export { dammDigit, hasValidCheckDigit } from './damm.ts';
export { stationKey } from './keys.ts';
export {
  digitsForReading,
  LAYOUTS,
  type Layout,
  type LayoutName,
  MOST_UNUSED,
  OPERATIONS,
  type Operation,
  RECEIPT,
  SERVICE,
  type Unit,
} from './layouts.ts';
export { receiptCode, serviceCode, voucherCode } from './making.ts';
export {
  CodeReader,
  type CodeReading,
  firstFrom,
  type ReceiptReading,
  readEntry,
  readReceipt,
  type ServiceReading,
  type VoucherReading,
} from './reading.ts';
