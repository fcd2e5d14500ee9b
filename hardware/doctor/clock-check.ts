// The clock: a station whose codes follow the clock needs one that survives a power cut.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, type Finding, good, note, type Subject, wrong } from './finding.ts';
import { readStationFile } from './key-check.ts';

/** Earlier than this it cannot be: a clock that lost its time begins at 1970, 2000 or the day the system was built. */
const earliestMs = Date.UTC(2026, 0, 1);
const mostApartSeconds = 120;

export const clockCheck: Check = {
  title: 'clock',
  async run(subject) {
    const time = new Date(subject.nowMs).toISOString();
    const now =
      subject.nowMs < earliestMs ? wrong('clock.lost', 'clock.lost.do', { time }) : good('clock.time', { time });
    return [now, chip(subject)];
  },
};

function chip(subject: Subject): Finding {
  const { root, env, nowMs } = subject;
  const folder = join(root, 'sys/class/rtc');
  const name = list(folder)[0];
  const sequence = env.STATION_SEQUENCE || readStationFile(subject)?.sequence;
  if (!name) return sequence === 'counter' ? note('clock.none-needed') : wrong('clock.none', 'clock.none.do');
  const model = read(join(folder, name, 'name')) ?? name;
  const seconds = Number(read(join(folder, name, 'since_epoch')) ?? Number.NaN);
  // The kernel refuses to read a chip that says that its oscillator stood still.
  if (Number.isNaN(seconds) || seconds * 1000 < earliestMs)
    return wrong('clock.chip-lost', 'clock.chip-lost.do', { chip: model });
  const apart = Math.round(Math.abs(nowMs / 1000 - seconds));
  if (apart > mostApartSeconds) return wrong('clock.apart', 'clock.apart.do', { chip: model, seconds: apart });
  return good('clock.chip', { chip: model });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
