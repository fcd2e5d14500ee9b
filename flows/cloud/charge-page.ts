// Serves the customer's page: `/charge/{id}` is one static page for every station, `/charge-assets/{file}` what it
// loads. Connect middleware, so that a settings file, a flow and a test can each put it where they need it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { escaped, linesOf, linked } from '../../api/payments/html.ts';
import { unusualDecimals } from '../../charging/cloud/currencies.ts';
import { shippedChargePage } from '../server/user-folder.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline, in no frame: what is typed and shown here is worth money. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Asset {
  readonly body: Buffer;
  readonly zipped: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Next = (error?: unknown) => void;

/** Who sells, as it stands at the foot of the page. */
interface PageSeller {
  readonly name?: string | undefined;
  readonly address?: string | undefined;
  readonly taxNumber?: string | undefined;
  /** A sentence, or where the terms are found. */
  readonly terms?: string | undefined;
}

/**
 * @param folder where index.html and its assets lie
 * @param contact whom customers ask: a telephone number, an address, a few words; empty: it says "the operator"
 * @param seller shown at its foot, where it is given
 * @returns middleware that answers GET and HEAD of the page and its assets and passes everything else on
 */
export function chargePage(
  folder = shippedChargePage(),
  contact = '',
  seller: PageSeller = {},
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  const assets = load(folder, contact, seller);
  return (request, response, next) => {
    const found = request.method === 'GET' || request.method === 'HEAD' ? assets.get(named(request.url)) : undefined;
    if (!found) return next();
    for (const [name, value] of Object.entries(found.headers)) response.setHeader(name, value);
    response.setHeader('ETag', found.etag);
    if (isFresh(request.headers['if-none-match'], found.etag)) {
      response.statusCode = 304;
      response.end();
      return;
    }
    const zip = /\bgzip\b/.test(String(request.headers['accept-encoding']));
    if (zip) response.setHeader('Content-Encoding', 'gzip');
    const body = zip ? found.zipped : found.body;
    response.setHeader('Content-Length', body.length);
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

/** Weak comparison, RFC 9110 section 13.1.2. */
function isFresh(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag));
}

/** The file that a path asks for: every station has the same page, which reads the station's id from its address. */
function named(url = '/'): string {
  const path = url.split('?', 1)[0] ?? '/';
  if (/^\/charge\/[^/]+$/.test(path)) return 'index.html';
  return /^\/charge-assets\/([\w.-]+)$/.exec(path)?.[1] ?? '';
}

/** Who sells, at the foot of the page. */
function withSeller(
  file: Buffer,
  name: string,
  { name: who = '', address = '', taxNumber = '', terms = '' }: PageSeller,
) {
  if (name !== 'index.html') return file;
  const parts = [escaped(who), linesOf(address).join(', '), escaped(taxNumber), linked(terms)].filter(Boolean);
  return Buffer.from(
    file.toString().replace(/(<footer[^>]*>)(?=<\/footer>)/, `$1${parts.join(' · ').replaceAll('$', '$$$$')}`),
  );
}

function load(folder: string, contact: string, seller: PageSeller): Map<string, Asset> {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
  const settings = { decimals: unusualDecimals(), contact };
  const contents = new Map([
    ['settings.js', Buffer.from(`Object.assign(window.Charge, ${JSON.stringify(settings)});\n`)],
    ...names.map((name) => [name, withSeller(readFileSync(join(folder, name)), name, seller)] as const),
  ]);
  const all = createHash('sha256');
  for (const name of [...contents.keys()].sort()) all.update(name).update(contents.get(name)!);
  const version = all.digest('hex').slice(0, 16);

  return new Map(
    [...contents].map(([name, content]) => {
      // The browser fetches a worker anew when its bytes changed: its first line changes when any file of the page does.
      const body = name === 'sw.js' ? Buffer.concat([Buffer.from(`self.VERSION = '${version}';\n`), content]) : content;
      const headers: Record<string, string> = {
        'Content-Type': TYPES[extname(name)]!,
        'Cache-Control': 'no-cache',
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Content-Security-Policy': POLICY,
        Vary: 'Accept-Encoding',
      };
      // The worker lies beside the page's other files and still has to answer for the page.
      if (name === 'sw.js') headers['Service-Worker-Allowed'] = '/';
      const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      return [name, { body, zipped: gzipSync(body, { level: 9 }), etag, headers }] as const;
    }),
  );
}
