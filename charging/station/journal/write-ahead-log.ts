// Whether the end of SQLite's write-ahead log was cut off (https://www.sqlite.org/fileformat2.html, section 4).
import { readFileSync, statSync } from 'node:fs';

const HEADER = 32;
const PAGE_SIZE_AT = 8;
const SALTS_AT = 16;
const FRAME_HEADER = 24;
const COMMIT_AT = 4;
const FRAME_SALTS_AT = 8;
const SALTS = 8;

/**
 * Whether nothing follows the log's last transaction but what an earlier use of the file left there. SQLite itself passes
 * over a transaction that was cut off, as it must after a power cut. A log that is missing or empty ends well.
 */
export function endsWithTransaction(path: string): boolean {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return true;
  const log = readFileSync(path);
  if (log.length < HEADER) return false;
  const frame = FRAME_HEADER + log.readUInt32BE(PAGE_SIZE_AT);
  const salts = log.subarray(SALTS_AT, SALTS_AT + SALTS);
  let committed = true;
  let at = HEADER;
  for (; at + frame <= log.length; at += frame) {
    if (!log.subarray(at + FRAME_SALTS_AT, at + FRAME_SALTS_AT + SALTS).equals(salts)) return committed;
    committed = log.readUInt32BE(at + COMMIT_AT) !== 0;
  }
  return committed && at === log.length;
}
