// Bounds how many sockets of a dashboard somebody begins: socket.io keeps what one costs for 45 s, also where it is left.
import type { IncomingMessage } from 'node:http';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Problem, problem } from '../../api/problems.ts';

/** A page makes one, and one more each time its connection breaks. */
const MOST_HANDSHAKES = 60;
const SECONDS = 60;

/**
 * @param detail what is said to who begins too many
 * @returns why a request may not begin one; `who`: under what it is counted
 */
export function handshakes(detail: string): (request: IncomingMessage, who: string) => Promise<Problem | undefined> {
  const begun = new RateLimiterMemory({ points: MOST_HANDSHAKES, duration: SECONDS });
  return async (request, who) => {
    if (/[?&]sid=/.test(request.url ?? '')) return undefined;
    try {
      await begun.consume(who);
      return undefined;
    } catch (reason) {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      const retryAfterSeconds = Math.ceil(reason.msBeforeNext / 1000);
      return problem('too-many-requests', detail, { retryAfterSeconds });
    }
  };
}
