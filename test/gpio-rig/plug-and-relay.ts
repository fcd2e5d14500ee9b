// The shortest charger there is: a plug contact, debounced, and a relay under guard: plug-and-relay.ts DRIVER PLUG SOCKET.
import { debouncedInput } from '../../hardware/gpio/debounce.ts';
import type { DriverName } from '../../hardware/gpio/driver.ts';
import { openDriver } from '../../hardware/gpio/open.ts';
import { guardedRelay, type RelayError } from '../../hardware/relay/relay.ts';

const [name, plug, socket] = process.argv.slice(2);
const relay = guardedRelay({ socket: socket!, relay: 'relay', protection: { leastSeconds: 0, mostClosings: 0 } });
const driver = await openDriver(name as DriverName);
await debouncedInput(driver, plug!, {
  closeMs: 50,
  onLevel(closed) {
    relay.set(closed).then(
      () => closed && console.log('on'),
      (error: RelayError) => error.code === 'superseded' || console.error(error),
    );
  },
  onLost: console.error,
});
