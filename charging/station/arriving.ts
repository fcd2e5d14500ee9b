// What a station writes down when it starts: whose numbers its journal holds, and a boot that is new.
import { type ClockMemory, isLost } from './clock.ts';
import type { Journal } from './journal/journal.ts';
import type { Limiter } from './limiter.ts';
import { lineOfKey } from './number-lines.ts';
import type { Past } from './past.ts';
import type { SureTime } from './sure-time.ts';
import type { Clocks, StationSettings } from './types.ts';

/** Takes the numbers that belong to the station's key, and what an operator confirmed. */
export function takeKey(journal: Journal, settings: StationSettings, clocks: Clocks, past: Past | undefined): void {
  const line = lineOfKey(journal.state, settings, clocks);
  const { generation = 0, confirmed } = past ?? {};
  if (!line && !confirmed && generation <= journal.state.generation) return;
  journal.commit({ ...line?.change, generation }, 'durable', (tables, moment) => {
    if (line?.isNew) {
      tables.forgetOrder();
      tables.appendRecord('key-changed', JSON.stringify(line.details), moment);
    }
    if (confirmed) tables.appendRecord('journal-confirmed', JSON.stringify({ why: confirmed }), moment);
  });
}

/** @param times as they are now, and what the limiter gathered */
export function beginBoot(
  journal: Journal,
  { sequence }: StationSettings,
  clocks: Clocks,
  times: { readonly clock: ClockMemory; readonly sure: SureTime; readonly limiter: Limiter },
): void {
  const boot = { id: clocks.bootId, number: journal.state.boot.number + 1 };
  journal.commit({ boot, ...times }, 'durable', (tables, moment) => {
    const lost = sequence === 'clock' && isLost(times.clock, times.sure, clocks);
    tables.appendRecord('boot', JSON.stringify({ clock: lost ? 'lost' : 'ok' }), moment);
  });
}
