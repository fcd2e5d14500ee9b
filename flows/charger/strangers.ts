// Who may ask a charger anything: a person at this machine, or on the network that it was opened to, in a page of its own.
// Not a page from elsewhere, which has a browser here ask, or has pointed its own name at this machine (DNS rebinding).
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { addressOf, isLoopback } from '../../api/client-address.ts';
import { type Problem, problem } from '../../api/problems.ts';
import { isOwnOrigin, namesThisMachine } from '../../api/this-machine.ts';
import { handshakes } from '../server/handshakes.ts';

interface Reachable {
  /** What is listened on. */
  readonly host: string;
  /** Names by which a network knows this machine, with commas between them. */
  readonly allowed: string | undefined;
}

/** What refuses strangers, be it the editor, the panel, its socket or the bench that they ask. */
export function strangers({ host, allowed }: Reachable): (request: IncomingMessage) => Problem | undefined {
  const names = new Set(
    (allowed ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((name) => name !== ''),
  );
  if (!isLoopback(host)) for (const name of [host, hostname(), `${hostname()}.local`]) names.add(name.toLowerCase());
  const isOurs = (given: string) => {
    if (namesThisMachine(given)) return true;
    const name = given.toLowerCase().replace(/:\d+$/, '');
    // Nobody can point an address elsewhere, as they can a name.
    return names.has(name) || (!isLoopback(host) && isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0);
  };
  return ({ headers, method }) => {
    if (headers.host !== undefined && !isOurs(headers.host)) {
      return problem(
        'foreign-host',
        'Ask for localhost or the address of this machine, or name yours in ALLOWED_HOSTS.',
      );
    }
    const fromElsewhere = headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
    // Following a link to the panel is no request of the page that has it.
    const follows =
      method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
    if (!isOwnOrigin(headers) || (fromElsewhere && !follows)) {
      return problem('foreign-page', "Only the station's own pages may ask this in a browser.");
    }
    return undefined;
  };
}

/** Bounds what one address can have the charger keep for panels that it never shows. */
export function panelSocket(): (request: IncomingMessage) => Promise<Problem | undefined> {
  const refuses = handshakes('Too many panels were opened.');
  return (request) => refuses(request, addressOf(request));
}
