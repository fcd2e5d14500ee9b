// The station's identity and key. Neither is ever printed whole: the id is, the key never.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, dataDir, type Finding, good, type Subject, wrong } from './finding.ts';

export interface StationFile {
  readonly station?: string;
  readonly key?: string;
  readonly unit?: string;
  readonly step?: number;
  readonly sequence?: string;
}

export const keyCheck: Check = {
  title: 'key',
  async run(subject) {
    const { env } = subject;
    if (env.STATION_KEY) return [judge({ station: env.STATION_ID || 'CP-0001', key: env.STATION_KEY }, 'STATION_KEY')];
    const file = stationFile(subject);
    try {
      const findings = access(file, subject);
      const parsed = JSON.parse(readFileSync(file, 'utf8')) as StationFile;
      return [...findings, judge(parsed, file)];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [wrong('key.none', 'key.none.do', { file })];
      if (code === 'EACCES') return [wrong('key.not-readable', 'as-root.do', { file })];
      return [wrong('key.broken', 'key.none.do', { file })];
    }
  },
};

/** Undefined where there is none, or none that can be read. */
export function readStationFile(subject: Subject): StationFile | undefined {
  try {
    return JSON.parse(readFileSync(stationFile(subject), 'utf8')) as StationFile;
  } catch {
    return undefined;
  }
}

function stationFile(subject: Subject): string {
  return join(dataDir(subject), 'charger/station.json');
}

function access(file: string, { user }: Subject): Finding[] {
  const { mode, uid } = statSync(file);
  const findings: Finding[] = [];
  if ((mode & 0o077) !== 0) findings.push(wrong('key.open', 'key.open.do', { file, mode: (mode & 0o777).toString(8) }));
  if (uid !== user.uid && user.uid !== 0)
    findings.push(wrong('key.other-owner', 'key.other-owner.do', { file, user: user.name }));
  return findings;
}

function judge({ station, key, unit = '', step = 0 }: StationFile, file: string): Finding {
  if (!station || !/^[0-9a-f]{64}$/i.test(key ?? '')) return wrong('key.broken', 'key.none.do', { file });
  return good(unit ? 'key.station' : 'key.station-only', { station, unit, step });
}
