// Bills by mail, where the operator has a mail server: as soon as a payment is told, to the address that the provider tells.
import { billOf } from './bill.ts';
import type { MoneyEvent } from './desk.ts';
import { packageFor } from './provider.ts';
import type { Seller } from './seller.ts';

export interface MailSettings {
  /** `smtps://user:password@host`; empty: no mail is sent. */
  readonly smtp: string;
  readonly mailFrom: string;
  readonly seller: Seller;
}

interface Transport {
  sendMail(mail: { from: string; to: string; subject: string; html: string }): Promise<unknown>;
}

const SUBJECT = { en: 'Receipt for your payment', 'zh-CN': '付款收据' } as const;
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 } as const;

/** Sends the bill of each payment that gets a code; what cannot be sent is said, and nothing else waits for it. */
export function mailerOf(
  { smtp, mailFrom, seller }: MailSettings,
  log: { warn(text: string): void },
): (event: MoneyEvent) => void {
  let opening: Promise<Transport> | undefined;
  const open = async (): Promise<Transport> => {
    const { createTransport } = await packageFor('nodemailer', () => import('nodemailer'));
    return createTransport({ url: smtp, ...TIMEOUTS } as never);
  };
  return ({ event, email, reservation }) => {
    if (event !== 'paid' || email === undefined || !reservation) return;
    opening ??= open();
    opening
      .then((transport) =>
        transport.sendMail({
          from: mailFrom,
          to: email,
          subject: `${SUBJECT[seller.language]} · ${seller.name}`,
          html: billOf(reservation, seller),
        }),
      )
      .catch((error: Error) => {
        opening = undefined;
        log.warn(`The bill of ${reservation.id} could not be mailed: ${error.message}`);
      });
  };
}
