// The administrator's password at the door, of the editor and of a dashboard. Wrong ones are counted for each address, so
// that whoever guesses locks nobody out but himself.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressOf } from '../../api/client-address.ts';
import type { HttpRequest } from '../../api/http.ts';
import { type Problem, problem } from '../../api/problems.ts';
import type { Administrator } from './admin.ts';

/**
 * Wrong passwords of one address within 15 minutes; more are not looked at. A browser sends a right one with each of its
 * first requests for a dashboard; into the editor's form a person types one at a time.
 */
const MOST_WRONG = { dashboard: 20, editor: 5 } as const;
const SECONDS = 15 * 60;

export class SignIn {
  readonly #admin: Administrator;
  readonly #wrong = new RateLimiterMemory({ points: MOST_WRONG.dashboard, duration: SECONDS });

  constructor(admin: Administrator) {
    this.#admin = admin;
  }

  /** Whether it is the administrator; a problem when this address has tried too often to be heard. */
  async check(
    where: keyof typeof MOST_WRONG,
    request: HttpRequest,
    name: unknown,
    password: unknown,
  ): Promise<boolean | Problem> {
    const address = addressOf(request);
    try {
      // Before it is looked at: who guesses in parallel is not heard more often.
      await this.#wrong.consume(address, MOST_WRONG.dashboard / MOST_WRONG[where]);
    } catch (reason) {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      const retryAfterSeconds = Math.ceil(reason.msBeforeNext / 1000);
      const detail = `Too many wrong passwords. Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`;
      return problem('too-many-requests', detail, { retryAfterSeconds });
    }
    if (!(await this.#admin.check(name, password))) return false;
    await this.#wrong.delete(address);
    return true;
  }
}
