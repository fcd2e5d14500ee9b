// Ids of charging requests: the row's own key, enciphered. Whoever holds an id can be shown the row without an index
// that grows with the ledger, and nobody can make one up or count on from his own.
import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv } from 'node:crypto';

/** The row that an id stands for: a number drawn, or a reservation. */
export interface RowKey {
  readonly what: 'code' | 'reservation';
  /** The station's number in the ledger: 1 to 2³²−1. */
  readonly station: number;
  /** Sequence number, or reservation: 0 to 2⁴⁸−1. */
  readonly item: number;
}

const BYTES = 16;

/**
 * One block of AES-256 under a secret of the ledger: a permutation of 128 bits (FIPS 197). 47 of the bits are always
 * zero, so that a made-up id deciphers to something well-formed once in 2⁴⁷ times, and then still meets no row.
 */
export class RequestIds {
  readonly #cipher: Cipheriv;
  readonly #decipher: Decipheriv;

  /** @param secret 32 bytes */
  constructor(secret: Uint8Array) {
    // ECB over one block at a time is the bare permutation; without padding a cipher object gives a block for a block,
    // as often as it is asked.
    this.#cipher = createCipheriv('aes-256-ecb', secret, null).setAutoPadding(false);
    this.#decipher = createDecipheriv('aes-256-ecb', secret, null).setAutoPadding(false);
  }

  /** 32 hex digits. */
  idOf({ what, station, item }: RowKey): string {
    const block = Buffer.alloc(BYTES);
    block.writeUInt32BE(station, 0);
    block.writeUIntBE(item, 4, 6);
    block.writeUInt8(what === 'code' ? 0 : 1, 10);
    return this.#cipher.update(block).toString('hex');
  }

  /** Undefined for what is no id of this ledger. */
  rowOf(id: string): RowKey | undefined {
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
    const block = this.#decipher.update(Buffer.from(id, 'hex'));
    const what = block.readUInt8(10);
    if (what > 1 || block.readUIntBE(11, 5) !== 0) return undefined;
    return { what: what === 0 ? 'code' : 'reservation', station: block.readUInt32BE(0), item: block.readUIntBE(4, 6) };
  }
}
