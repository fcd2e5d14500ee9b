// Which relays may close now, and which must open, so that the outlets together never draw more than the station may: first come,
// first served, and where readings rise above the limit the youngest sessions pause. Pure.
import type { OutletConfig, OutletState } from '../outlet/model.ts';
import { meterIsSilent, wantsToClose } from '../outlet/transition.ts';

export interface PowerConfig {
  /** What the outlets may draw together, W. Unset: no limit. */
  readonly stationPowerW?: number;
  /** What one draws whose meter does not tell. Unset, one without a meter may draw all that the station may. */
  readonly outletPowerW?: number;
  /** So long after one outlet's relay closed no other's does. */
  readonly inrushMs: number;
  /** After closing, a vehicle takes so long until its meter shows what it draws. */
  readonly rampMs: number;
  /** A session that needs more than there ever is tries again so often, where nobody else charges. */
  readonly powerRetryMs: number;
}

export const POWER_LIMITS: PowerConfig = Object.freeze({ inrushMs: 200, rampMs: 10_000, powerRetryMs: 600_000 });

type Config = PowerConfig & OutletConfig;

export type PowerOrder =
  | { readonly outlet: number; readonly order: 'close' }
  | { readonly outlet: number; readonly order: 'pause'; readonly neededW: number };

/** Which outlet's relay was told to close last, and when. */
export interface Closing {
  readonly outlet: number;
  readonly at: number;
}

/** @param outlets number 1 first */
export function powerOrders(
  outlets: readonly OutletState[],
  last: Closing | undefined,
  at: number,
  config: Config,
): readonly PowerOrder[] {
  const pauses = pausesOf(outlets, at, config);
  if (pauses.length > 0) return pauses;
  const next = queue(outlets, at, config)[0];
  if (next === undefined || inRush(last, next, at, config)) return [];
  if (outlets.some(({ phase }) => phase.name === 'starting' && !phase.redeemed)) return [];
  return hasRoom(outlets, next, at, config) ? [{ outlet: next, order: 'close' }] : [];
}

/** Whether another's relay has closed just now. */
export function inRush(last: Closing | undefined, outlet: number, at: number, { inrushMs }: PowerConfig): boolean {
  return last !== undefined && last.outlet !== outlet && at - last.at < inrushMs;
}

function pausesOf(outlets: readonly OutletState[], at: number, config: Config): readonly PowerOrder[] {
  const { stationPowerW } = config;
  if (stationPowerW === undefined) return [];
  let sumW = drawnW(outlets, at, config);
  if (sumW <= stationPowerW) return [];
  const drawing = outlets
    .map((state, index) => ({ outlet: index + 1, age: ageOf(state), neededW: drawW(state, at, config) }))
    .filter(({ age, neededW }) => age !== undefined && neededW > 0);
  const pauses: PowerOrder[] = [];
  for (const { outlet, neededW } of drawing.toSorted((a, b) => b.age! - a.age!)) {
    if (sumW <= stationPowerW) break;
    sumW -= neededW;
    pauses.push({ outlet, order: 'pause', neededW });
  }
  return pauses;
}

/** The order in which its session was redeemed; undefined where none is charged. */
function ageOf({ phase }: OutletState): number | undefined {
  const isOn =
    phase.name === 'charging' ||
    (phase.name === 'paused' && phase.neededW === undefined) ||
    (phase.name === 'starting' && phase.redeemed);
  return isOn ? (phase.session.id ?? 0) : undefined;
}

/** Who wants to charge, the first first: sessions that were redeemed before come before vouchers that were not. */
function queue(outlets: readonly OutletState[], at: number, config: Config): readonly number[] {
  return outlets
    .flatMap((state, index) =>
      wantsToClose(state, at, config) ? [{ outlet: index + 1, key: turnOf(state.phase) }] : [],
    )
    .toSorted((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1])
    .map(({ outlet }) => outlet);
}

function turnOf(phase: OutletState['phase']): readonly [number, number] {
  if (phase.name === 'paused') return [0, phase.session.id ?? 0];
  if (phase.name !== 'waiting') return [2, 0];
  return 'open' in phase.held ? [0, phase.held.open[0]?.session ?? 0] : [1, phase.since];
}

function hasRoom(outlets: readonly OutletState[], outlet: number, at: number, config: Config): boolean {
  const { stationPowerW, powerRetryMs } = config;
  if (stationPowerW === undefined) return true;
  const state = outlets[outlet - 1]!;
  const { phase } = state;
  const othersW = drawnW(outlets, at, config);
  const neededW = phase.name === 'paused' ? (phase.neededW ?? 0) : untoldW(state, config);
  if (neededW > stationPowerW && othersW === 0) return phase.name !== 'paused' || at - phase.since >= powerRetryMs;
  return neededW === 0 ? othersW < stationPowerW : othersW + neededW <= stationPowerW;
}

/** All outlets together, W. */
function drawnW(outlets: readonly OutletState[], at: number, config: Config): number {
  return outlets.reduce((sum, state) => sum + drawW(state, at, config), 0);
}

/** What an outlet draws: its meter's reading, or what is said of one where there is none; W. */
function drawW(state: OutletState, at: number, config: Config): number {
  const { meter, current } = state;
  if (ageOf(state) === undefined) return 0;
  const read = meter?.powerW;
  if (read === undefined || meterIsSilent(state, at, config)) return Math.max(untoldW(state, config), read ?? 0);
  const isNew = current.relay !== 'closed' || at - current.since < config.rampMs;
  return Math.max(Math.abs(read), isNew ? untoldW(state, config) : 0);
}

/** What one draws as long as no meter tells: where there is none, and nobody said, it may be all. W. */
function untoldW({ meter }: OutletState, { outletPowerW, stationPowerW }: Config): number {
  return outletPowerW ?? (meter === undefined ? stationPowerW : undefined) ?? 0;
}
