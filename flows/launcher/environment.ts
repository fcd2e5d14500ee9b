// The variables of the two applications and their defaults: the one place that reads them (README, "Variables").
import { isAbsolute, join, resolve } from 'node:path';
import { MOST_OUTLETS, type StationProvisioning } from '../../charging/codes/provisioning.ts';
import { isStationId } from '../../charging/codes/station-id.ts';
import { fromVariables, readSetting, type ValueOf } from '../../hardware/settings.ts';
import { TERMS, TERMS_OF_ALL } from '../../nodes/charging-station/terms.ts';

export type Side = 'cloud' | 'charger';

export interface Places {
  readonly dataDir: string;
  readonly cloudDir: string;
  readonly chargerDir: string;
  readonly pinsDir: string;
  readonly guardSocket: string;
  readonly masterKeyFile: string;
  /** What the charger was provisioned with: id, key and terms; mode 0600. */
  readonly stationFile: string;
  readonly ledgerUrl: string;
}

export function places(env: NodeJS.ProcessEnv = process.env): Places {
  const dataDir = resolve(env.DATA_DIR || 'data');
  const cloudDir = join(dataDir, 'cloud');
  return {
    dataDir,
    cloudDir,
    chargerDir: join(dataDir, 'charger'),
    pinsDir: env.GPIO_FOLDER ? absolute(env.GPIO_FOLDER) : join(dataDir, 'pins'),
    guardSocket: env.GUARD_SOCKET ? absolute(env.GUARD_SOCKET) : join(dataDir, 'guard.sock'),
    masterKeyFile: join(dataDir, 'master.key'),
    stationFile: join(dataDir, 'charger', 'station.json'),
    ledgerUrl: env.DATABASE_URL || `sqlite:${join(cloudDir, 'ledger.sqlite')}`,
  };
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path);
}

export interface Listening {
  readonly host: string;
  readonly port: number;
}

/** @throws {VariableError} when the port is not one */
export function listening(side: Side, env: NodeJS.ProcessEnv = process.env): Listening {
  const name = side === 'cloud' ? 'CLOUD_PORT' : 'CHARGER_PORT';
  return { host: env.HOST || '127.0.0.1', port: whole(env, name, side === 'cloud' ? 1880 : 1881, 0, 65_535) };
}

export type StationVariables = Pick<
  StationProvisioning,
  'station' | 'unit' | 'step' | 'layout' | 'sequence' | 'slotSeconds' | 'outlets'
>;

/** @throws {VariableError} naming the variable that is wrong and what it takes */
export function stationVariables(env: NodeJS.ProcessEnv = process.env): StationVariables {
  const id = env.STATION_ID || 'CP-0001';
  if (!isStationId(id)) {
    throw new VariableError('STATION_ID', '1 to 64 letters and digits of any script, with . _ : - between them');
  }
  // Several customers at once need numbers that reach further, and codes that are bought hours ahead.
  const outlets = whole(env, 'STATION_OUTLETS', 1, 1, MOST_OUTLETS);
  return {
    station: id,
    unit: term(env, 'unit'),
    step: term(env, 'step'),
    layout: term(outlets > 1 ? { STATION_LAYOUT: 'wide', ...said(env) } : env, 'layout'),
    sequence: term(env, 'sequence'),
    slotSeconds: term(outlets > 1 ? { SLOT_SECONDS: '120', ...said(env) } : env, 'slotSeconds'),
    outlets,
  };
}

/** Without what is set to nothing. */
function said(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
}

function term<Name extends keyof typeof TERMS>(
  env: NodeJS.ProcessEnv,
  name: Name,
): ValueOf<(typeof TERMS_OF_ALL)[Name]> {
  try {
    return readSetting(TERMS_OF_ALL, name, fromVariables(TERMS_OF_ALL, env));
  } catch (cause) {
    throw new VariableError(TERMS[name].variable, takenBy(TERMS_OF_ALL[name]), { cause });
  }
}

function takenBy(one: (typeof TERMS_OF_ALL)[keyof typeof TERMS_OF_ALL]): string {
  return one.kind === 'choice' ? one.choices.join(' or ') : `a whole number from ${one.least} to ${one.most}`;
}

/** Which of a station's terms the variables set, rather than leave to their defaults. */
export function stationVariablesSet(env: NodeJS.ProcessEnv = process.env): ReadonlySet<string> {
  const names = { ...TERMS, outlets: { variable: 'STATION_OUTLETS' } };
  return new Set(Object.entries(names).flatMap(([name, { variable }]) => (env[variable] ? [name] : [])));
}

/** A variable that holds something it can't: says which, and what it takes; never its value, which may be a secret. */
export class VariableError extends Error {
  constructor(name: string, takes: string, options?: ErrorOptions) {
    super(`${name} takes ${takes}.`, options);
    this.name = 'VariableError';
  }
}

function whole(env: NodeJS.ProcessEnv, name: string, otherwise: number, least: number, most: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new VariableError(name, `a whole number from ${least} to ${most}`);
  }
  return value;
}
