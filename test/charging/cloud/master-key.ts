export const MASTER_KEY_HEX = '3d'.repeat(32);
export const MASTER_KEY = new Uint8Array(32).fill(0x3d);
