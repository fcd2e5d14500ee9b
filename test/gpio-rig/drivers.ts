// The GPIO drivers against a real kernel.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { release } from 'node:os';
import { sysfsChips } from '../../hardware/gpio/chips.ts';
import { debouncedInput } from '../../hardware/gpio/debounce.ts';
import type { GpioDriver } from '../../hardware/gpio/driver.ts';
import { GpioError } from '../../hardware/gpio/errors.ts';
import { openDriver } from '../../hardware/gpio/open.ts';
import { attempt, finish, found, heading, noted, timed } from './report.ts';
import { drive, drivenHigh, drivenSince, level, nowMs, pause, reaches, stats } from './wires.ts';

const PLUG = 17;
const RELAY = 27;
const MINE = { onChange: () => {}, onLost: () => {} };

const codeOf = (error: unknown) => (error instanceof GpioError ? error.code : String(error));
const refusal = (opened: Promise<{ close(): Promise<void> }>) =>
  opened.then(
    async (line) => {
      await line.close();
      return new Error('it was not refused');
    },
    (error: Error) => error,
  );

async function lines(driver: GpioDriver): Promise<void> {
  drive(PLUG, true);
  for (const line of [PLUG, `GPIO${PLUG}`]) {
    const input = await driver.input(line, MINE);
    drive(PLUG, false);
    const low = input.read();
    drive(PLUG, true);
    found(`line ${line} is the wire it should be, its level told at start`, input.read(), input.read() && !low);
    await input.close();
  }
  const inverted = await driver.input(PLUG, { ...MINE, activeLow: true });
  found('an active-low input is turned round', inverted.read(), !inverted.read());
  await inverted.close();

  for (const activeLow of [false, true]) {
    const off = activeLow ? 1 : 0;
    drive(RELAY, activeLow);
    let output = await driver.output(RELAY, { activeLow });
    await output.close();
    drivenSince(RELAY);
    output = await driver.output(RELAY, { activeLow });
    const driven = drivenSince(RELAY).map(({ what }) => what);
    const kind = activeLow ? 'an active-low' : 'an active-high';
    const wrong = driven.filter((step) => step === `value set ${1 - off}`);
    found(
      `${kind} output is off at request, without a pulse`,
      driven.join(', '),
      level(RELAY) === off && wrong.length === 0,
    );
    output.write(true);
    const on = level(RELAY) === 1 - off && output.read();
    output.write(false);
    found(`${kind} output is written and read back`, 'on, off', on && level(RELAY) === off && !output.read());
    await output.close();
  }
  drive(RELAY, false);
}

async function pulls(driver: GpioDriver): Promise<void> {
  for (const pull of ['up', 'down'] as const) {
    if (!driver.setsPulls) {
      const error = await refusal(driver.input(PLUG, { ...MINE, pull }));
      found(`pull ${pull} is refused, with what to do instead`, codeOf(error), codeOf(error) === 'unsupported');
      continue;
    }
    const input = await driver.input(PLUG, { ...MINE, pull });
    found(`pull ${pull} is set`, drivenHigh(PLUG) ? 'up' : 'down', drivenHigh(PLUG) === (pull === 'up'));
    await input.close();
  }
  if (!driver.setsPulls) {
    const error = await refusal(driver.output(RELAY, { pull: 'down' }));
    found('the pull of an output is refused, with what to do instead', codeOf(error), codeOf(error) === 'unsupported');
    return;
  }
  for (const activeLow of [false, true]) {
    const output = await driver.output(RELAY, { activeLow, pull: activeLow ? 'up' : 'down' });
    const off = level(RELAY) === (activeLow ? 1 : 0);
    await output.close();
    found(`an ${activeLow ? 'active-low' : 'active-high'} output with its pull is off at request`, off, off);
  }
}

async function edges(driver: GpioDriver): Promise<void> {
  drive(PLUG, false);
  let seen = 0;
  let arrived = () => {};
  const raw = await driver.input(PLUG, {
    ...MINE,
    onChange: () => {
      seen += 1;
      arrived();
    },
  });
  for (let i = 0; i < 1000; i++) {
    const edge = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    drive(PLUG, i % 2 === 0);
    await Promise.race([edge, pause(200)]);
  }
  await raw.close();
  found('1000 clean edges', `${seen} seen, ${1000 - seen} missed`, seen === 1000);

  const reports: boolean[] = [];
  let heard = () => {};
  const times = { openMs: 10, closeMs: 20 };
  const input = await debouncedInput(driver, PLUG, {
    ...times,
    onLevel: (closed) => {
      reports.push(closed);
      heard();
    },
    onLost: () => {},
  });
  const expected = [false];
  for (let i = 0; i < 1000; i++) {
    const closed = i % 2 === 0;
    const change = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const bounces = i % 8;
    for (let bounce = 0; bounce < bounces; bounce++) {
      drive(PLUG, closed);
      if (bounce % 3 === 0) await pause(1);
      drive(PLUG, !closed);
    }
    drive(PLUG, closed);
    expected.push(closed);
    await Promise.race([change, pause(2000)]);
  }
  await input.close();
  const missed = Math.max(0, expected.length - reports.length);
  const wrong = reports.filter((closed, i) => closed !== expected[i]).length;
  found(
    '1000 changes with 0 to 7 bounces each, debounced',
    `${reports.length - 1} seen, ${missed} missed, ${wrong} wrong`,
    missed === 0 && wrong === 0 && reports.length === expected.length,
  );
}

