import { newest, readSnapshots } from './snapshots.ts';

/**
 * The id of the station whose journal lies in a folder, from the snapshots: no byte is touched, and no database opened.
 * @returns `undefined` where there is no journal, or none that can be read: opening it will say what is wrong
 */
export function ownerOf(folder: string): string | undefined {
  try {
    return newest(readSnapshots(folder).states)?.station;
  } catch {
    return undefined;
  }
}
