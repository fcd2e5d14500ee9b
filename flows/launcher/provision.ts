// What passes between the cloud and a station once, before the station goes out: its id, key and terms.
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadMasterKey } from '../../api/master-key.ts';
import { type Answer, isRefused, type Ledger, openLedger, type StationRecord } from '../../charging/cloud/ledger.ts';
import { writeWhole } from '../../charging/whole-file.ts';
import { listening, type Places, type StationVariables, stationVariablesSet } from './environment.ts';

/**
 * Makes sure that the registry of the cloud has the station, and leaves what the station must know in its folder
 * (mode 0600). A station that is there already changes only where a variable says so; the rest is the operator's.
 * @throws when the ledger cannot be opened or refuses the station
 */
export async function provision(at: Places, station: StationVariables): Promise<void> {
  mkdirSync(at.cloudDir, { recursive: true, mode: 0o700 });
  const ledger = await openLedger({ url: at.ledgerUrl, masterKey: await loadMasterKey(at) });
  try {
    await register(ledger, station);
    const given = granted(await ledger.provisioning(station.station, { by: 'start' }));
    const provisioning = { ...given, new: given.new || saidNew(at.stationFile, given.key) };
    const { host, port } = listening('cloud');
    const page = `http://${host.includes(':') ? `[${host}]` : host}:${port}/charge/${encodeURIComponent(station.station)}`;
    mkdirSync(dirname(at.stationFile), { recursive: true, mode: 0o700 });
    writeWhole(at.stationFile, `${JSON.stringify({ ...provisioning, page }, undefined, 2)}\n`);
  } finally {
    await ledger.close();
  }
}

async function register(ledger: Ledger, { station: id, ...terms }: StationVariables): Promise<StationRecord> {
  const present = await ledger.station(id);
  if (isRefused(present)) return granted(await ledger.createStation({ id, ...terms }, 'start'));
  const set = stationVariablesSet();
  const change = Object.fromEntries(
    Object.entries(terms).filter(([name, value]) => set.has(name) && present[name as keyof StationRecord] !== value),
  );
  if (Object.keys(change).length === 0) return present;
  return granted(await ledger.updateStation(id, change, 'start'));
}

function granted<T extends object>(answer: Answer<T>): T {
  if (isRefused(answer)) throw new Error(answer.refused.detail);
  return answer;
}

/**
 * Whether the file that lies there said of the same key that it was new. Each start gives the key out once more, which
 * makes it no older for a charger on this machine that never ran; one that did has its mark.
 */
function saidNew(file: string, key: string): boolean {
  try {
    const before = JSON.parse(readFileSync(file, 'utf8'));
    return before.key === key && before.new === true;
  } catch {
    return false;
  }
}
