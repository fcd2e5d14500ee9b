// The relay guard on real lines, and what becomes of a relay when things are killed.

import { kill, killAll, SOCKET, start, startGuard } from './processes.ts';
import { attempt, finish, found, heading, timed } from './report.ts';
import { drive, level, ms, pause, reaches, stats, timeTo } from './wires.ts';

const PLUG = 17;
const RELAY = 27;
const client = `${import.meta.dirname}/plug-and-relay.ts`;

async function killedClients(driver: string): Promise<void> {
  const guard = await startGuard(driver, `GPIO${RELAY}`);
  const times: number[] = [];
  drive(PLUG, true);
  for (let i = 0; i < 10; i++) {
    const charger = await start(client, [driver, `GPIO${PLUG}`, SOCKET], /^on$/);
    if (level(RELAY) !== 1) throw new Error('the relay is not on');
    times.push(await timeTo(RELAY, 0, () => charger.kill('SIGKILL')));
    await pause(100);
  }
  timed('relay off after kill -9 of its client, 10 times', stats(times), 50);

  const charger = await start(client, [driver, `GPIO${PLUG}`, SOCKET], /^on$/);
  const took = await timeTo(RELAY, 0, () => charger.kill('SIGSTOP'));
  found('relay off after SIGSTOP of its client', ms(took), took <= 2300);
  await kill(charger);
  await kill(guard, 'SIGTERM');
}

async function killedGuard(driver: string): Promise<void> {
  const guard = await startGuard(driver, `GPIO${RELAY}`);
  drive(PLUG, true);
  const charger = await start(client, [driver, `GPIO${PLUG}`, SOCKET], /^on$/);
  await kill(guard);
  await kill(charger);
  await pause(100);
  const before = level(RELAY);
  const next = await startGuard(driver, `GPIO${RELAY}`);
  found(
    'relay after kill -9 of the guard, and after its next start',
    `${before} -> ${level(RELAY)}`,
    level(RELAY) === 0,
  );
  await kill(next, 'SIGTERM');
  found('relay after the guard was stopped', level(RELAY), level(RELAY) === 0);
}

async function plugPulls(driver: string): Promise<void> {
  const guard = await startGuard(driver, `GPIO${RELAY}`);
  drive(PLUG, true);
  const charger = await start(client, [driver, `GPIO${PLUG}`, SOCKET], /^on$/);
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    drive(PLUG, true);
    await reaches(RELAY, 1);
    await pause(20);
    const took = await timeTo(RELAY, 0, async () => {
      drive(PLUG, false);
      // Every other plug bounces on its way out.
      for (let bounce = 0; i % 2 === 1 && bounce < 5; bounce++) {
        drive(PLUG, true);
        await pause(2);
        drive(PLUG, false);
      }
    });
    times.push(took);
  }
  timed('plug pulled to relay off, 40 times', stats(times), 100);
  await kill(charger);
  await kill(guard, 'SIGTERM');
}

for (const driver of ['gpiod', 'onoff']) {
  heading(`relay guard, driver ${driver}`);
  for (const part of [killedClients, killedGuard, plugPulls]) await attempt(part.name, () => part(driver));
}
killAll();
finish();
