// What passes between the cloud and a station once, before the station goes out: its id, key and terms.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openLedger } from '../charging/cloud/ledger.ts';
import { loadMasterKey } from './cloud/master-key.ts';
import type { Places, StationVariables } from './environment.ts';

/**
 * Makes sure that the registry of the cloud has the station as the variables say, and leaves what the station must
 * know in its folder (mode 0600).
 */
export async function provision(at: Places, station: StationVariables): Promise<void> {
  mkdirSync(at.cloudDir, { recursive: true, mode: 0o700 });
  const ledger = await openLedger({ url: at.ledgerUrl, masterKey: await loadMasterKey(at) });
  try {
    await ledger.ensureStation(station);
    writeWhole(at.stationFile, JSON.stringify(await ledger.provisioning(station.station)));
  } finally {
    await ledger.close();
  }
}

function writeWhole(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
