// Relays and plug contacts of several outlets, on the header and on expanders that the kernel drives.
import { checkLines } from '../../flows/charger/doctor/lines-check.ts';
import { pinsCheck } from '../../flows/charger/doctor/pins-check.ts';
import { debouncedInput } from '../../hardware/gpio/debounce.ts';
import type { DriverName } from '../../hardware/gpio/driver.ts';
import { openDriver } from '../../hardware/gpio/open.ts';
import { kill, killAll, SOCKET, start, startGuard } from './processes.ts';
import { attempt, finish, found, heading } from './report.ts';
import { drive, level, pause, type Simulated } from './wires.ts';

const PINS = ['GPIO27,active-low', 'GPIO22', 'mcp23017:5', 'MCP23017:6,active-low'] as const;
const WIRES = [
  [27, 'pi', 1],
  [22, 'pi', 0],
  [5, 'mcp', 0],
  [6, 'mcp', 1],
] as const satisfies readonly (readonly [offset: number, on: Simulated, off: 0 | 1])[];
const NAMES = ['relay', 'relay-2', 'relay-3', 'relay-4'];
const client = `${import.meta.dirname}/leases.ts`;

/** Which of the relays are on, by their wires: `..3.`. */
const on = () => WIRES.map(([offset, chip, off], index) => (level(offset, chip) === off ? '.' : index + 1)).join('');
const reaches = async (wanted: string) => {
  for (let turn = 0; on() !== wanted && turn < 1000; turn++) await pause(10);
  return on();
};
const is = (what: string, now: string, wanted: string) => found(what, now, now === wanted);
const guarded = (driver: string) => startGuard(driver, PINS[0], ...PINS.slice(1));

async function relays(driver: string): Promise<void> {
  const guard = await guarded(driver);
  is('four relays after the guard has started', on(), '....');
  for (const [index, name] of NAMES.entries()) {
    const charger = await start(client, [SOCKET, name], /^on$/);
    is(`${name} alone`, await reaches('....'.slice(0, index) + (index + 1) + '....'.slice(index + 1)), on());
    is(`${name} alone is on`, on().replaceAll('.', ''), String(index + 1));
    await kill(charger);
    is(`${name} after kill -9 of its client`, await reaches('....'), '....');
  }
  await kill(guard, 'SIGTERM');
}

async function killed(driver: string): Promise<void> {
  const guard = await guarded(driver);
  const charger = await start(client, [SOCKET, ...NAMES], /^on$/);
  is('all four on', await reaches('1234'), '1234');
  charger.kill('SIGSTOP');
  is('all four after SIGSTOP of their client', await reaches('....'), '....');
  await kill(charger);
  const again = await start(client, [SOCKET, ...NAMES], /^on$/);
  await kill(guard);
  await kill(again);
  const next = await guarded(driver);
  is('all four after kill -9 of the guard, and its next start', on(), '....');
  await kill(next, 'SIGTERM');
}

async function contact(driver: string): Promise<void> {
  drive(3, false, 'pcf');
  const levels: boolean[] = [];
  const opened = await openDriver(driver as DriverName);
  const input = await debouncedInput(opened, 'pcf8574:3', {
    closeMs: 50,
    onLevel: (closed: boolean) => levels.push(closed),
    onLost: console.error,
  });
  for (const plugged of [true, false]) {
    drive(3, plugged, 'pcf');
    for (let turn = 0; levels.at(-1) !== plugged && turn < 500; turn++) await pause(10);
    found(`a contact on an expander, ${plugged ? 'closed' : 'open'}`, levels.join(), levels.at(-1) === plugged);
  }
  await input.close();
}

async function doctor(driver: string): Promise<void> {
  const env = {
    GPIO_DRIVER: driver,
    STATION_OUTLETS: '4',
    RELAY_LINE: PINS.join('; '),
    VEHICLE_LINE: 'pcf8574:0; pcf8574:1; pcf8574:2; pcf8574:3',
  };
  const subject = { root: '/', env, user: { name: 'root', uid: 0, groupIds: [] }, nowMs: 0 };
  const opened = await openDriver(driver as DriverName);
  const says = (await checkLines(opened, opened.chips ?? [], subject)).map(({ says: said, values }) => {
    return `${values?.outlet ?? ''} ${said}`;
  });
  for (const outlet of [1, 2, 3, 4]) {
    const told = says.filter((one) => one.startsWith(`${outlet} `)).map((one) => one.slice(2));
    found(
      `the doctor on outlet ${outlet}`,
      told.join(', '),
      told.some((one) => one.startsWith('pins.relay')) && told.includes('pins.vehicle-line'),
    );
  }
  const wrong = await pinsCheck.run({
    ...subject,
    env: { ...env, RELAY_LINE: 'GPIO27; mcp23017:16; mcp23017:1; pca9555:0' },
  });
  const missing = wrong
    .filter(({ says: said }) => said === 'pins.no-line')
    .map(({ values }) => String(values?.setting));
  found(
    'lines that no chip has are told by their outlets',
    missing.join(', '),
    missing.join() === 'RELAY_LINE 2,RELAY_LINE 4',
  );
}

for (const driver of ['gpiod', 'onoff']) {
  heading(`expanders, driver ${driver}`);
  for (const part of [relays, killed, contact, doctor]) {
    await attempt(part.name, () => part(driver));
    // What a part that failed has left.
    killAll();
    await pause(500);
  }
}
finish();
