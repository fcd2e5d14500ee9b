import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { mailerOf } from '../../../api/payments/mail.ts';
import { sellerOf } from '../../../api/payments/seller.ts';
import type { Reservation } from '../../../charging/cloud/ledger.ts';
import { until } from '../../support/applications.ts';

const seller = sellerOf({
  ...{ name: 'Harbour', address: 'Quay 1', taxNumber: '', terms: '', timeZone: 'UTC', language: 'en', vatPercent: 19 },
});
const reservation: Reservation = {
  ...{ id: 'a'.repeat(32), station: 'CP-0001', amount: 60, unit: 'min', status: 'paid' },
  ...{ reservedAt: '2026-11-22T12:00:00Z', lapsesAt: '2026-11-22T12:35:00Z', paidAt: '2026-11-22T12:01:00Z' },
  price: { minorUnits: 300, currency: 'EUR' },
};
const paid = {
  event: 'paid',
  payment: 'pi_1',
  request: reservation.id,
  email: 'jenny@example.com',
  reservation,
} as const;

describe('bills by mail', () => {
  let server: Server;
  let mails: string[];
  const said: string[] = [];
  const log = { warn: (text: string) => void said.push(text) };
  before(async () => {
    mails = [];
    // As much of SMTP (RFC 5321) as a mail takes.
    server = createServer((socket) => {
      let text = '';
      let inData = false;
      socket.write('220 here\r\n');
      socket.on('data', (piece) => {
        text += piece;
        if (inData && text.endsWith('\r\n.\r\n')) {
          mails.push(text);
          inData = false;
          socket.write('250 kept\r\n');
        } else if (!inData) {
          inData = /^DATA\r\n$/m.test(String(piece));
          socket.write(inData ? '354 go on\r\n' : '250 fine\r\n');
        }
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  it('go to where the provider says, for payments that get a code', async () => {
    const smtp = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const hear = mailerOf({ smtp, mailFrom: 'Charging <charging@example.com>', seller }, log);
    hear({ ...paid, event: 'stray' });
    const { email: _, ...unnamed } = paid;
    hear(unnamed);
    hear(paid);
    await until('it came', () => Promise.resolve(mails.length > 0));
    assert.equal(mails.length, 1);
    assert.match(mails[0]!, /RCPT TO:<jenny@example\.com>/);
    assert.match(mails[0]!, /From: Charging <charging@example\.com>/);
    assert.match(mails[0]!.replaceAll('=\r\n', ''), /3\.00 EUR/);
    assert.deepEqual(said, []);
  });

  it('that cannot be sent are said in the log, and keep nobody waiting', async () => {
    mailerOf({ smtp: 'smtp://127.0.0.1:9', mailFrom: 'a@example.com', seller }, log)(paid);
    await until('it is said', () => Promise.resolve(said.length > 0));
    assert.match(said[0]!, /^The bill of a{32} could not be mailed: /);
  });
});
