// A chip that goes away while its lines are in use, as one on USB does.
import { writeFileSync } from 'node:fs';
import type { GpioError } from '../../hardware/gpio/errors.ts';
import { openDriver } from '../../hardware/gpio/open.ts';
import { directRelay } from '../../hardware/relay/relay.ts';
import { attempt, finish, found, heading } from './report.ts';
import { level, pause } from './wires.ts';

const live = (on: boolean) => writeFileSync('/sys/kernel/config/gpio-sim/pi/live', on ? '1' : '0');

heading('a chip that goes away, and comes back');
await attempt('unplugged', async () => {
  const driver = await openDriver('gpiod');
  const relay = await directRelay({ driver, line: 27, protection: { leastSeconds: 0 } });
  await relay.set(true);
  const lost = new Promise<GpioError>((onLost) => driver.input(17, { onChange: () => {}, onLost }));
  live(false);
  const error = await Promise.race([lost, pause(10_000)]);
  found('an input says that it is lost', error?.message ?? 'nothing', error?.code === 'line-lost');
  await pause(500);
  const { on, problem } = relay.state;
  found(
    'a relay says that its line failed, and is not on',
    problem?.message ?? 'nothing',
    !on && problem?.code === 'line-failed',
  );
  const refused = await relay.set(false).then(
    () => 'it said that it was off',
    ({ code }) => code,
  );
  found('an order to switch off does not fail silently', refused, refused === 'line-failed');
  await relay.close().catch(() => {});

  live(true);
  const output = await (await openDriver('gpiod')).output('GPIO27');
  output.write(true);
  found('a line of the chip that came back is switched', level(27), level(27) === 1);
  await output.close();
});
finish();
