// The steps of docs/first-minutes.md: what the page lists is what the tests do.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const page = new URL('../../docs/first-minutes.md', import.meta.url);

/** The numbered steps below a heading of the page. */
export function stepsBelow(heading: string): readonly string[] {
  const sections = readFileSync(page, 'utf8').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? assert.fail(`no heading "${heading}"`);
  return [...section.matchAll(/^\d+\. (.+)$/gm)].map(([, step]) => step!);
}
