// `npm run model:reports`: 1,000 sessions of 20 stations, known by pictures of their reports alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../charging/cloud/ledger.ts';
import { MASTER_KEY } from '../charging/cloud/master-key.ts';
import { runModel } from '../charging/cloud/reports-model.ts';
import { ReportPictures } from './report-pictures.ts';

const STATIONS = 20;
const SESSIONS = 50;

const folder = mkdtempSync(join(tmpdir(), 'report-model-'));
const clock = { now: Date.parse('2026-11-22T12:00:00Z') };
const url = `sqlite:${join(folder, 'ledger.sqlite')}`;
const ledger = await openLedger({ url, masterKey: MASTER_KEY, now: () => clock.now });
const pictures = await ReportPictures.open();
try {
  const at = Object.assign(clock, { ledger });
  const seed = Number(process.env.SEED ?? 14);
  const outcome = await runModel(at, { stations: STATIONS, sessions: SESSIONS, seed, carry: pictures.carry });
  const { heard, refused, told, missing, givenBack } = outcome;
  console.log(
    `${STATIONS * SESSIONS} sessions of ${STATIONS} stations, seed ${seed}: ${heard} pictures heard, ${refused} forgeries refused, ` +
      `${told} vouchers told of and known once each, ${missing} in gaps that are named, ${givenBack} never used and given back, no alarm, money adds up`,
  );
} finally {
  await Promise.all([ledger.close(), pictures.close()]);
  rmSync(folder, { recursive: true, force: true });
}
