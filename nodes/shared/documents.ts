// The pages of docs/, where the links of the nodes' help lead: who stands at a station has no network to read them from.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './package-version.ts';
import type { RED } from './red.ts';

/** A page has words and links, whatever stands in its file. */
const NOTHING_ELSE = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
};

/** `GET offline-charging/docs/PAGE.md` of Node-RED's admin API: the page for anybody, since it is public. */
export function openDocuments(red: RED): void {
  red.httpAdmin.get('/offline-charging/docs/:page', (request, response) => {
    const { page } = request.params as Readonly<Record<'page', string>>;
    const file = join(packageFolder, 'docs', page);
    if (!/^[\w-]+\.md$/.test(page) || !existsSync(file)) response.status(404).end();
    else
      response
        .set(NOTHING_ELSE)
        .type('html')
        .send(readable(page, readFileSync(file, 'utf8')));
  });
}

/** As it was written, with headings that links reach, and links to the other pages and to the web. */
function readable(page: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const body = escaped
    .replace(/^#{1,4} (.+)$/gm, (line, heading: string) => `<b id="${anchorOf(heading)}">${line}</b>`)
    .replace(/(?<!!)\[([^\]]+)\]\(((?:[\w-]+\.md)?(?:#[\w-]+)?|https:\/\/[^\s)]+)\)/g, '<a href="$2">$1</a>');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${page}</title>
<pre style="white-space: pre-wrap; width: fit-content; margin: 1em auto; font-size: 13px; line-height: 1.4">${body}</pre>
</html>
`;
}

/** As GitHub makes the name of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
