// The conversation at the station's one keypad and display: what people do there in, what is asked of the outlets and of the
// journal out (docs/session.md). Pure.
import type { News } from '../outlet/model.ts';
import { hear } from './events.ts';
import type { ConversationConfig, ConversationEffect, ConversationEvent, ConversationState, Outlets } from './model.ts';
import { expire, hearNews, moveOn } from './notices.ts';
import { Transition } from './transition.ts';

export interface ConversationStep {
  readonly state: ConversationState;
  readonly effects: readonly ConversationEffect[];
}

/** Deals with one event. What it asks of the outlets is done before `answerOutlets` is called. */
export function nextConversation(
  before: ConversationState,
  event: ConversationEvent,
  outlets: Outlets,
  config: ConversationConfig,
): ConversationStep {
  const talk = new Transition(before, event.at, outlets, config);
  expire(talk);
  hear(talk, event);
  const { state, effects } = talk;
  return { state, effects };
}

/** What each outlet had to tell in return, by its number. */
export interface OutletNews {
  readonly outlet: number;
  readonly news: News;
}

/** Takes in what the outlets have become by the same event, and what they told. */
export function answerOutlets(
  before: ConversationState,
  told: readonly OutletNews[],
  at: number,
  outlets: Outlets,
  config: ConversationConfig,
): ConversationState {
  const talk = new Transition(before, at, outlets, config);
  for (const { outlet, news } of told) hearNews(talk, outlet, news);
  moveOn(talk);
  return talk.state;
}

/** When, in monotonic milliseconds, something is due by the passing of time alone. */
export function conversationDeadlines(state: ConversationState): number[] {
  const { notice, asking, choosing, shown, otherLanguageUntil, againUntil } = state;
  const all = [notice?.until, asking?.until, choosing?.until, shown[0]?.until, otherLanguageUntil, againUntil];
  return all.filter((until) => until !== undefined);
}