async function latency(driver: GpioDriver): Promise<void> {
  const times: number[] = [];
  let heardAt = (_: number) => {};
  drive(PLUG, false);
  const input = await driver.input(PLUG, { ...MINE, onChange: (high) => high && heardAt(nowMs()) });
  for (let i = 0; i < 300; i++) {
    const rising = new Promise<number>((resolve) => {
      heardAt = resolve;
    });
    const at = nowMs();
    drive(PLUG, true);
    times.push((await rising) - at);
    drive(PLUG, false);
    await pause(3);
  }
  await input.close();
  timed('rising edge to callback, 300 times', stats(times), 20);
}

async function death(driver: GpioDriver): Promise<void> {
  const holder = spawn(
    process.execPath,
    [...process.execArgv, `${import.meta.dirname}/holder.ts`, driver.name, `GPIO${RELAY}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [started] = await Promise.race([once(holder.stdout!, 'data'), once(holder, 'exit')]);
  if (!String(started).startsWith('on')) throw new Error('the holder could not switch its line on');
  // sysfs knows no owner: it would give the line to anyone.
  if (driver.name === 'gpiod') {
    const { message } = await refusal(driver.output(RELAY));
    found('a line in use is refused, and who holds it is told', message, /held by "offline-charging"/.test(message));
  }
  const before = level(RELAY);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await pause(100);
  const after = level(RELAY);
  found(`line after kill -9 of the process that holds it`, `${before} -> ${after}`, before === 1);
  if (after === 0)
    noted('(gpio-sim lets go of a char-device line; Raspberry Pi OS keeps it, see', 'persist_gpio_outputs)');
  const output = await driver.output(RELAY);
  found(
    'the next one to open it switches it off and knows that it was on',
    output.wasOn,
    level(RELAY) === 0 && output.wasOn === (after === 1),
  );
  await output.close();
}

async function rivals(gpiod: GpioDriver, onoff: GpioDriver): Promise<void> {
  const viaDevice = await gpiod.output(RELAY);
  const second = await refusal(onoff.output(RELAY));
  found(
    'sysfs is refused a line of the char device, and told by whom',
    second.message,
    /"offline-charging"/.test(second.message),
  );
  await viaDevice.close();
  const viaSysfs = await onoff.output(RELAY);
  const first = await refusal(gpiod.output(RELAY));
  found(
    'the char device is refused a line of sysfs, and told what to do',
    first.message,
    /"sysfs".*unexport/.test(first.message),
  );
  await viaSysfs.close();
}

async function strangers(): Promise<void> {
  for (const name of ['gpiod', 'onoff', 'auto']) {
    const script = `
      const { openDriver } = await import('${import.meta.dirname}/../../hardware/gpio/open.ts');
      try { await openDriver('${name}'); console.log('opened'); } catch (error) { console.log(error.code + ': ' + error.message); }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      uid: 65534,
      gid: 65534,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout!.on('data', (data) => (said += data));
    await once(child, 'close');
    found(`${name} without permission says what to do`, said.trim(), /^no-permission: .*group gpio/.test(said));
  }
}

heading(`GPIO drivers on Linux ${release()}`);
const auto = await openDriver('auto');
found('auto picks the char device', auto.description, /^gpiod: .*\[pinctrl-bcm2711\]$/.test(auto.description));
const chip = sysfsChips().find(({ label }) => label === 'pinctrl-bcm2711')!;
found('sysfs base of the labelled chip, another chip being first', chip.base, chip.base > 0);

const drivers: GpioDriver[] = [];
for (const name of ['gpiod', 'onoff'] as const) {
  await attempt(`${name} opens`, async () => {
    const driver = await openDriver(name);
    drivers.push(driver);
    heading(driver.description);
    for (const part of [lines, pulls, latency, edges, death]) await attempt(part.name, () => part(driver));
  });
}
heading('one line, two interfaces; no permission');
await attempt('rivals', () => rivals(drivers[0]!, drivers[1]!));
await attempt('strangers', strangers);
await reaches(RELAY, 0);
finish();
