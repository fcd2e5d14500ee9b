// Two processes of the cloud that share one limit: how many requests of one client pass in a minute.
import { isRefused, openLedger } from '../../charging/cloud/ledger.ts';
import { MASTER_KEY, MASTER_KEY_HEX } from '../charging/cloud/databases.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { atOnce } from './customers.ts';

export async function sharedLimit(url: string, limit: number, requests: number): Promise<number> {
  const ledger = await openLedger({ url, masterKey: MASTER_KEY });
  const made = await ledger.createApiKey({ name: 'limited', role: 'customer app' });
  await ledger.createStation({ id: 'CP-0001', sequence: 'counter' });
  await ledger.close();
  if (isRefused(made)) throw new Error(made.refused.detail);
  const env = {
    DATABASE_URL: url,
    MASTER_KEY: MASTER_KEY_HEX,
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'database',
    RATE_LIMIT_CLIENT: String(limit),
    RATE_LIMIT_STATION: '0',
  };
  const clouds = await Promise.all([Cloud.start({ env }), Cloud.start({ env })]);
  const headers = { authorization: `Bearer ${made.key}` };
  const body = { station: 'CP-0001', amount: 30 };
  let taken = 0;
  let passed = 0;
  await atOnce(20, async () => {
    while (taken < requests) {
      const response = await clouds[taken++ % clouds.length]!.call('POST', '/charging-requests', body, headers);
      const text = await response.text();
      if (response.status !== 201 && response.status !== 429) throw new Error(`${response.status} ${text}`);
      if (response.status !== 429) passed += 1;
    }
  });
  for (const cloud of clouds) await cloud.remove();
  return passed;
}
