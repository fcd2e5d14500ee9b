/** How long an idempotency key is remembered. */
export const KEPT_MS = 3 * 86_400_000;
/** The table of keys is tidied so many parts at a time, by the first byte of the hash. */
export const SLICES = 256;
