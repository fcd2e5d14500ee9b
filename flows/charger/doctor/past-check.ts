// What the station remembers of its past: whether its journal knows which codes were used, held against the mark beside it
// and what the cloud said of the key, as the charger does when it starts (docs/journal.md, "A new card").
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LookBack, lookBack } from '../../../charging/station/past.ts';
import { pastOf } from '../../../nodes/charging-station/settings.ts';
import { codeOf } from '../../../nodes/shared/status.ts';
import { memoryEnvironment } from '../environment.ts';
import { type Check, dataDir, type Finding, good, note, type Subject, wrong } from './finding.ts';

export const pastCheck: Check = {
  title: 'past',
  async run(subject) {
    const found = rememberedBy(subject);
    // What is wrong with the key says the check of the key.
    if (!found) return [];
    const { folder, mark, confirmation, stationId } = found;
    try {
      const past = found.look(subject.nowMs);
      const values = { folder, mark, confirmation, station: stationId, other: past.station ?? '' };
      return findings(past, stationId).map((finding) => ({ ...finding, values }));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EACCES') return [note('past.not-readable', { folder }, 'as-root.do')];
      if (code === 'journal-newer') return [wrong('past.newer', 'past.newer.do', { folder })];
      throw error;
    }

    function findings(past: LookBack, station: string): Finding[] {
      if (past.damaged) return [wrong('past.damaged', 'past.damaged.do')];
      if (past.station !== undefined && past.station !== station)
        return [wrong('past.other-station', 'past.other-station.do')];
      const { why } = past;
      if (why !== undefined && existsSync(found!.confirmation)) return [note('past.confirmed')];
      if (why !== undefined) return [wrong(`past.${why}`, `past.${why}.do`)];
      if (past.station === undefined) return [note(past.unjudged ? 'past.no-snapshots' : 'past.first')];
      return [good('past.knows'), ...(past.marked ? [] : [note('past.no-mark')])];
    }
  },
};

/** Undefined where the station has no key that can be read. */
function rememberedBy(subject: Subject) {
  try {
    const env = memoryEnvironment({ ...subject.env, DATA_DIR: dataDir(subject) });
    const { STATION_ID: stationId, STATION_KEY, JOURNAL_FOLDER: folder } = env;
    if (!/^[0-9a-f]{64}$/i.test(STATION_KEY)) return undefined;
    const key = new Uint8Array(Buffer.from(STATION_KEY, 'hex'));
    const past = pastOf(folder, key, join(dataDir(subject), 'charger'), env);
    return {
      folder,
      stationId,
      ...past,
      look: (wallMs: number) => lookBack(folder, past, { stationId, key }, wallMs),
    };
  } catch {
    return undefined;
  }
}
