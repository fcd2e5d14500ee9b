// A meter's counter, kept in the journal.
import type { Station } from '../../charging/station/station.ts';
import { asFault } from '../shared/handlers.ts';
import type { RedNode } from '../shared/red.ts';

/**
 * Writes a counter to the journal. A journal that takes no writes is logged once, until it takes them again: what it
 * means for the customer, the session says. Rethrows, so that the meter tries again.
 */
export function counterKeeper(node: RedNode, station: Station, name: string): (energyWh: number) => void {
  let failing = false;
  return (energyWh) => {
    try {
      station.saveMeterCounter(name, energyWh);
      failing = false;
    } catch (error) {
      if (!failing) node.error(asFault(error), {});
      failing = true;
      throw error;
    }
  };
}
