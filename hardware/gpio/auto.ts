import type { GpioDriver } from './driver.ts';

export async function openAny(_root?: string): Promise<GpioDriver> {
  throw new Error('not yet');
}
