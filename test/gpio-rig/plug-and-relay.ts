// The shortest charger there is: a plug contact, debounced, and a relay under guard: plug-and-relay.ts DRIVER PLUG SOCKET.
import { debouncedInput } from '../../hardware/gpio/debounce.ts';
import type { DriverName } from '../../hardware/gpio/driver.ts';
import { openDriver } from '../../hardware/gpio/open.ts';
import { guardedRelay, type RelayError } from '../../hardware/relay/relay.ts';

const BEAT_MS = 1000;

const [name, plug, socket] = process.argv.slice(2);
const relay = guardedRelay({ socket: socket!, relay: 'relay', protection: { leastSeconds: 0, mostClosings: 0 } });
const driver = await openDriver(name as DriverName);

/** Told again when it failed, as the station does at every beat: a machine that is busy may miss the guard's patience. */
let wanted = false;
function follow(): void {
  const on = wanted;
  relay.set(on).then(
    () => on && console.log('on'),
    (error: RelayError) => {
      if (error.code === 'superseded') return;
      console.error(error.message);
      setTimeout(() => on === wanted && follow(), BEAT_MS);
    },
  );
}

await debouncedInput(driver, plug!, {
  closeMs: 50,
  onLevel(closed) {
    wanted = closed;
    follow();
  },
  onLost: console.error,
});
