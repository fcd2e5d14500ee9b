// The customer's page as a phone gets it: without comments and margins, its programs with short names, since a phone with a
// weak signal waits for every byte; and the QR codes' library as one more file of the page.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { qrCodeFile } from './qr-code.ts';

type Minified = { readonly code: string; readonly error?: undefined } | { readonly error: Error };
const require = createRequire(import.meta.url);
const { minify } = require('uglify-js') as { minify: (program: string, options: object) => Minified };

const folder = join(import.meta.dirname, '../cloud/pages/charge');

/** The page's files by their names. */
export function chargePageFiles(): Readonly<Record<string, string>> {
  const written = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  return Object.fromEntries(
    [...written, ['qr-code.js', qrCodeFile] as const].map(([name, text]) => [name, lean(name, text)]),
  );
}

function lean(name: string, source: string): string {
  switch (extname(name)) {
    case '.js':
      return leanProgram(source);
    case '.css':
      return leanStyle(source);
    default:
      return withoutMargins(source);
  }
}

/** The banner of a library, a comment that begins with `!`, stays. */
function leanProgram(source: string): string {
  const minified = minify(source, { toplevel: true, compress: { passes: 3 }, output: { comments: /^!/ } });
  if (minified.error) throw minified.error;
  return minified.code;
}

function leanStyle(source: string): string {
  return withoutMargins(source.replace(/\/\*[\s\S]*?\*\//g, ''))
    .replace(/^([\w-]+): /gm, '$1:')
    .replace(/ \{$/gm, '{')
    .replace(/([;{},])\n/g, '$1');
}

function withoutMargins(source: string): string {
  const lines = source.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join('\n');
}
