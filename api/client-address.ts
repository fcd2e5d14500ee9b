// The one reading of addresses: where a request comes from, under whose name it is counted, which proxies may say so.
// Proxies write addresses in many ways (with a port, in brackets, IPv4 inside IPv6); each client has one all the same.
import { BlockList, isIP, SocketAddress } from 'node:net';
import { Cache } from '../charging/cache.ts';
import type { HttpRequest } from './http.ts';

/** Spellings that are remembered; an address is read for each request. */
const MOST_REMEMBERED = 10_000;

/** IPv4 inside IPv6, by the first 96 bits: mapped (RFC 4291), translated (RFC 7915), behind NAT64 (RFC 6052). */
const EMBEDDED = ['0:0:0:0:0:ffff', '0:0:0:0:ffff:0', '64:ff9b:0:0:0:0'];

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

interface Read {
  /** In its one spelling. */
  readonly address: string;
  readonly countedAs: string;
  readonly loopback: boolean;
}

const known = new Cache<Read | undefined>(MOST_REMEMBERED);

/**
 * An IP address in its one spelling: with a port, in brackets or quotes, with a zone, in capitals, IPv4 inside IPv6.
 * Undefined for what is none, such as `unknown` or `_hidden` (RFC 7239).
 */
export function readAddress(text: string): string | undefined {
  return read(text)?.address;
}

/** `localhost`, or an address of this machine's own. */
export function isLoopback(host: string): boolean {
  return /^localhost$/i.test(host) || read(host)?.loopback === true;
}

/**
 * Under what a request is counted: an IPv4 address, or the /64 that one household or phone has of IPv6. What a proxy gives
 * that is no address counts as the proxy.
 */
export function addressOf(request: HttpRequest | undefined): string {
  if (!request) return '';
  const { remoteAddress = '' } = request.socket;
  const found = (request.ip === undefined ? undefined : read(request.ip)) ?? read(remoteAddress);
  return found?.countedAs ?? remoteAddress;
}

/** As `addressOf`, of what a socket says alone. */
export function countedAs(address: string): string {
  return read(address)?.countedAs ?? address;
}

function read(text: string): Read | undefined {
  // What is longer than any address is no address, and not kept.
  return text.length <= 100 ? known.getOrMake(text, () => readAnew(text)) : readAnew(text);
}

function readAnew(text: string): Read | undefined {
  const host = bare(text);
  const family = isIP(host);
  if (family === 0) return undefined;
  const groups = family === 6 ? groupsOf(host) : [];
  if (family === 6 && !EMBEDDED.includes(groups.slice(0, 6).join(':'))) {
    const { address } = new SocketAddress({ address: host, family: 'ipv6' });
    return {
      address,
      countedAs: `${groups.slice(0, 4).join(':')}::/64`,
      loopback: LOOPBACK.check(address, 'ipv6'),
    };
  }
  const address = family === 4 ? host : dotted(groups);
  return { address, countedAs: address, loopback: LOOPBACK.check(address, 'ipv4') };
}

/** Without blanks, quotes, brackets, port and zone. */
function bare(text: string): string {
  const unquoted = text.trim().replace(/^"(.*)"$/, '$1');
  const host = /^\[([^\]]*)\](?::\d+)?$/.exec(unquoted)?.[1] ?? /^([\d.]+):\d+$/.exec(unquoted)?.[1] ?? unquoted;
  return host.replace(/%.*$/, '');
}

/** The eight groups of an IPv6 address, in hexadecimal without leading zeros. */
function groupsOf(host: string): string[] {
  const { address } = new SocketAddress({ address: host, family: 'ipv6' });
  const [front = '', back = ''] = address.split('::').map(withoutDots);
  const [left, right] = [front, back].map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - left!.length - right!.length }, () => '0');
  return [...left!, ...zeros, ...right!];
}

/** `ffff:203.0.113.7` as `ffff:cb00:7107`. */
function withoutDots(part: string): string {
  return part.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a, b, c, d] = bytes.slice(0, 4).map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

function dotted(groups: readonly string[]): string {
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}

/** Whether a proxy is trusted to say where a request comes from, as Express asks: `hop` counts from this machine, from 0. */
export type Trusts = (address: string, hop: number) => boolean;

/** Names of Express's. */
const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};
const MOST_PROXIES = 32;

/**
 * @param text how many proxies stand before this cloud, or their addresses and networks, with commas between them
 * @returns undefined when it is neither
 */
export function trustedProxies(text: string): Trusts | undefined {
  if (/^\s*\d+\s*$/.test(text)) {
    const count = Number(text);
    return count <= MOST_PROXIES ? (_, hop) => hop < count : undefined;
  }
  const list = new BlockList();
  const parts = text.split(',').flatMap((part) => NETWORKS[part.trim().toLowerCase()] ?? [part]);
  if (!parts.every((part) => addTo(list, part))) return undefined;
  return (address) => {
    const found = readAddress(address);
    return found !== undefined && list.check(found, isIP(found) === 4 ? 'ipv4' : 'ipv6');
  };
}

function addTo(list: BlockList, part: string): boolean {
  const [host = '', bits, ...more] = part.split('/');
  const given = bare(host);
  const address = readAddress(host);
  if (address === undefined || more.length > 0 || (bits !== undefined && !/^\s*\d{1,3}\s*$/.test(bits))) return false;
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  // A network of IPv4 addresses written inside IPv6.
  const inside = family === 4 && isIP(given) === 6 ? 96 : 0;
  const length = bits === undefined ? most : Number(bits) - inside;
  if (length < 0 || length > most) return false;
  list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
  return true;
}
