// What is known of a station's past beside its journal, from the environment of the charger: where the second mark is, and
// what the cloud said of the key. An integrator's own Node-RED has a mark beside the journal's folder and no more.
import { resolve } from 'node:path';
import type { PastOptions, Provisioned } from '../../charging/station/past.ts';

/**
 * @param key the station's
 * @param userDir what folders that are named are relative to
 */
export function pastOf(
  journalFolder: string,
  key: Uint8Array,
  userDir: string,
  env: NodeJS.ProcessEnv = process.env,
): PastOptions {
  const ours = env.JOURNAL_FOLDER !== undefined && resolve(userDir, env.JOURNAL_FOLDER) === journalFolder;
  const mark = ours && env.JOURNAL_MARK?.trim() ? resolve(userDir, env.JOURNAL_MARK.trim()) : `${journalFolder}.mark`;
  const sameKey = Buffer.from(key).toString('hex') === env.STATION_KEY?.toLowerCase();
  return {
    mark,
    confirmation: `${journalFolder}.confirmed`,
    provisioned: sameKey ? provisionedOf(env) : undefined,
  };
}

function provisionedOf(env: NodeJS.ProcessEnv): Provisioned | undefined {
  const said = env.STATION_KEY_NEW;
  const atMs = Date.parse(env.STATION_KEY_GIVEN ?? '');
  if ((said !== 'true' && said !== 'false') || Number.isNaN(atMs)) return undefined;
  return { isNew: said === 'true', atMs };
}
