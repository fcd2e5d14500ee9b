import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { generateSync } from 'otplib';

const crypto = new NodeCryptoPlugin();

/**
 * HOTP (RFC 4226): `digits` decimal digits. The tag of a code is HOTP with SHA-256 and the sequence number as counter.
 * @param secret at least 16 bytes (RFC 4226, section 4, R6)
 * @param counter a safe integer from 0
 */
export function hotp(
  secret: Uint8Array,
  counter: number,
  digits: number,
  algorithm: 'sha1' | 'sha256' | 'sha512' = 'sha256',
): string {
  return generateSync({ strategy: 'hotp', secret, counter, algorithm, digits, crypto });
}
