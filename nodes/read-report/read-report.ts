// Reads the report that a station gave to whoever came by: what ended there since, and what is wrong with it.

import { answer, type HttpMessage, NOT_STORED } from '../../api/http.ts';
import { ask, useIssuer } from '../code-issuer/ledger-call.ts';
import { api } from '../shared/api.ts';
import { NodeFault, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import type { NodeConfig } from '../shared/red.ts';
import { fieldsOf, textOf } from '../shared/values.ts';

interface ReadReportConfig extends NodeConfig {
  readonly issuer?: string;
  /** Where messages do not name one. */
  readonly station?: string;
}

export default nodeType<ReadReportConfig>('read report', { uses: 'issuer' }, ({ red, node, config, status }) => {
  const issuer = useIssuer(red, node, status, config.issuer);
  onInput(node, status, (message: HttpMessage, send) => {
    const call = wanted(message, config.station?.trim() ?? '');
    return ask(
      { issuer, status },
      message,
      send,
      (ledger) => ledger.hearReport(call),
      ({ alarms, ...heard }) => {
        api().cloudMetrics.reportHeard(heard.new);
        if (alarms.length > 0) {
          send([null, null, alarms.map((alarm) => ({ topic: alarm.kind, payload: alarm }))]);
          issuer?.alarmsRaised();
        }
        answer(message, 200, heard, NOT_STORED);
        return 'heard';
      },
    );
  });
});

/** Station and report of the payload; the whole link, as a scanner reads it; or the report alone, for the station of the settings. */
function wanted(message: HttpMessage, otherwise: string): { station: string; report: string } {
  const { payload } = message;
  const plain = textOf(payload);
  const given = plain === undefined ? fieldsOf(payload) : { report: plain };
  const text = textOf(given.report);
  if (text === undefined || plain === '')
    throw new NodeFault('no-report', 'Give the text of the report, or the link in the QR code.');
  const { page, ofLink } = partsOf(text);
  const station = textOf(given.station ?? message.station) ?? (page === undefined ? otherwise : decoded(page));
  if (station === '') throw new NodeFault('no-station', 'Say which station: msg.payload.station, or in the settings.');
  return { station, report: ofLink ?? text };
}

const PAGES = '/charge/';
const MARK = 'report=';

/** What a link says. Looked for from one place on, never back and forth: anybody may send any text. */
function partsOf(text: string): { readonly page?: string; readonly ofLink?: string } {
  const at = text.indexOf(PAGES);
  const rest = text.slice(at + PAGES.length);
  const mark = rest.search(/[#&]report=/);
  const page = /^[^/?#]+/.exec(rest)?.[0];
  const ofLink = /^[\w-]+/.exec(rest.slice(mark + 1 + MARK.length))?.[0];
  return at < 0 || mark < 0 || !page || !ofLink ? {} : { page, ofLink };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
