// What is recorded, by the name of its file.
import { chargeRecording } from './charge.ts';
import { httpRecordings } from './http.ts';
import { journalRecording } from './journal.ts';
import { ledgerRecording } from './ledger.ts';
import { sessionRecording } from './session.ts';

export const FOLDER = new URL('./recorded/', import.meta.url).pathname;

let http: ReturnType<typeof httpRecordings> | undefined;
/** One cloud is asked for both. */
function answeredByCloud(): ReturnType<typeof httpRecordings> {
  http ??= httpRecordings();
  return http;
}

export const RECORDINGS: ReadonlyMap<string, () => Promise<string>> = new Map([
  ['openapi.txt', async () => (await answeredByCloud()).openapi],
  ['http.txt', async () => (await answeredByCloud()).answers],
  ['journal.txt', journalRecording],
  ['ledger-sqlite.txt', () => ledgerRecording('sqlite')],
  ['ledger-postgresql.txt', () => ledgerRecording('postgresql')],
  ['charge.txt', chargeRecording],
  ['session.txt', async () => sessionRecording()],
]);
