// What the ledger's thread holds, for tests that work beside it.

import { ClockWatch } from '../../../charging/cloud/clock-watch.ts';
import { CodeMaker } from '../../../charging/cloud/code-maker.ts';
import { NewestKeys } from '../../../charging/cloud/database/newest-keys.ts';
import { CompiledStatements } from '../../../charging/cloud/database/statements.ts';
import { RequestIds } from '../../../charging/cloud/request-id.ts';
import { type Shared, TermsCache, Totals } from '../../../charging/cloud/work.ts';
import { type DatabaseKind, MASTER_KEY } from './databases.ts';

export function sharedOf(kind: DatabaseKind): Shared {
  return {
    kind,
    maker: new CodeMaker(MASTER_KEY),
    ids: new RequestIds(MASTER_KEY),
    writer: 0,
    lapseMs: 0,
    clock: new ClockWatch(kind, () => {}),
    terms: new TermsCache(),
    statements: new CompiledStatements(),
    totals: new Totals(),
    newestKeys: kind === 'sqlite' ? new NewestKeys() : undefined,
  };
}
