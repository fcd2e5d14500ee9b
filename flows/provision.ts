// What passes between the cloud and a station once, before the station goes out: its id, key and terms.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openLedger } from '../charging/cloud/ledger.ts';
import { loadMasterKey } from './cloud/master-key.ts';
import { type Places, type StationVariables, VariableError } from './environment.ts';

/**
 * Makes sure that the registry of the cloud has the station as the variables say, and leaves what the station must
 * know in its folder (mode 0600).
 */
export async function provision(at: Places, station: StationVariables): Promise<void> {
  mkdirSync(at.cloudDir, { recursive: true, mode: 0o700 });
  const ledger = await openLedger({ url: at.ledgerUrl, masterKey: await loadMasterKey(at) });
  try {
    await ledger.ensureStation(station);
    writeWhole(at.stationFile, JSON.stringify(await ledger.provisioning(station.id)));
  } finally {
    await ledger.close();
  }
}

/**
 * The charger's identity as its variables: from `STATION_KEY` where that is set, else from what was provisioned.
 * @throws {VariableError} when the station was never provisioned
 */
export function chargerIdentity(at: Places, station: StationVariables, env = process.env): Record<string, string> {
  if (env.STATION_KEY) {
    if (!/^[0-9a-f]{64}$/i.test(env.STATION_KEY)) throw new VariableError('STATION_KEY', '64 hexadecimal digits');
    return variables({ ...station, key: env.STATION_KEY });
  }
  let text: string;
  try {
    text = readFileSync(at.stationFile, 'utf8');
  } catch {
    throw new VariableError(
      'STATION_KEY',
      'the 64 hexadecimal digits that the cloud gives out when it provisions a station',
    );
  }
  return variables(JSON.parse(text));
}

function variables(of: StationVariables & { key: string }): Record<string, string> {
  return {
    STATION_ID: of.id,
    STATION_KEY: of.key,
    STATION_UNIT: of.unit,
    STATION_STEP: String(of.step),
    STATION_LAYOUT: of.layout,
    STATION_SEQUENCE: of.sequence,
    SLOT_SECONDS: String(of.slotSeconds),
  };
}

function writeWhole(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
