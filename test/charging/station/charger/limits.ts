// The tables of limits and faults in docs/session.md, made from the code.
import { type ChargerConfig, chargerConfig } from '../../../../charging/station/charger/model.ts';
import { FAULTS, type FaultCode } from '../../../../charging/station/faults.ts';
import { table } from './table.ts';

const config = chargerConfig({ unit: 'Wh' });

const LIMITS: Readonly<
  Record<
    keyof Omit<
      ChargerConfig,
      'unit' | 'sequence' | 'outlets' | 'stationPowerW' | 'outletPowerW' | 'highestPowerW' | 'highestCurrentA'
    >,
    string
  >
> = {
  waitingMs: 'a verified voucher waits for a vehicle',
  startingMs: 'the relay told to close, and not seen closed',
  stoppingMs: 'the relay told to open (or never told to close), and seen closed',
  receiptMs: 'a receipt on the display',
  pausedMs: 'paused, then the vehicle is full',
  testMs: 'a relay test',
  checkpointMs: 'between two checkpoints, in time',
  checkpointWh: 'between two checkpoints, in energy',
  pauseBelowW: 'a vehicle that draws less takes nothing',
  pauseAfterMs: 'and so long, then it is a pause',
  meterSilentMs: 'without a reading, then the meter is silent',
  currentAboveW: 'less power than this is no current that a meter can be held to',
  afterOpeningMs: 'readings after the relay opened that are not held against it',
  heldMs: 'power that does not fall while the relay is open, then it flows',
  quietMs: 'no current with a vehicle connected, then an open relay is open again',
  meterWrongMs: 'counting backwards, or not at all, then the meter is wrong, at the earliest',
  uncountedWh: 'power that a counter did not count, then it stands still',
  uncountedUnknownWh: 'the same while the step of the counter is not known',
  silenceMs: 'the most that is counted when the program did not run',
  resumeMs: 'after a power cut, for the vehicle to be heard of',
  vehicleSilentMs: '`detect vehicle` says nothing, then nobody knows whether a vehicle is there',
  noticeMs: 'an answer on the display',
  askMs: 'a question without an answer, then it is no',
  inrushMs: 'between the relays of two outlets that close',
  rampMs: 'a vehicle takes so long to draw what it will',
  powerRetryMs: 'a session that needs more than the station may draw tries again, when nobody else charges',
  chooseMs: 'a code without the number of its outlet, then it is put back',
  otherLanguageMs: 'the panel in its other language, after the last key',
  againMs: 'after a power cut, that codes which waited have to be typed again',
  retryMs: 'between two tries of a journal that failed',
};

/** The limits of a station that sets none of its own. */
export function limits(): string {
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
  return table(
    ['limit', 'value', 'set by'],
    names.map((name) => [LIMITS[name], limitOf(name, config[name]), `\`${name}\``]),
  );
}

function limitOf(name: string, value: number): string {
  if (!name.endsWith('Ms')) return `${value} ${/(Wh|W)$/.exec(name)![0]}`;
  return value < 600_000 ? `${value / 1000} s` : `${value / 60_000} min`;
}

const ENDS = {
  cause: 'its cause is gone',
  unplug: 'its cause is gone and the vehicle was unplugged, or `end-session`',
  operator: '`end-session`',
} as const;

/** What each fault does, the gravest first. */
export function faults(): string {
  return table(
    ['fault', 'stops', 'at', 'over when'],
    (Object.keys(FAULTS) as FaultCode[]).map((code) => [
      `\`${code}\``,
      FAULTS[code].of === 'station' ? 'all outlets' : 'its outlet',
      FAULTS[code].only ? `\`${FAULTS[code].only}\` stations` : 'all stations',
      ENDS[FAULTS[code].ends],
    ]),
  );
}
