// A relay whose line this very process holds.
import type { GpioDriver, Line } from '../gpio/driver.ts';
import type { Relay, RelayOptions } from './relay.ts';

export interface DirectRelayOptions extends RelayOptions {
  readonly driver: GpioDriver;
  readonly line: Line;
  readonly activeLow?: boolean;
}

/** Opens the line, off first. Throws what `driver.output` throws. */
export async function directRelay(_options: DirectRelayOptions): Promise<Relay> {
  throw new Error('not yet');
}
