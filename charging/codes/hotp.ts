import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { generateSync } from 'otplib';

const crypto = new NodeCryptoPlugin();

/** The tag of a code: HOTP (RFC 4226) with SHA-256, `counter` as the moving factor, `digits` decimal digits. */
export function hotp(secret: Uint8Array, counter: number, digits: number): string {
  return generateSync({ strategy: 'hotp', secret, counter, algorithm: 'sha256', digits, crypto });
}
