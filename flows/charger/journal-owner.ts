// A journal belongs to one station for good: its numbers used are those of that station's codes.
import { join } from 'node:path';
import { ownerOf } from '../../charging/station/journal/owner.ts';
import type { Places, Side, StationVariables } from '../launcher/environment.ts';
import { chargerEnvironment } from './environment.ts';

/**
 * Refuses to begin where the charger could only say "out of order", while the cloud sold codes for it.
 * @throws when the journal in the data folder is another station's
 */
export function refuseJournalOfAnother(at: Places, only: Side | undefined, { station }: StationVariables): void {
  if (only === 'cloud') return;
  // Alone, the charger is what it was provisioned as; with the cloud it is about to be provisioned as this one.
  const ours = only === 'charger' ? chargerEnvironment('simulated').STATION_ID : station;
  const folder = process.env.JOURNAL_FOLDER || join(at.chargerDir, 'journal');
  const owner = ownerOf(folder);
  if (owner === undefined || owner === ours) return;
  throw new Error(
    `The journal in ${folder} belongs to station ${owner}, not to ${ours}: start as that one with STATION_ID, ` +
      'or choose another folder with DATA_DIR.',
  );
}
