import { hash } from 'node:crypto';

export type HashName = 'sha1' | 'sha256' | 'sha512';
/** Bytes of a block of each hash (RFC 2104, section 2). */
const BLOCK_BYTES: Readonly<Record<HashName, number>> = { sha1: 64, sha256: 64, sha512: 128 };
const COUNTER_BYTES = 8;

/**
 * HOTP under one key (RFC 4226): HMAC (RFC 2104) with its two pads laid out once, so that a look through thousands of
 * numbers costs two hashes for each and nothing else.
 */
export class HotpKey {
  readonly #hash: HashName;
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  readonly #blockBytes: number;

  /** @param secret at least 16 bytes (RFC 4226, section 4, R6) */
  constructor(secret: Uint8Array, algorithm: HashName = 'sha256') {
    const block = BLOCK_BYTES[algorithm];
    const key = secret.length > block ? hash(algorithm, secret, 'buffer') : secret;
    const digestBytes = hash(algorithm, key, 'buffer').length;
    this.#hash = algorithm;
    this.#blockBytes = block;
    this.#inner = Buffer.alloc(block + COUNTER_BYTES, 0x36);
    this.#outer = Buffer.alloc(block + digestBytes, 0x5c);
    for (const [i, byte] of key.entries()) {
      this.#inner[i]! ^= byte;
      this.#outer[i]! ^= byte;
    }
  }

  /**
   * The 31 bits that RFC 4226's dynamic truncation (section 5.3) takes of a counter's HMAC.
   * @param counter a safe integer from 0
   */
  truncated(counter: number): number {
    this.#inner.writeUInt32BE(Math.floor(counter / 2 ** 32), this.#blockBytes);
    this.#inner.writeUInt32BE(counter % 2 ** 32, this.#blockBytes + 4);
    hash(this.#hash, this.#inner, 'buffer').copy(this.#outer, this.#blockBytes);
    const mac = hash(this.#hash, this.#outer, 'buffer');
    return mac.readUInt32BE(mac[mac.length - 1]! & 0xf) & 0x7fffffff;
  }

  /** `digits` decimal digits for a counter: the tag of a code has its sequence number as counter. */
  tag(counter: number, digits: number): string {
    return String(this.truncated(counter) % 10 ** digits).padStart(digits, '0');
  }
}
