// Whether a request comes from this machine, and whether what it calls us is a name of ours. A web page elsewhere can point
// its own name at 127.0.0.1 (DNS rebinding), and can have a browser here ask what it likes.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isLoopback } from './client-address.ts';

/** The host and port of an origin; undefined for what is none. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Whether a page of our own asks, or no page: browsers name the page's origin. */
export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin === undefined || (host !== undefined && hostOf(origin) === host.toLowerCase());
}

/** Whether `Host` is a name of this machine that no one else can point elsewhere. */
export function namesThisMachine(host: string): boolean {
  return /^(?:localhost|(?:[\w-]+\.)*localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(host);
}

/** What proxies leave on what they pass on. */
const MARKS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'] as const;

/**
 * Whether a request was made on this machine and not passed on for somebody else: over loopback, for a name of this
 * machine, by no page from elsewhere, without the marks of a proxy.
 */
export function comesFromThisMachine(request: IncomingMessage | undefined): boolean {
  if (!request) return true;
  const { headers } = request;
  if (!isOwnOrigin(headers) || MARKS.some((name) => headers[name] !== undefined)) return false;
  if (!isLoopback(request.socket.remoteAddress ?? '')) return false;
  return headers.host === undefined || namesThisMachine(headers.host);
}
