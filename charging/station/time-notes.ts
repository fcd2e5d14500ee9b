// When the time that was lived to is written down: once a minute, and each five minutes so that a power cut right after loses
// none of it.
const NOTE_MS = 60_000;
const NOTE_DURABLY_MS = 5 * NOTE_MS;

export class TimeNotes {
  #notedAtMs: number;
  #durablyNotedAtMs: number;

  /** @param nowMs monotonic, as in all calls */
  constructor(nowMs: number) {
    this.#notedAtMs = nowMs;
    this.#durablyNotedAtMs = nowMs;
  }

  /** A write that was needed anyway took the time with it. */
  written(nowMs: number): void {
    this.#notedAtMs = nowMs;
    this.#durablyNotedAtMs = nowMs;
  }

  /**
   * How hard to write now; undefined when it is too early, or nobody needs it.
   * @param stepped the machine's clock was set
   */
  due(nowMs: number, stepped: boolean, needed: boolean): 'durable' | 'lazy' | undefined {
    if (Math.abs(nowMs - this.#notedAtMs) < NOTE_MS && !stepped) return undefined;
    this.#notedAtMs = nowMs;
    if (!needed) return undefined;
    if (!stepped && Math.abs(nowMs - this.#durablyNotedAtMs) < NOTE_DURABLY_MS) return 'lazy';
    this.#durablyNotedAtMs = nowMs;
    return 'durable';
  }
}
