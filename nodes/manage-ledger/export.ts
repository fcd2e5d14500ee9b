// Exports the ledger. Millions of rows never stand in memory: an HTTP answer is written as it is read, in the client's
// pace; without one, a message goes out for each piece, told apart by `msg.parts` as a `join` node takes them.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HttpMessage } from '../../api/http.ts';
import type { Issuer } from '../../api/issuer.ts';
import { problem } from '../../api/problems.ts';
import { refusalOf, sendRefusal } from '../code-issuer/ledger-call.ts';
import type { Send } from '../shared/red.ts';

const headersOf = (name: string) => ({
  'Content-Type': 'text/csv; charset=utf-8',
  'Content-Disposition': `attachment; filename="${name}.csv"`,
  'Cache-Control': 'no-store',
});

export async function exportLedger(issuer: Issuer, message: HttpMessage, send: Send): Promise<void> {
  const { from, to, station } = message.payload as { from?: string; to?: string; station?: string };
  if (![from, to].every((each) => each === undefined || isDate(each))) {
    const detail = 'Dates are written as 2026-11-22 or 2026-11-22T08:00:00Z.';
    return sendRefusal(message, send, problem('invalid-request', detail));
  }
  return sendCsv(message, send, 'ledger', async () => (await issuer.ledger()).exportCsv({ from, to, station }));
}

/** What a month brought, by the operator's own clock and tax. */
export async function exportStatement(issuer: Issuer, message: HttpMessage, send: Send): Promise<void> {
  const { month, station, site } = message.payload as { month?: string; station?: string; site?: string };
  if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month ?? '')) {
    return sendRefusal(message, send, problem('invalid-request', 'A month is written as 2026-11.'));
  }
  const { vatPercent, timeZone } = issuer.payments.settings.seller;
  const settings = { month: month!, station, site, vatPercent, timeZone };
  return sendCsv(message, send, `statement-${month}`, async () => (await issuer.ledger()).statement(settings));
}

async function sendCsv(
  message: HttpMessage,
  send: Send,
  name: string,
  open: () => Promise<AsyncIterable<string>>,
): Promise<void> {
  let pieces: AsyncIterator<string>;
  let first: IteratorResult<string>;
  try {
    pieces = (await open())[Symbol.asyncIterator]();
    // The first piece before the answer begins: a ledger that is away is still a 503.
    first = await pieces.next();
  } catch (error) {
    return sendRefusal(message, send, refusalOf(error));
  }
  const all = follow(first, pieces);
  const response = message.res?._res;
  if (!response) return sendPieces(all, message, send);
  for (const [header, value] of Object.entries(headersOf(name))) response.setHeader(header, value);
  if (message.req?.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(all), response);
  } catch (error) {
    // The client went away in the middle: its business. What broke here is a fault.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function isDate(text: string): boolean {
  const [, day] = /^(\d{4}-\d\d-\d\d)(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(text))) return false;
  // `Date.parse` takes the 30th of February for the 2nd of March.
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

async function* follow(first: IteratorResult<string>, pieces: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    for (let piece = first; !piece.done; piece = await pieces.next()) yield piece.value;
  } finally {
    await pieces.return?.();
  }
}

async function sendPieces(pieces: AsyncIterable<string>, message: HttpMessage, send: Send): Promise<void> {
  const id = String(message._msgid ?? '');
  let index = 0;
  for await (const payload of pieces) {
    send([{ ...message, payload, parts: { id, type: 'string', ch: '', index } }]);
    index += 1;
  }
}
