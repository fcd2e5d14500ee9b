// Settles the receipt that a station showed: what was left of a voucher, once.

import { addressOf } from '../../api/client-address.ts';
import { answer, type HttpMessage, NOT_STORED } from '../../api/http.ts';
import { ask, useIssuer } from '../code-issuer/ledger-call.ts';
import { api } from '../shared/api.ts';
import { clientOf, isOperator } from '../shared/client.ts';
import { NodeFault, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import type { NodeConfig } from '../shared/red.ts';
import { fieldsOf, textOf } from '../shared/values.ts';

interface SettleReceiptConfig extends NodeConfig {
  readonly issuer?: string;
  /** Where messages do not name one. */
  readonly station?: string;
  /** Also receipts for vouchers that other clients bought. */
  readonly anyClient?: boolean;
}

export default nodeType<SettleReceiptConfig>('settle receipt', { uses: 'issuer' }, ({ red, node, config, status }) => {
  const issuer = useIssuer(red, node, status, config.issuer);
  onInput(node, status, (message: HttpMessage, send) => {
    const call = wanted(message, config.station?.trim() ?? '');
    const anyClient = config.anyClient === true || isOperator(message);
    return ask(
      { issuer, status },
      message,
      send,
      (ledger) =>
        ledger.settle({
          ...call,
          client: clientOf(message),
          anyClient,
          address: message.req && addressOf(message.req),
        }),
      (good) => {
        api().cloudMetrics.settled();
        answer(message, 200, good, NOT_STORED);
        return 'settled';
      },
    );
  });
});

/** Station and receipt of the payload; or the digits alone, for the station of the settings. */
function wanted(message: HttpMessage, otherwise: string) {
  const { payload } = message;
  const plain = textOf(payload);
  const given = plain === undefined ? fieldsOf(payload) : { receipt: plain };
  const station = textOf(given.station ?? message.station) ?? otherwise;
  if (station === '') throw new NodeFault('no-station', 'Say which station: msg.payload.station, or in the settings.');
  const receipt = textOf(given.receipt);
  if (receipt === undefined) throw new NodeFault('no-receipt', 'Give the 12 or 14 digits of the receipt as text.');
  // As people read them out: in groups.
  return { station, receipt: receipt.replace(/[\s-]/g, ''), code: textOf(given.code), request: textOf(given.request) };
}
