// Leases relays, switches them on, and lives until it is killed: leases.ts SOCKET RELAY...
import { guardedRelay, type Relay } from '../../hardware/relay/relay.ts';

const [socket, ...names] = process.argv.slice(2);
const protection = { leastSeconds: 0, mostClosings: 0 };
const relays = names.map((relay) => guardedRelay({ socket: socket!, relay, protection }));
/** Told again when it failed: this machine may be slower than the guard's patience. */
async function close(relay: Relay): Promise<void> {
  while (!relay.state.on) await relay.set(true).catch(() => new Promise((resolve) => setTimeout(resolve, 500)));
}
await Promise.all(relays.map(close));
console.log('on');
