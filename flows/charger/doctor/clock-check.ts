// The clock: a station whose codes follow the clock needs one that survives a power cut.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ClockChip, clockChips } from '../../../hardware/raspberry-pi/clock-chips.ts';
import { type Check, type Finding, good, note, type Subject, wrong } from './finding.ts';
import { readStationFile } from './key-check.ts';

/** Earlier than this it cannot be: a clock that lost its time begins at 1970, 2000 or the day the system was built. */
const earliestMs = Date.UTC(2026, 0, 1);
const mostApartSeconds = 120;
/** As offline-charging-charger.service has it. */
const CLOCK_SOCKET = '/run/offline-charging-clock.sock';

export const clockCheck: Check = {
  title: 'clock',
  async run(subject) {
    const time = new Date(subject.nowMs).toISOString();
    const now =
      subject.nowMs < earliestMs ? wrong('clock.lost', 'clock.lost.do', { time }) : good('clock.time', { time });
    return [now, ...chips(subject), ...setBy(subject)];
  },
};

/** Whether a synchronization sets the machine's clock, too; of interest where the station is installed and goes by it. */
function setBy(subject: Subject): Finding[] {
  const { root, env } = subject;
  const isInstalled = existsSync(join(root, 'etc/systemd/system/offline-charging-charger.service'));
  if (!isInstalled || sequenceOf(subject) === 'counter') return [];
  const socket = env.CLOCK_SOCKET?.trim() ?? CLOCK_SOCKET;
  if (socket === '') return [note('clock.kept')];
  return [
    existsSync(join(root, socket)) ? good('clock.set-by-code') : note('clock.not-set', { socket }, 'clock.not-set.do'),
  ];
}

function sequenceOf(subject: Subject): string | undefined {
  return subject.env.STATION_SEQUENCE || readStationFile(subject)?.sequence;
}

function chips(subject: Subject): Finding[] {
  const found = clockChips(subject.root);
  if (!found)
    return [sequenceOf(subject) === 'counter' ? note('clock.none-needed') : wrong('clock.none', 'clock.none.do')];
  const { used, others } = found;
  return [judge(used, others, subject), ...others.map((other) => beside(other, used))];
}

/** The chip that the kernel takes the time from: only its battery helps. */
function judge(used: ClockChip, others: readonly ClockChip[], { nowMs }: Subject): Finding {
  const { name: chip, battery } = used;
  if (isLost(used)) {
    const keeps = others.find((other) => !isLost(other));
    if (keeps && battery === 'board')
      return wrong('clock.board-lost', 'clock.board-lost.do', { chip, other: keeps.name });
    return wrong('clock.chip-lost', battery === 'board' ? 'clock.board-battery.do' : 'clock.chip-lost.do', { chip });
  }
  const apart = Math.round(Math.abs(nowMs / 1000 - used.seconds!));
  if (apart > mostApartSeconds) return wrong('clock.apart', 'clock.apart.do', { chip, seconds: apart });
  return good(battery === 'board' ? 'clock.board' : 'clock.chip', { chip });
}

/** A chip that nobody asks. */
function beside({ name: other, battery }: ClockChip, used: ClockChip): Finding {
  const values = { other, chip: used.name };
  if (battery === 'board') return note('clock.two', values);
  return note('clock.two-module', values, 'clock.two-module.do');
}

/** The kernel refuses to read a chip that says that its oscillator stood still. */
function isLost({ seconds }: ClockChip): boolean {
  return seconds === undefined || seconds * 1000 < earliestMs;
}
