/**
 * Text as it is searched, whatever its script: one form for composed and decomposed, wide and narrow letters (NFKC), and
 * none for upper and lower case. Databases fold as their locale says, or ASCII alone; so both sides are folded here.
 */
export function fold(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** What a station is searched by. No search holds the line's ends between them. */
export const folded = (id: string, name: string, site = ''): string =>
  [id, name, ...(site === '' ? [] : [site])].map(fold).join('\n');
