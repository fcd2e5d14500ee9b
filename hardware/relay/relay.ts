// A relay as the rest of the house sees it, whether the guard holds its line or this process does.
export { type GuardedRelayOptions, guardedRelay } from './client.ts';
export { type DirectRelayOptions, directRelay } from './direct.ts';
export { CONTACTOR, type Protection, UNPROTECTED } from './protection.ts';
export {
  type Relay,
  RelayError,
  type RelayOptions,
  type RelayProblem,
  type RelayProblemCode,
  type RelayState,
} from './types.ts';
