// `npm start`: relay guard, charger and cloud as processes of their own, on simulated hardware unless told otherwise.
// `--only cloud` or `--only charger` runs one side (the charger with its guard).

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LEASE_MS } from '../../hardware/relay/protocol.ts';
import { answers } from '../../hardware/relay/socket.ts';
import { CHARGER_NODE_FLAGS, chargerEnvironment, relayArguments } from '../charger/environment.ts';
import { refuseJournalOfAnother } from '../charger/journal-owner.ts';
import { listening, type Places, places, type Side, stationVariables, VariableError } from './environment.ts';
import { START_HELP } from './help.ts';
import { provision } from './provision.ts';
import { print, SupervisedProcess, type SupervisionOptions } from './supervisor.ts';

/** Node-RED closes its nodes, the session writes its checkpoint. */
const SIDE: Pick<SupervisionOptions, 'firstRestartMs' | 'stopWaitMs'> = { firstRestartMs: 500, stopWaitMs: 15_000 };
/** Nobody holds the relay while its guard is away. One that hangs is as good as gone for its clients after `LEASE_MS`. */
const GUARD = { firstRestartMs: 20, stopWaitMs: 3_000, silenceMs: LEASE_MS };
/** Node's debugger, heard on this machine alone. */
const INSPECT = '--inspect=127.0.0.1:9229';
const SWITCHING_OFF = 5_000;
const GUARD_GOES = 3_000;

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
 * Writes the relay's line off after its guard has ended, however it did: a line may keep its level when its owner dies.
 * Gives whether the line is off for sure, and says it when not.
 */
function switchOff(guardArgs: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const child = launch('../../hardware/relay/guard-main', [...guardArgs, '--off'], env);
    print(child, 'guard');
    const killer = setTimeout(() => child.kill('SIGKILL'), SWITCHING_OFF);
    const ended = (code: number | null) => {
      clearTimeout(killer);
      if (code !== 0) {
        console.error("[guard] The relay's line could not be switched off: it may be on. Cut the station's mains.");
      }
      resolve(code === 0);
    };
    child.once('exit', ended).once('error', () => ended(null));
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
    await wait(100);
  }
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
  const { values } = parseArgs({
    options: { only: { type: 'string' }, inspect: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(START_HELP);
    return;
  }
  const only = values.only as Side | undefined;
  if (only !== undefined && only !== 'cloud' && only !== 'charger')
    throw new VariableError('--only', 'cloud or charger');
  if (values.inspect !== undefined && !['cloud', 'charger', 'guard'].includes(values.inspect))
    throw new VariableError('--inspect', 'cloud, charger or guard');
  const inspecting = (name: string) => (name === values.inspect ? [INSPECT] : []);
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
  refuseJournalOfAnother(at, only, station);

  const kept: SupervisedProcess[] = [];
  let relayIsOff = true;
  let stopping: Promise<void> | undefined;
  const stopAll = (code: number): Promise<void> => {
    stopping ??= (async () => {
      for (const one of kept) one.expectEnd();
      // The charger before its guard, so that the relay is let go in order.
      await Promise.all(kept.filter(({ name }) => name !== 'guard').map((one) => one.stop()));
      await Promise.all(kept.map((one) => one.stop()));
      process.exit(relayIsOff ? code : 1);
    })();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll(0));
  const keepSide = (name: Side, start: () => ChildProcess) => {
    const onNeverReady = () => {
      console.error(`[${name}] did not start; see its last lines above.`);
      void stopAll(1);
    };
    const side = new SupervisedProcess({ ...SIDE, name, start, onNeverReady });
    kept.push(side);
    return side;
  };
  // Without its guard (no GPIO on this machine, say) the station says so itself, in red, and sells nothing.
  const keepGuard = (args: readonly string[], env: NodeJS.ProcessEnv) => {
    const afterEnd = async () => {
      relayIsOff = await switchOff(args, env);
    };
    const start = () => launch('../../hardware/relay/guard-main', args, env, inspecting('guard'));
    kept.push(new SupervisedProcess({ ...GUARD, name: 'guard', start, afterEnd }));
  };

  console.log('Starting …');
  if (only !== 'charger') await provision(at, station);
  const sides: SupervisedProcess[] = [];
  if (only !== 'charger') {
    const { STATION_KEY, ...env } = process.env;
    const cloudEnv = { ...env, DATA_DIR: at.dataDir };
    sides.push(keepSide('cloud', () => launch('../server/main', ['cloud'], cloudEnv, inspecting('cloud'))));
  }
  if (only !== 'cloud') {
    const env = chargerEnvironment('simulated');
    mkdirSync(at.chargerDir, { recursive: true, mode: 0o700 });
    const guardArgs = ['--socket', at.guardSocket, '--driver', env.GPIO_DRIVER!, '--folder', at.pinsDir];
    guardArgs.push(...relayArguments(env));
    const { ADMIN_PASSWORD, ...ofGuard } = env;
    keepGuard(guardArgs, ofGuard);
    const flags = [...CHARGER_NODE_FLAGS, ...inspecting('charger')];
    sides.push(keepSide('charger', () => launch('../server/main', ['charger'], env, flags)));
  }
  const urls = new Map(await Promise.all(sides.map(async (one) => [one.name, await one.ready] as const)));
  console.log(clicks(urls, stationId));
}

function clicks(urls: ReadonlyMap<string, string>, stationId: string): string {
  const cloud = urls.get('cloud');
  const charger = urls.get('charger');
  const rows: (readonly [string, string])[] = [
    ...(cloud
      ? ([
          ['Buy a code', `${cloud}/charge/${encodeURIComponent(stationId)}`],
          ["Operator's dashboard", `${cloud}/dashboard`],
          ['Cloud flow (editor)', `${cloud}/editor`],
        ] as const)
      : []),
    ...(charger
      ? ([
          [`Station ${stationId}: its panel`, `${charger}/dashboard`],
          ['Charger flow (editor)', `${charger}/editor`],
        ] as const)
      : []),
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  const lines = rows.map(([what, url]) => `  ${what.padEnd(width)}  ${url}`);
  return `\nRunning. Ctrl-C stops it.\n\n${lines.join('\n')}\n`;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
