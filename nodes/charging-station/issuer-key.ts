// Where a station with simulated pins and no key of its own has its key from: the code issuer that runs in the same
// Node-RED. A key that an example carried would be known to all the world, and one that a person must copy keeps the
// first charge waiting. A station with real pins never asks: its key comes from its dialog or its environment.
import type { Provisioning, StationTerms } from '../../charging/cloud/station-types.ts';
import type { CodeIssuerNode } from '../code-issuer/code-issuer.ts';
import type { RED } from '../shared/red.ts';

/** What both sides must hold alike, or every code is refused. */
const ALIKE = ['unit', 'step', 'layout', 'sequence', 'slotSeconds'] as const satisfies (keyof StationTerms)[];
type Terms = Readonly<Record<(typeof ALIKE)[number], unknown>>;

/** Of the audit: who read the key. */
const READER = 'simulated station';

/** Whether a code issuer is deployed here that could give a key. */
export function issuerIsHere(red: RED): boolean {
  return issuerIds(red).length > 0;
}

/**
 * What the first code issuer of this Node-RED that knows the station sets it up with; undefined as long as none does, or
 * its ledger is away.
 */
export async function askIssuers(red: RED, stationId: string): Promise<Provisioning | undefined> {
  for (const id of issuerIds(red)) {
    const { issuer } = (red.nodes.getNode(id) as CodeIssuerNode | null | undefined) ?? {};
    try {
      const answer = await (await issuer?.ledger())?.provisioning(stationId, { by: READER });
      if (answer !== undefined && !('refused' in answer)) return answer;
    } catch {
      // Its own nodes show that the ledger is away.
    }
  }
  return undefined;
}

/** The settings, by their names in the dialog, that the cloud has otherwise than the station; with the cloud's values. */
export function differences(cloud: Terms, station: Terms): string[] {
  // Slots are for numbers by clock alone.
  const read = ALIKE.filter((name) => name !== 'slotSeconds' || cloud.sequence === 'clock');
  return read.filter((name) => cloud[name] !== station[name]).map((name) => `${name} = ${String(cloud[name])}`);
}

function issuerIds(red: RED): string[] {
  const ids: string[] = [];
  red.nodes.eachNode(({ id, type, ...rest }) => {
    if (type === 'code issuer' && (rest as { d?: boolean }).d !== true) ids.push(id);
  });
  return ids;
}
