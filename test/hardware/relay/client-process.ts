// A charger in little: holds a relay on, until it is killed.
import { guardedRelay } from '../../../hardware/relay/relay.ts';

const [socket, relay, leastSeconds] = process.argv.slice(2);
const held = guardedRelay({
  socket: socket!,
  relay: relay!,
  protection: { leastSeconds: Number(leastSeconds), mostClosings: 0 },
});
await held.set(true);
console.log('on');
