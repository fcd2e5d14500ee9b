import type { GpioDriver } from './driver.ts';

export async function openSimulated(_folder: string): Promise<GpioDriver> {
  throw new Error('not yet');
}
