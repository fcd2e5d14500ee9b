import assert from 'node:assert/strict';
import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import fc from 'fast-check';
import { generateSync } from 'otplib';
import { HotpKey } from '../../../charging/codes/hotp.ts';

const crypto = new NodeCryptoPlugin();

describe('HOTP', () => {
  it('is what otplib makes, for any key, counter and number of digits (RFC 4226)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 160 }),
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.constantFrom(6 as const, 7 as const, 8 as const),
        fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
        (secret, counter, digits, algorithm) => {
          const options = { strategy: 'hotp', secret, counter, digits, algorithm, crypto } as const;
          assert.equal(new HotpKey(secret, algorithm).tag(counter, digits), generateSync(options));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
