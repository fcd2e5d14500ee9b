// What becomes of requests while flows are deployed. A node that is stopped drops the messages that it holds, and while
// flows restart their paths are not there: without this, callers would wait for ever, or be told that nothing is here.
// So a deployment waits for the requests under way, those that come meanwhile wait for it, and what cannot be answered is
// told when to come again.

import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { problem } from '../../api/problems.ts';
import { sendProblem } from '../../api/respond.ts';

/** A deployment waits so long for the requests under way: longer than a ledger takes to give up on its database. */
const FINISHING_MS = 5000;
/** A request waits so long for the flows; they are back within a second, as a rule. */
const HELD_MS = 5000;
const MOST_HELD = 200;
const LOOK_MS = 20;
const RETRY_SECONDS = 2;

interface Events {
  on(name: string, then: (event: { type?: string }) => void): void;
}

interface Held {
  readonly response: ServerResponse;
  readonly go: () => void;
}

export class FlowRestarts {
  readonly #requests: () => Iterable<ServerResponse>;
  readonly #held = new Set<Held>();
  /** Nothing answers before the flows have started. */
  #stopped = true;
  #stoppedAt = performance.now();
  #deployments = 0;
  #interrupted: ReadonlySet<ServerResponse> = new Set();

  /** @param requests those for the flows that are not answered yet */
  constructor(events: Events, requests: () => Iterable<ServerResponse>) {
    this.#requests = requests;
    events.on('flows:stopping', () => {
      this.#stopped = true;
      this.#stoppedAt = performance.now();
      this.#interrupted = this.#underWay();
    });
    // Nothing is left that could answer them.
    events.on('flows:stopped', ({ type }) => {
      if (type === 'full') this.#endInterrupted();
    });
    events.on('flows:started', () => {
      this.#stopped = false;
      this.#letGo();
      // What no changed node held is still answered.
      if (this.#interrupted.size > 0) setTimeout(() => this.#endInterrupted(), FINISHING_MS).unref();
    });
  }

  /** Whether requests pass at once. */
  get running(): boolean {
    return !this.#stopped && this.#deployments === 0;
  }

  /** Calls `go` when the flows can answer; says 503 when that takes too long, or too many wait already. */
  hold(response: ServerResponse, go: () => void): void {
    const waitedMs = performance.now() - this.#stoppedAt;
    if (this.#held.size >= MOST_HELD || (this.#stopped && waitedMs > HELD_MS)) {
      sendRestarting(response);
      return;
    }
    const held: Held = { response, go };
    this.#held.add(held);
    const patience = setTimeout(() => {
      if (this.#held.delete(held)) sendRestarting(response);
    }, HELD_MS).unref();
    response.once('close', () => {
      clearTimeout(patience);
      this.#held.delete(held);
    });
  }

  /**
   * Before a deployment: resolves when what is under way is answered, or has had its time.
   * @param response of the deployment: when it is over, requests pass again unless the flows are still to start
   */
  async finish(response: ServerResponse): Promise<void> {
    this.#deployments += 1;
    response.once('close', () => {
      this.#deployments -= 1;
      this.#letGo();
    });
    const until = performance.now() + FINISHING_MS;
    while (this.#underWay().size > 0 && performance.now() < until) {
      await wait(LOOK_MS);
    }
  }

  #letGo(): void {
    if (!this.running) return;
    for (const held of [...this.#held]) {
      this.#held.delete(held);
      held.go();
    }
  }

  #underWay(): Set<ServerResponse> {
    const held = new Set([...this.#held].map(({ response }) => response));
    const unanswered = [...this.#requests()].filter((response) => !response.headersSent && !held.has(response));
    return new Set(unanswered);
  }

  #endInterrupted(): void {
    for (const response of this.#interrupted) if (!response.headersSent) sendRestarting(response);
    this.#interrupted = new Set();
  }
}

function sendRestarting(response: ServerResponse): void {
  const detail = 'Its flows are just being restarted. Ask again, with the same idempotency key.';
  sendProblem(response, problem('restarting', detail, { retryAfterSeconds: RETRY_SECONDS }));
}
