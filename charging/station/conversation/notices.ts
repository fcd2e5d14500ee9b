// What outlets have to tell whoever stands at the keypad, and what follows from what is known, whatever event brought it: time
// that ran out, and outlets that went on.
import type { News } from '../outlet/model.ts';
import { wordFor } from './events.ts';
import { showReceipt } from './fates.ts';
import type { NoticeName, ShownReceipt } from './model.ts';
import { placeOf } from './places.ts';
import { hearNo, stillAsked, stopChoosing } from './questions.ts';
import type { Transition } from './transition.ts';

/** Of how an outlet, or a voucher at it, stands. */
const STANDINGS: readonly NoticeName[] = ['outlet', 'your-code'];
/** More than so much of what nobody came to read is not kept. */
const MOST_LATER = 20;

export function hearNews(talk: Transition, outlet: number, news: News): void {
  if (news.name === 'receipt') {
    const { phase } = talk.outlet(outlet).state;
    const goesOn = 'session' in phase || phase.name === 'waiting';
    // Of a voucher that was taken back while its session goes on.
    if (goesOn && news.receipts[0]) {
      showReceipt(talk, news.receipts[0]);
      return;
    }
    // Who looks at that outlet sees what became of it, and not that it is free.
    const { notice } = talk.state;
    if (notice?.outlet === outlet && STANDINGS.includes(notice.name)) talk.set({ notice: undefined });
    talk.show(outlet, news.receipts);
    return;
  }
  if (news.name === 'used' || news.name === 'expired') talk.set({ outcome: news.name });
  const { notice } = talk.state;
  // Whoever is at the keypad reads on; what the outlet has to tell is told to nobody else.
  if (talk.hasSeveral && talk.isTalking && notice?.outlet !== outlet) tellLater(talk, news.name, outlet);
  else
    talk.tell(!talk.hasSeveral && news.name === 'expired' ? wordFor('expired', talk.config.sequence) : news.name, {
      outlet,
    });
}

function tellLater(talk: Transition, name: NoticeName, outlet: number): void {
  const others = talk.state.later.filter((each) => each.outlet !== outlet);
  talk.set({ later: [...others, { name, outlet }].slice(-MOST_LATER) });
}

/** Ends what has stood its time, or whose cause is gone, and tells what waited for it. */
export function moveOn(talk: Transition): void {
  endNotice(talk);
  endQuestion(talk);
  endChoice(talk);
  tellNext(talk);
  if (talk.hasSeveral) turnReceipts(talk);
  else turnReceipt(talk);
  const { otherLanguageUntil, againUntil } = talk.state;
  if (otherLanguageUntil !== undefined && otherLanguageUntil <= talk.at) talk.set({ otherLanguageUntil: undefined });
  if (againUntil !== undefined && againUntil <= talk.at) talk.set({ againUntil: undefined });
}

/** What ran out before the event that is about to be heard. */
export function expire(talk: Transition): void {
  const { asking, choosing } = talk.state;
  if (asking && asking.until <= talk.at) hearNo(talk, true);
  if (choosing && !talk.state.asking && choosing.until <= talk.at) stopChoosing(talk, true);
}

function endNotice(talk: Transition): void {
  const { notice } = talk.state;
  if (!notice) return;
  const outlet = notice.outlet === undefined ? undefined : talk.outlet(notice.outlet);
  const isMended = notice.name === 'out-of-order' && !(outlet ? outlet.fault : talk.fault);
  // A session that has ended is not said to charge any more.
  const isGone = notice.name === 'your-code' && !placeOf(talk.outlets, notice.sequence ?? 0);
  if (notice.until <= talk.at || isMended || isGone) talk.set({ notice: undefined });
}

function endQuestion(talk: Transition): void {
  const { asking } = talk.state;
  if (asking && (asking.until <= talk.at || !stillAsked(talk, asking))) hearNo(talk, asking.until <= talk.at);
}

function endChoice(talk: Transition): void {
  const { asking, choosing } = talk.state;
  if (!choosing || asking) return;
  if ('voucher' in choosing && talk.fault) {
    talk.set({ choosing: undefined });
    talk.tell('out-of-order');
  } else if (choosing.until <= talk.at) stopChoosing(talk, true);
}

function tellNext(talk: Transition): void {
  const [next, ...later] = talk.state.later;
  if (!next || talk.isTalking) return;
  talk.set({ later });
  talk.tell(next.name, { outlet: next.outlet });
}

/** With several outlets: the first counts its time while it is seen, and the others wait. */
function turnReceipts(talk: Transition): void {
  const { at, config, isTalking } = talk;
  const [first, ...others] = talk.state.shown.filter(({ goneBy = at }) => goneBy > at);
  if (!first) {
    if (talk.state.shown.length > 0) talk.set({ shown: [] });
    return;
  }
  if (isTalking) setShown(talk, [{ ...first, until: undefined }, ...others]);
  else if (first.until === undefined) setShown(talk, [{ ...first, until: at + config.receiptMs }, ...others]);
  else if (first.until > at) setShown(talk, [first, ...others]);
  else {
    setShown(talk, others);
    turnReceipts(talk);
  }
}

function setShown(talk: Transition, shown: readonly ShownReceipt[]): void {
  const before = talk.state.shown;
  const same = shown.length === before.length && shown[0]?.until === before[0]?.until;
  if (!same || shown[0]?.receipt !== before[0]?.receipt) talk.set({ shown });
}

/** With one: as long as its outlet is free, or at fault. */
function turnReceipt(talk: Transition): void {
  const [first, ...others] = talk.state.shown;
  if (!first) return;
  const { phase } = talk.outlet(first.outlet).state;
  const anew = () => talk.set({ shown: [{ ...first, until: talk.at + talk.config.receiptMs }, ...others] });
  if (phase.name === 'fault') {
    if (first.until !== undefined) talk.set({ shown: [{ ...first, until: undefined }, ...others] });
  } else if (phase.name !== 'free' || phase.test) talk.set({ shown: [] });
  else if (first.until === undefined) anew();
  else if (first.until <= talk.at) {
    talk.set({ shown: others });
    turnReceipt(talk);
  }
}
