// The keys in a message.
import { NodeFault } from '../shared/handlers.ts';
import { textOf } from '../shared/values.ts';

/** More keys at once than a person types come from a mistake in a flow. */
const MOST_KEYS = 256;
/** More than a QR code at a station holds. */
const MOST_SCANNED = 4096;

/** What is no character on a key, and comes alone. */
const WORDS = ['clear', 'num-lock'];

/** One key, or several in the order in which they are pressed. @throws {NodeFault} `bad-keys` */
export function keysOf(payload: unknown): readonly string[] {
  const text = textOf(payload)?.replace(/\s/g, '');
  if (text !== undefined && WORDS.includes(text)) return [text];
  if (text === undefined || text === '' || text.length > MOST_KEYS || !/^[0-9*#A-D]+$/.test(text)) {
    throw new NodeFault('bad-keys', `msg.payload must be keys: 0 to 9, * and #, at most ${MOST_KEYS} at once.`);
  }
  return [...text];
}

/** What a scanner read, when a page hears it instead of the station. @throws {NodeFault} `bad-keys` */
export function scanOf(payload: unknown): string {
  const text = textOf(payload);
  if (text === undefined || text === '' || text.length > MOST_SCANNED)
    throw new NodeFault(
      'bad-keys',
      `msg.payload must be the text that was scanned, at most ${MOST_SCANNED} characters.`,
    );
  return text;
}
