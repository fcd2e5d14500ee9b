// A process that opens an output, switches it on, and lives until it is killed: holder.ts DRIVER LINE.
import type { DriverName } from '../../hardware/gpio/driver.ts';
import { openDriver } from '../../hardware/gpio/open.ts';

const [name, line] = process.argv.slice(2);
const driver = await openDriver(name as DriverName);
(await driver.output(line!)).write(true);
console.log('on');
setInterval(() => {}, 1000);
