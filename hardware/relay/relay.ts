// A relay as the rest of the house sees it, whether the guard holds its line or this process does.
export { guardedRelay } from './client.ts';
export { directRelay } from './direct.ts';
export { UNPROTECTED } from './protection.ts';
export { type Relay, RelayError, type RelayState } from './types.ts';
