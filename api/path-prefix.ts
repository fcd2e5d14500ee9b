// What stands before the contract's paths where the outside sees them: Node-RED's own root (`httpNodeRoot`), and what a
// proxy before it takes off and tells as X-Forwarded-Prefix. Links to itself carry both.
import type { ServerResponse } from 'node:http';
import type { Trusts } from './client-address.ts';
import type { HttpRequest } from './http.ts';

const LONGEST = 200;
const PREFIX = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~%-]+)+$/;

/** `/shop`, or nothing; without a slash at its end. */
export function pathPrefix(request: HttpRequest | undefined): string {
  if (!request) return '';
  return `${forwardedPrefix(request)}${request.baseUrl ?? ''}`;
}

/** Where the outside sees this cloud: `https://example.com/shop`; undefined for a message without a request. */
export function publicAddress(request: HttpRequest | undefined): string | undefined {
  const { host } = request?.headers ?? {};
  if (!request || host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return `${request.secure ? 'https' : 'http'}://${host}${pathPrefix(request)}`;
}

/** What proxies took off, the outermost first; nothing from those that are not trusted, and nothing that is no path. */
function forwardedPrefix(request: HttpRequest): string {
  const given = request.headers['x-forwarded-prefix'];
  if (given === undefined) return '';
  const trusts = request.app?.get('trust proxy fn') as Trusts | undefined;
  if (!trusts?.(request.socket.remoteAddress ?? '', 0)) return '';
  const parts = String(given)
    .split(',')
    .map((part) => part.trim().replace(/\/+$/, ''))
    .filter((part) => part !== '');
  const prefix = parts.join('');
  return prefix.length <= LONGEST && parts.every((part) => PREFIX.test(part)) ? prefix : '';
}

/** Redirections that pages of others' make (dashboard, editor) carry what proxies took off. */
export function prefixRedirections(request: HttpRequest, response: ServerResponse): void {
  const prefix = forwardedPrefix(request);
  if (prefix === '') return;
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) =>
    setHeader(name, /^location$/i.test(name) && /^\/(?!\/)/.test(String(value)) ? `${prefix}${value}` : value);
}
