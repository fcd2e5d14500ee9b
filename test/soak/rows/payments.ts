import { soakPayments } from '../payments.ts';
import type { SoakRow } from '../row.ts';

export const row: SoakRow = {
  title: 'paid first, PostgreSQL, two processes',
  run: () =>
    soakPayments({
      ...{ kind: 'postgresql', processes: 2, clients: 50, stations: 500 },
      reservations: Number(process.env.SOAK_REQUESTS ?? 20_000),
      kills: [0.2, 0.4, 0.6, 0.8],
      restMs: 300_000,
    }),
};
