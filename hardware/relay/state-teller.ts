import type { RelayState } from './types.ts';

/** Tells listeners of a relay's state when it has really changed, and when its contactor becomes ready. */
export class StateTeller {
  readonly #state: () => RelayState;
  readonly #listeners = new Set<(state: RelayState) => void>();
  #ready: NodeJS.Timeout | undefined;
  #told = '';

  constructor(state: () => RelayState) {
    this.#state = state;
  }

  add(listener: (state: RelayState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(): void {
    const state = this.#state();
    clearTimeout(this.#ready);
    if (state.readyInMs > 0) this.#ready = setTimeout(() => this.tell(), state.readyInMs);
    const news = JSON.stringify([state.on, state.lease, state.problem?.code, state.wasOn, state.readyInMs > 0]);
    if (news === this.#told) return;
    this.#told = news;
    for (const listener of this.#listeners) listener(state);
  }

  close(): void {
    clearTimeout(this.#ready);
    this.#listeners.clear();
  }
}
