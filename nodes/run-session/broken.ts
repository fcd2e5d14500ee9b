// What a station shows and tells whose session cannot begin.
import { JOURNAL_SCREENS, type Screen } from '../../charging/station/conversation/screens.ts';
import type { SessionState } from '../charging-station/remote-control.ts';

/** Why a session could not begin, for whoever stands before the display. */
export function faultScreen(code: string): Screen {
  const name = JOURNAL_SCREENS[code];
  if (name) return { name, values: {} };
  return { name: 'fault', values: { fault: code.startsWith('journal') ? 'journal-not-writable' : 'gpio-lost' } };
}

/** Its state, for a script. */
export function brokenState(display: string[], outlets: readonly { readonly outlet: number }[]): SessionState {
  const told = { state: 'fault', relay: false, vehicle: false, receipt: null } as const;
  const broken = outlets.map(({ outlet }) => ({ outlet, ...told, remaining: 0, delivered: 0, vouchers: [] }));
  return { ...told, display, outcome: null, outlets: broken, report: null };
}
