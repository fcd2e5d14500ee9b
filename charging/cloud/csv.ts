// The ledger as RFC 4180 lines.
import type { CodeRecord } from './types.ts';

export const CSV_HEADER =
  'issued_at,request,station,kind,sequence,amount,unit,price_minor_units,currency,client,settled_at,unused,refund_minor_units\r\n';

export function csvLine(row: CodeRecord): string {
  const fields = [
    row.issuedAt,
    row.request,
    row.station,
    row.kind,
    row.sequence,
    row.amount,
    row.unit,
    row.price?.minorUnits ?? null,
    row.price?.currency ?? null,
    row.client,
    row.settledAt,
    row.unused,
    row.refund?.minorUnits ?? null,
  ];
  return `${fields.map(field).join(',')}\r\n`;
}

function field(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet would run what begins so as a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
