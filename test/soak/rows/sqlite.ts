import { soakKilled } from '../killed.ts';
import type { SoakRow } from '../row.ts';

export const row: SoakRow = {
  title: 'SQLite, one process',
  run: () =>
    soakKilled({
      kind: 'sqlite',
      processes: 1,
      faults: [
        { after: 0.25, act: 'kill' },
        { after: 0.5, act: 'kill' },
        { after: 0.75, act: 'kill' },
      ],
    }),
};
