// `npm start`: relay guard, charger and cloud as processes of their own, on simulated hardware unless told otherwise.
// `--only cloud` or `--only charger` runs one side (the charger with its guard).
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { connectTo } from '../hardware/relay/socket.ts';
import { CHARGER_NODE_FLAGS, chargerEnvironment } from './charger-environment.ts';
import { listening, type Places, places, type Side, stationVariables, VariableError } from './environment.ts';
import { START_HELP } from './help.ts';
import { provision } from './provision.ts';

type Name = Side | 'guard';

const FIRST_RESTART = 500;
/** Nobody holds the relay while its guard is away, and a guard that starts puts it off first. */
const FIRST_RESTART_OF_GUARD = 20;
const SLOWEST_RESTART = 10_000;
const STOP_WAIT = 15_000;
const GUARD_GOES = 3_000;

/** A program kept running: started again when it dies, later each time it dies young. */
class Kept {
  readonly name: Name;
  readonly ready: Promise<string>;
  readonly #start: () => ChildProcess;
  #child: ChildProcess | undefined;
  readonly #firstRestart: number;
  #restart: number;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #wasReady = false;

  /** @param onNeverReady called when it ends before it was ever ready; without it, it is tried again all the same */
  constructor(name: Name, start: () => ChildProcess, onNeverReady?: () => void) {
    this.name = name;
    this.#start = start;
    this.#firstRestart = name === 'guard' ? FIRST_RESTART_OF_GUARD : FIRST_RESTART;
    this.#restart = this.#firstRestart;
    this.ready = new Promise((resolve) => {
      const launch = () => {
        const startedAt = performance.now();
        const child = this.#start();
        this.#child = child;
        relay(child, name);
        child.on('message', (message: { ready?: string }) => {
          if (message.ready === undefined) return;
          this.#wasReady = true;
          resolve(message.ready);
        });
        child.once('exit', (code, signal) => {
          this.#child = undefined;
          if (this.#stopping) return;
          if (!this.#wasReady && onNeverReady) return onNeverReady();
          if (performance.now() - startedAt > 60_000) this.#restart = this.#firstRestart;
          console.error(
            `[${name}] ended (${signal ?? `exit ${code}`}); starting it again in ${this.#restart / 1000} s`,
          );
          this.#timer = setTimeout(launch, this.#restart);
          this.#restart = Math.min(SLOWEST_RESTART, this.#restart * 2);
        });
      };
      launch();
    });
  }

  /** From here on its end is no accident. */
  expectEnd(): void {
    this.#stopping = true;
    clearTimeout(this.#timer);
  }

  /** Asks it to stop, and ends it when it does not. */
  async stop(): Promise<void> {
    this.expectEnd();
    const child = this.#child;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_WAIT);
    await ended;
    clearTimeout(killer);
  }
}

/** Its words on our screen, each line with its name before it. */
function relay(child: ChildProcess, name: Name): void {
  for (const [stream, print] of [
    [child.stdout, console.log],
    [child.stderr, console.error],
  ] as const) {
    if (stream) createInterface({ input: stream }).on('line', (line) => print(`[${name}] ${line}`));
  }
}

/** Its log is for whoever tries it out: what is wrong, in plain lines. */
const LOG = { LOG_FORMAT: 'text', LOG_LEVEL: 'warn' };

function launch(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  nodeFlags: readonly string[] = [],
): ChildProcess {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const path = new URL(`${file}.${extension}`, import.meta.url).pathname;
  return spawn(process.execPath, [...nodeFlags, path, ...args], {
    env: { ...LOG, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/**
 * Two chargers on one data folder would share its journal and its relay: the second goes before it touches either. The
 * guard of one that was killed goes by itself, and is waited for.
 */
async function refuseSecondCharger({ guardSocket, dataDir }: Places): Promise<void> {
  const until = performance.now() + GUARD_GOES;
  while (await answers(guardSocket)) {
    if (performance.now() > until) {
      throw new Error(`Another charger runs on ${dataDir}: stop that one, or choose another folder with DATA_DIR.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connectTo(socket);
    const say = (answer: boolean) => {
      connection.destroy();
      resolve(answer);
    };
    connection.once('connect', () => say(true)).once('error', () => say(false));
  });
}

function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Error(`The data folder ${folder} cannot be written (${why}): choose another with DATA_DIR.`, { cause });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(START_HELP);
    return;
  }
  const only = values.only as Side | undefined;
  if (only !== undefined && only !== 'cloud' && only !== 'charger')
    throw new VariableError('--only', 'cloud or charger');
  const at = places();
  // Looked at before anything starts, so that a wrong variable is one clear line.
  const station = stationVariables();
  const stationId = station.station;
  const ports = [listening('cloud').port, listening('charger').port];
  if (only === undefined && ports[0] !== 0 && ports[0] === ports[1]) {
    throw new VariableError('CHARGER_PORT', 'another port than CLOUD_PORT');
  }
  makeDataFolder(at.dataDir);
  if (only !== 'cloud') await refuseSecondCharger(at);

  const kept: Kept[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = (code: number): Promise<void> => {
    stopping ??= (async () => {
      for (const one of kept) one.expectEnd();
      // The charger before its guard, so that the relay is let go in order.
      await Promise.all(kept.filter(({ name }) => name !== 'guard').map((one) => one.stop()));
      await Promise.all(kept.map((one) => one.stop()));
      process.exit(code);
    })();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll(0));
  const keep = (name: Name, start: () => ChildProcess) => {
    const giveUp = () => {
      console.error(`[${name}] did not start; see its last lines above.`);
      void stopAll(1);
    };
    // Without its guard (no GPIO on this machine, say) the station says so itself, in red, and sells nothing.
    const one = new Kept(name, start, name === 'guard' ? undefined : giveUp);
    kept.push(one);
    return one;
  };

  console.log('Starting …');
  if (only !== 'charger') await provision(at, station);
  const sides: Kept[] = [];
  if (only !== 'charger') {
    const { STATION_KEY, ...env } = process.env;
    sides.push(keep('cloud', () => launch('./main', ['cloud'], { ...env, DATA_DIR: at.dataDir })));
  }
  if (only !== 'cloud') {
    const env = chargerEnvironment('simulated');
    mkdirSync(at.chargerDir, { recursive: true, mode: 0o700 });
    const guardArgs = ['--socket', at.guardSocket, '--driver', env.GPIO_DRIVER!, '--folder', at.pinsDir];
    guardArgs.push('--relay', `relay=${env.RELAY_LINE}`);
    keep('guard', () => launch('../hardware/relay/guard-main', guardArgs, env));
    sides.push(keep('charger', () => launch('./main', ['charger'], env, CHARGER_NODE_FLAGS)));
  }
  const urls = new Map(await Promise.all(sides.map(async (one) => [one.name, await one.ready] as const)));
  console.log(clicks(urls, stationId));
}

function clicks(urls: ReadonlyMap<Name, string>, stationId: string): string {
  const lines = ['', 'Running. Ctrl-C stops it.', ''];
  const cloud = urls.get('cloud');
  const charger = urls.get('charger');
  if (cloud) {
    lines.push(`  Buy a code                ${cloud}/charge/${encodeURIComponent(stationId)}`);
    lines.push(`  Operator's dashboard      ${cloud}/dashboard`);
    lines.push(`  Cloud flow (editor)       ${cloud}/editor`);
  }
  if (charger) {
    lines.push(
      `  Station ${stationId}: its panel ${' '.repeat(Math.max(0, 6 - stationId.length))} ${charger}/dashboard`,
    );
    lines.push(`  Charger flow (editor)     ${charger}/editor`);
  }
  return `${lines.join('\n')}\n`;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
