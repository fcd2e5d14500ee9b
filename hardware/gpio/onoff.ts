import type { GpioDriver } from './driver.ts';

export async function openOnoff(_root?: string): Promise<GpioDriver> {
  throw new Error('not yet');
}
