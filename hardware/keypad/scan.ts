// What a scanner read, made the digits of an entry. Pure. A code may come bare, in groups, behind the symbology identifier that
// scanners can be told to send, or in a link.

/** A code has 10 to 15 digits; what is shorter or longer in a link is a port, a date, a station's number. */
const codeDigits = /(?<![0-9A-Za-z])\d{10,15}(?![0-9A-Za-z])/g;
/** ISO/IEC 15424: `]`, a letter for the symbology, a modifier. Other layouts print something else for the bracket, or nothing. */
const symbologyIdentifier = /^[^0-9A-Za-z\s]{0,2}[A-Za-z][0-9A-Za-z](?=[\d\s.-]+$)|^\][A-Za-z][0-9A-Za-z]/;
/** What is no code although it may look like one. */
const otherFields = /(?:^|[?&#;/])(?:receipt|report|station|id|amount|at|t|time|phone)=[^&#;]*/gi;

/**
 * The digits that `text` holds, or undefined where it holds none, or several that could be meant: one that is not the
 * customer's would cost a guess.
 */
export function scannedDigits(text: string): string | undefined {
  const content = text.trim().replace(symbologyIdentifier, '').trim();
  if (/^[\d\s.-]+$/.test(content)) {
    const digits = content.replace(/\D/g, '');
    return digits === '' ? undefined : digits;
  }
  const named = fieldOf(content, 'code');
  if (named !== undefined) return /^\d{1,16}$/.test(named) ? named : undefined;
  const found = new Set(withoutHost(content).replace(otherFields, ' ').match(codeDigits));
  return found.size === 1 ? [...found][0] : undefined;
}

/** The value of a field of a link's query or fragment, without what groups its digits; undefined where there is no such field, or two. */
function fieldOf(content: string, name: string): string | undefined {
  const values = [...content.matchAll(new RegExp(`[?&#;]${name}=([^&#;]*)`, 'gi'))].map(([, value]) =>
    value!.replace(/%20|[\s+.-]/g, ''),
  );
  return new Set(values).size === 1 ? values[0] : values.length === 0 ? undefined : '';
}

/** A host or port may be all digits. */
function withoutHost(content: string): string {
  return content.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, ' ');
}
