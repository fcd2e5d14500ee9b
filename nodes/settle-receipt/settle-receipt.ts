// Settles the receipt that a station showed: what was left of a voucher, once.

import { addressOf } from '../../api/client-address.ts';
import { answer, type HttpMessage, NOT_STORED } from '../../api/http.ts';
import { ask, useIssuer } from '../code-issuer/ledger-call.ts';
import { api } from '../shared/api.ts';
import { awaiting } from '../shared/awaiting.ts';
import { begin } from '../shared/begin.ts';
import { clientOf, isOperator } from '../shared/client.ts';
import { NodeFault, onInput } from '../shared/handlers.ts';
import type { NodeConfig, RED, RedNode } from '../shared/red.ts';
import { textOf } from '../shared/values.ts';

interface SettleReceiptConfig extends NodeConfig {
  readonly issuer?: string;
  /** Where messages do not name one. */
  readonly station?: string;
  /** Also receipts for vouchers that other clients bought. */
  readonly anyClient?: boolean;
}

export default function settleReceipt(red: RED): void {
  function SettleReceiptNode(this: RedNode, saved: SettleReceiptConfig) {
    const begun = begin(red, this, saved, 'settle-receipt');
    if (!begun) return;
    const { config, status } = begun;
    const issuer = useIssuer(red, this, status, config.issuer);
    onInput(this, status, (message: HttpMessage, send) => {
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
  }
  red.nodes.registerType('settle receipt', awaiting(red, 'issuer', SettleReceiptNode));
}

/** Station and receipt of the payload; or the digits alone, for the station of the settings. */
function wanted(message: HttpMessage, otherwise: string) {
  const { payload } = message;
  const plain = typeof payload !== 'object' || payload === null || payload instanceof Uint8Array;
  const given = (plain ? { receipt: payload } : payload) as Readonly<Record<string, unknown>>;
  const station = textOf(given.station ?? message.station) ?? otherwise;
  if (station === '') throw new NodeFault('no-station', 'Say which station: msg.payload.station, or in the settings.');
  const receipt = textOf(given.receipt);
  if (receipt === undefined) throw new NodeFault('no-receipt', 'Give the 12 or 14 digits of the receipt as text.');
  // As people read them out: in groups.
  return { station, receipt: receipt.replace(/[\s-]/g, ''), code: textOf(given.code), request: textOf(given.request) };
}
