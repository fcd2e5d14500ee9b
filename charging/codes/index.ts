/**
 * The code format, version 1 (docs/code-format.md): keys, voucher codes, receipts and service codes; and reports
 * (docs/reports.md).
 * Published as `@offline-charging/node-red/codes`.
 */
export {
  type Algorithm,
  type Bounds,
  type CodeReading,
  type CodeUnit,
  type Grant,
  type LayoutName,
  type Matcher,
  MOST_UNUSED,
  type Operation,
  type ReceiptLayoutName,
  type ReceiptReading,
  type ServiceReading,
  type Unit,
  type VoucherReading,
} from './algorithm.ts';
export {
  ALGORITHM_NAMES,
  type AlgorithmName,
  algorithmOf,
  boundsIn,
  isAlgorithmName,
  readEntry,
  readReceipt,
} from './algorithms.ts';
export { dammDigit, hasValidCheckDigit } from './damm.ts';
export { digitsForReading } from './grouping.ts';
export { stationKey } from './keys.ts';
export { firstFrom } from './numbering.ts';
export {
  type ClosedVoucher,
  END_REASONS,
  FAULT_NUMBERS,
  MOST_CLOSED_LISTED,
  type OpenVoucher,
  type Report,
  readReport,
  sealReport,
  type Unreadable,
} from './report.ts';
export {
  CodeReader,
  LAYOUTS,
  type Layout,
  OPERATIONS,
  RECEIPT,
  RECEIPTS,
  receiptCode,
  SERVICE,
  serviceCode,
  voucherCode,
} from './voucher-format.ts';
