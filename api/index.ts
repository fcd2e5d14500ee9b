// What the cloud's nodes use of the contract that is heavy to read: validators, limiters, metrics and the ledger behind them.
// nodes/shared/api.ts reads it when the first of those nodes is made.
export { isRefused } from '../charging/cloud/ledger.ts';
export { Admitter } from './admission.ts';
export { CALLS } from './contract.ts';
export { Issuer } from './issuer.ts';
export { cloudMetrics } from './metrics.ts';
export { openApiDocument } from './openapi.ts';
export { BILL_HEADERS, billOf } from './payments/bill.ts';
