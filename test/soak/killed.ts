// Twenty thousand requests of fifty clients while processes are killed and the database is restarted (soak.ts), as a row.
// SOAK_REQUESTS makes it longer or shorter.
import type { Soaked } from './row.ts';
import { isSound, type SoakOptions, soak } from './soak.ts';

export async function soakKilled(
  options: Pick<SoakOptions, 'kind' | 'processes' | 'faults' | 'database'>,
  requests = Number(process.env.SOAK_REQUESTS ?? 20_000),
): Promise<Soaked> {
  const soaked = await soak({ ...options, requests, clients: 50, stations: 500 });
  const { got201, retries, killed, restarts, again, otherCode, duplicates, missing, unasked, wrong } = soaked;
  return {
    figures: {
      requests: soaked.requests,
      '201s': got201,
      retries,
      killed,
      restarts,
      'asked again': again,
      'other code': otherCode,
      duplicates,
      missing,
      unasked,
      'wrong code': wrong,
      miscounted: soaked.miscounted,
      'longest pause ms': Math.round(soaked.pauseMs),
      seconds: Math.round(soaked.seconds),
    },
    faults: isSound(soaked) ? [] : ['the ledger does not balance', ...soaked.odd.slice(0, 5)],
  };
}
