// DATABASE_URL for PostgreSQL: postgres://user:password@host:5432/name, with several hosts as libpq writes them
// (host1:5432,host2:5432, or ?host=host1,host2&port=5432,5433). No message holds a piece of what was given: it may be a
// piece of a badly written password.
import { LedgerError } from '../errors.ts';

const HOST = /^(?:\[[\da-f:.%]+\]|[^\s:[\]]*)(?::(\d{1,5}))?$/i;
/** What libpq's `target_session_attrs` may be here: the ledger always takes the server that takes writes. */
const WRITABLE = /^(?:any|read-write|primary)$/;
const FORM = 'postgres://user:password@host:5432/name, or with several hosts: @host1:5432,host2:5432/name';

/**
 * One URL for each server, in the order to try them in.
 * @throws {LedgerError} `ledger-url`
 */
export function postgresUrls(url: string): string[] {
  const parts = /^(postgres(?:ql)?:\/\/)([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url);
  if (!parts) throw notReadable();
  const [, scheme, authority, path, query = '', fragment] = parts as unknown as [string, ...string[]];
  // An @, or a #, after the hosts was meant for the password: what stands before it would be taken for a host.
  if (fragment !== undefined || path!.includes('@') || query.includes('@')) throw badlyWritten();
  const at = authority!.lastIndexOf('@');
  const user = authority!.slice(0, at + 1);
  const parameters = new URLSearchParams(query);
  const target = parameters.get('target_session_attrs');
  if (target !== null && !WRITABLE.test(target)) {
    throw new LedgerError('ledger-url', 'target_session_attrs: the ledger writes, so read-write, primary or any.');
  }
  const hosts = hostsOf(authority!.slice(at + 1), parameters);
  for (const name of ['target_session_attrs', 'load_balance_hosts', 'host', 'port']) parameters.delete(name);
  return hosts.map((host) => {
    const rest = new URLSearchParams(parameters);
    // A socket's folder is no host of a URL.
    const [folder, port] = host.startsWith('/') ? host.split(/:(?=\d+$)/) : [];
    if (folder !== undefined) rest.set('host', folder);
    if (port !== undefined) rest.set('port', port);
    const one = `${scheme}${user}${folder === undefined ? host : ''}${path}${rest.size > 0 ? `?${rest}` : ''}`;
    checkReadable(folder === undefined ? one : one.replace(user, `${user}localhost`));
    return one;
  });
}

function hostsOf(listed: string, parameters: URLSearchParams): string[] {
  const named = parameters.get('host');
  const hosts = (named ?? listed).split(',');
  const ports = parameters.get('port')?.split(',') ?? [];
  if (ports.length > 1 && ports.length !== hosts.length) throw notReadable();
  return hosts.map((host, index) => {
    if (!host.startsWith('/') && !HOST.test(host)) throw badlyWritten();
    const port = ports.length > 1 ? ports[index] : ports[0];
    if (port !== undefined && !/^\d{1,5}$/.test(port)) throw notReadable();
    return port === undefined ? host : `${host.replace(/(?<=[^:]):\d+$/, '')}:${port}`;
  });
}

function checkReadable(url: string): void {
  try {
    const { username, password, pathname } = new URL(url);
    for (const text of [username, password, pathname]) decodeURIComponent(text);
  } catch {
    throw badlyWritten();
  }
}

const notReadable = () => new LedgerError('ledger-url', `The PostgreSQL URL cannot be read. It looks so: ${FORM}`);
const badlyWritten = () =>
  new LedgerError(
    'ledger-url',
    `The PostgreSQL URL cannot be read. It looks so: ${FORM}. In user and password write % as %25, @ as %40, : as %3A, ` +
      '/ as %2F, ? as %3F, # as %23.',
  );
