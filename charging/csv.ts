// Tables as spreadsheets read them: what the cloud's ledger and a station's journal are exported as.

/**
 * One line of RFC 4180, its end included. Nothing is written for null and undefined, JSON for what is no text or number.
 * A spreadsheet would run a text that begins as a formula does: an apostrophe before it keeps it a text. A number is none,
 * and keeps its decimals.
 */
export function csvLine(fields: readonly unknown[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const given = typeof value === 'string' ? value : JSON.stringify(value);
  const isFormula = /^[=+\-@\t\r]/.test(given) && !/^-\d+(?:\.\d+)?$/.test(given);
  const text = isFormula ? `'${given}` : given;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
