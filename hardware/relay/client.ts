// A relay whose line the guard holds, on a lease.
import type { Relay, RelayOptions } from './relay.ts';

export interface GuardedRelayOptions extends RelayOptions {
  /** The guard's socket. */
  readonly socket: string;
  /** The relay's name at the guard. */
  readonly relay: string;
}

/** Starts to connect, and keeps trying: `state.lease` tells when it holds. Throws nothing. */
export function guardedRelay(_options: GuardedRelayOptions): Relay {
  throw new Error('not yet');
}
