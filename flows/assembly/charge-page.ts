// The customer's page as a phone gets it: without comments and margins, its programs with short names, since a phone with a
// weak signal waits for every byte; and the QR codes' library as one more file of the page.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { leanProgram } from './lean-program.ts';
import { qrCodeFile } from './qr-code.ts';

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
