// What operators and customers gave, as it may stand in a page.
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escaped = (given: string): string => given.replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);

/** An address of the web as a link, anything else as it is. */
export function linked(given: string): string {
  const shown = escaped(given);
  return /^https?:\/\/\S+$/.test(given) ? `<a href="${shown}" rel="noopener" target="_blank">${shown}</a>` : shown;
}

/** The lines of an address: in a variable of the environment they stand with `\n` between them. */
export const linesOf = (given: string): string[] => given.split(/\r?\n|\\n/).map(escaped);
