// What the journal's answers change at an outlet: only with them happens what a write allows.
import type { SessionRecord } from '../types.ts';
import { extendedBy, receiptsOf, untold } from './metering.ts';
import type { Ended, OutletEvent, Phase, SessionWrite } from './model.ts';
import type { Transition } from './transition.ts';

type JournalAnswer = 'redeemed' | 'redeem-refused' | 'checkpointed' | 'closed' | 'recovered' | 'write-failed';

export function hearJournal(outlet: Transition, event: Extract<OutletEvent, { type: JournalAnswer }>): void {
  const { phase } = outlet.state;
  const asked = phase.name === 'starting' && !phase.redeemed ? phase : undefined;
  switch (event.type) {
    case 'redeemed':
      hearRedeemed(outlet, event.record);
      return;
    case 'checkpointed':
      // That of a session that goes on: now the journal knows of the cut, and what the next one costs.
      if (!asked) return;
      outlet.set({ cutsByNow: undefined });
      outlet.enter({ ...asked, redeemed: true, since: outlet.at });
      return;
    case 'redeem-refused':
      outlet.tell(event.why);
      if (asked) outlet.enter({ name: 'free' });
      return;
    case 'closed':
      hearClosed(outlet, event.records);
      return;
    case 'recovered':
      if (!('session' in phase) && phase.name !== 'stopping') outlet.interrupt(event.open);
      return;
    case 'write-failed':
      hearFailure(outlet, event.write);
  }
}

function hearRedeemed(outlet: Transition, record: SessionRecord): void {
  const { phase } = outlet.state;
  if (phase.name === 'starting' && !phase.redeemed) {
    const session = { ...phase.session, id: record.session };
    outlet.enter({ ...phase, session, redeemed: true, since: outlet.at });
  } else if (phase.name === 'charging' || phase.name === 'paused') {
    outlet.enter({ ...phase, session: extendedBy(phase.session, record) });
  }
}

function hearClosed(outlet: Transition, records: readonly SessionRecord[]): void {
  const { phase } = outlet.state;
  if (phase.name === 'charging' || phase.name === 'paused') {
    hearTakenBack(outlet, phase, records);
    return;
  }
  if (phase.name !== 'stopping' && phase.name !== 'fault') return;
  if (!phase.ended || !('unclosed' in phase.ended)) return;
  const lastVouchers = [...phase.ended.before, ...records];
  const receipts = receiptsOf(lastVouchers);
  const ended: Ended = { reason: records.at(-1)?.ended ?? 'power-cut', receipts };
  outlet.set({ lastVouchers, receipts, cutsByNow: undefined });
  outlet.enter({ ...phase, ended });
}

/** A voucher of a session that goes on is closed. */
function hearTakenBack(
  outlet: Transition,
  phase: Extract<Phase, { name: 'charging' | 'paused' }>,
  records: readonly SessionRecord[],
): void {
  const vouchers = phase.session.vouchers.map((each) => {
    const receipt = records.find(({ voucher }) => voucher.sequence === each.voucher.sequence)?.receipt;
    return receipt === undefined ? each : { ...each, receipt };
  });
  outlet.enter({ ...phase, session: { ...phase.session, vouchers } });
  outlet.news.push({ name: 'receipt', receipts: receiptsOf(records) });
}

function hearFailure(outlet: Transition, write: SessionWrite['type']): void {
  const { phase } = outlet.state;
  if (phase.name === 'charging' || phase.name === 'paused') {
    // What it told may not be on the disk. The journal's fault ends the session now, and tells all.
    outlet.enter({ ...phase, session: untold(phase.session) });
    return;
  }
  if (write === 'redeem') {
    outlet.tell('out-of-order');
    outlet.enter({ name: 'fault' });
  }
  // It was to go on after a cut: it does when the journal works again, and tells which session stands open.
  if (write === 'checkpoint' && phase.name === 'starting' && !phase.redeemed) outlet.enter({ name: 'fault' });
}
