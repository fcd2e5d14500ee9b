import { hkdfSync } from 'node:crypto';
import { checkKey, checkSequence, checkText } from './arguments.ts';

const NO_SALT = new Uint8Array(0);

/** `info(a, b, …)`: `offline-charging` and the parts as UTF-8, joined by a zero byte; numbers in decimal. */
function info(parts: readonly (string | number)[]): Uint8Array {
  return new TextEncoder().encode(['offline-charging', ...parts].join('\0'));
}

/** HKDF-SHA-256 (RFC 5869) with an empty salt, 32 bytes out. */
export function derive(key: Uint8Array, ...parts: (string | number)[]): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, NO_SALT, info(parts), 32));
}

/**
 * The key of one station, from the cloud's master key (HKDF-SHA-256, RFC 5869).
 * @param masterKey 32 bytes, known to the cloud alone
 * @param stationId as printed on the station; no zero byte
 * @param keyVersion a whole number from 0, raised when the station's key is replaced
 * @returns 32 bytes
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function stationKey(masterKey: Uint8Array, stationId: string, keyVersion: number): Uint8Array {
  checkKey('masterKey', masterKey);
  checkText('stationId', stationId);
  checkSequence('keyVersion', keyVersion);
  return derive(masterKey, 'station', stationId, keyVersion);
}
