#!/usr/bin/env node
// The relay guard as a program: bin/offline-charging-guard, and the systemd unit's ExecStart and ExecStopPost.
import type { GpioDriver } from '../gpio/driver.ts';
import { kernelSettings } from '../gpio/kernel-settings.ts';
import { openDriver } from '../gpio/open.ts';
import { bootProblems, bootSentence, readBootSettings } from '../raspberry-pi/boot-level.ts';
import { askGuard } from './ask-guard.ts';
import { ClosingsFile } from './closings-file.ts';
import { Guard } from './guard.ts';
import { type GuardSettings, HELP, readSettings } from './guard-settings.ts';
import { notifier } from './notify.ts';
import { RENEW_MS } from './protocol.ts';

const FAILED = 1;
const WRONG_USE = 2;

const log = (message: string) => console.log(`relay guard: ${message}`);

async function main(): Promise<void> {
  let settings: GuardSettings;
  try {
    settings = readSettings(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`offline-charging-guard: ${(error as Error).message} See --help.`);
    process.exitCode = WRONG_USE;
    return;
  }
  switch (settings.action) {
    case 'help':
      console.log(HELP);
      return;
    case 'status':
      return printStatus(settings);
    case 'off':
      return switchOff(settings);
    case 'guard':
      return guard(settings);
  }
}

async function guard(settings: GuardSettings): Promise<void> {
  const driver = await openDriver(settings.driver, { folder: settings.folder });
  const guard = await Guard.start({ ...settings, driver, log });
  log(`${driver.description}; ${Object.keys(settings.relays).join(', ')} on ${settings.socket}`);
  if (driver.name !== 'simulated') {
    const { advice } = kernelSettings();
    if (advice) log(advice);
    tellBootLevel(settings, driver);
  }

  const systemd = await notifier();
  const stop = async (why: string) => {
    guard.allOff();
    log(`stops (${why})`);
    systemd?.tell('STOPPING=1');
    await guard.stop();
    process.exit();
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  process.once('SIGHUP', () => stop('SIGHUP'));
  process.once('disconnect', () => stop('its parent is gone'));
  const fall = (error: unknown) => {
    guard.allOff();
    console.error('relay guard: stops after an unexpected error:', error);
    process.exit(FAILED);
  };
  process.on('uncaughtException', fall);
  process.on('unhandledRejection', fall);

  systemd?.tell('READY=1');
  tellParent({ ready: settings.socket });
  // Told by the very loop that must hear the clients; silent when a relay does not go off, so that systemd, or
  // `npm start`, starts the guard anew, which takes the line anew.
  if (systemd?.watchdogMs) setInterval(() => guard.healthy && systemd.tell('WATCHDOG=1'), systemd.watchdogMs);
  if (process.send) setInterval(() => guard.healthy && tellParent({ alive: true }), RENEW_MS);
}

/** After a change of the relay's pin the services start anew with it, and the firmware does not. */
function tellBootLevel({ relays }: GuardSettings, { chips }: GpioDriver): void {
  const boot = readBootSettings();
  if (boot === undefined) return;
  const pins = Object.values(relays).map(({ line, activeLow = false, pull }) => {
    return { line: String(line), activeLow, ...(pull && { pull }) };
  });
  for (const problem of bootProblems(pins, boot, chips)) log(bootSentence(problem));
}

/** `npm start`, where that started it. One that goes is seen by `disconnect`. */
function tellParent(message: { ready: string } | { alive: true }): void {
  process.send?.(message, undefined, undefined, () => {});
}

/** Every relay is tried, whatever becomes of the others. */
async function switchOff({ driver: name, folder, relays, socket }: GuardSettings): Promise<void> {
  const driver = await openDriver(name, { folder });
  const closings = socket === '' ? undefined : new ClosingsFile(`${socket}.closings`);
  for (const [relay, { line, pull, ...options }] of Object.entries(relays)) {
    try {
      // A driver that can't set the pull can still write the line off.
      const output = await driver.output(line, { ...options, ...(driver.setsPulls && pull && { pull }) });
      log(`${relay}: ${output.wasOn ? 'was on, switched off' : 'off'}`);
      // The guard that died had no time to write down that it closed: when that was nobody knows, at the latest now.
      if (output.wasOn) closings?.keep(relay, [...closings.of(relay), performance.now()]);
      await output.close();
    } catch (error) {
      console.error(`relay guard: ${relay}: ${(error as Error).message}`);
      process.exitCode = FAILED;
    }
  }
  await closings?.written();
}

async function printStatus({ socket }: GuardSettings): Promise<void> {
  console.log(JSON.stringify({ type: 'status', status: await askGuard(socket) }, null, 2));
}

main().catch((error: Error) => {
  console.error(`relay guard: ${error.message}`);
  process.exit(FAILED);
});
