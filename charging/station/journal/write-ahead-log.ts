// Whether the end of SQLite's write-ahead log was lost (https://www.sqlite.org/fileformat2.html, section 4).
import { readFileSync, statSync } from 'node:fs';

const HEADER = 32;
const MAGIC = 0x377f0682;
const PAGE_SIZE_AT = 8;
const SALTS_AT = 16;
const HEADER_CHECKSUM_AT = 24;
const FRAME_HEADER = 24;
const COMMIT_AT = 4;
const FRAME_SALTS_AT = 8;
const FRAME_CHECKSUM_AT = 16;
/** The first salt grows by one each time that the log begins anew in the same file. */
const MOST_BEGINNINGS = 2 ** 20;

type Pair = readonly [number, number];

/**
 * Whether the log is whole up to its last transaction, and nothing follows that but what an earlier use of the file left
 * there. SQLite itself passes over a transaction that was cut off or is damaged, as it must after a power cut. A log that is
 * missing or empty ends well.
 */
export function endsWithTransaction(path: string): boolean {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return true;
  const log = readFileSync(path);
  if (log.length < HEADER) return false;
  const magic = log.readUInt32BE(0);
  if (magic !== MAGIC && magic !== MAGIC + 1) return false;
  const read = magic === MAGIC ? littleEndian : bigEndian;
  const salts = pairAt(log, SALTS_AT);
  let sum = checksum([0, 0], log.subarray(0, HEADER_CHECKSUM_AT), read);
  if (!same(sum, pairAt(log, HEADER_CHECKSUM_AT))) return false;
  const frame = FRAME_HEADER + log.readUInt32BE(PAGE_SIZE_AT);
  let committed = true;
  let at = HEADER;
  for (; at + frame <= log.length; at += frame) {
    const frameSalts = pairAt(log, at + FRAME_SALTS_AT);
    if (!same(frameSalts, salts)) return committed && isOfBefore(frameSalts, salts);
    sum = checksum(sum, log.subarray(at, at + FRAME_SALTS_AT), read);
    sum = checksum(sum, log.subarray(at + FRAME_HEADER, at + frame), read);
    if (!same(sum, pairAt(log, at + FRAME_CHECKSUM_AT))) return false;
    committed = log.readUInt32BE(at + COMMIT_AT) !== 0;
  }
  return committed && at === log.length;
}

/** Of an earlier use: damage changes one of the salts, or both to something else. */
function isOfBefore([first, second]: Pair, [firstNow, secondNow]: Pair): boolean {
  const ago = (firstNow - first) >>> 0;
  return ago > 0 && ago <= MOST_BEGINNINGS && second !== secondNow;
}

const littleEndian = (bytes: Buffer, at: number) => bytes.readUInt32LE(at);
const bigEndian = (bytes: Buffer, at: number) => bytes.readUInt32BE(at);

/** Section 4.2: it goes on from that of the frame before. */
function checksum([first, second]: Pair, bytes: Buffer, read: typeof littleEndian): Pair {
  let [a, b] = [first, second];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    a = (a + read(bytes, at) + b) >>> 0;
    b = (b + read(bytes, at + 4) + a) >>> 0;
  }
  return [a, b];
}

function pairAt(bytes: Buffer, at: number): Pair {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
}

function same(one: Pair, other: Pair): boolean {
  return one[0] === other[0] && one[1] === other[1];
}
