import { soakKilled } from '../killed.ts';
import type { SoakRow } from '../row.ts';

export const row: SoakRow = {
  title: 'PostgreSQL, two processes',
  run: () =>
    soakKilled({
      kind: 'postgresql',
      processes: 2,
      faults: [
        { after: 0.2, act: 'kill' },
        { after: 0.4, act: 'restart-database' },
        { after: 0.6, act: 'kill' },
        { after: 0.8, act: 'crash-database' },
      ],
    }),
};
