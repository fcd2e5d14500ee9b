/** What was looked up or made lately, by name. When it is full, the oldest goes. */
export class Cache<T> {
  readonly #most: number;
  readonly #kept = new Map<string, T>();

  /** @param most entries */
  constructor(most: number) {
    this.#most = most;
  }

  get(name: string): T | undefined {
    return this.#kept.get(name);
  }

  has(name: string): boolean {
    return this.#kept.has(name);
  }

  /** Keeps it as the newest. */
  set(name: string, value: T): void {
    this.#kept.delete(name);
    this.#kept.set(name, value);
    // A map keeps the order of insertion.
    if (this.#kept.size > this.#most) this.#kept.delete(this.#kept.keys().next().value!);
  }

  /** What is kept under the name, or what `make` gives, which is then kept. */
  getOrMake(name: string, make: () => T): T {
    const kept = this.#kept.get(name);
    if (kept !== undefined || this.#kept.has(name)) return kept as T;
    const made = make();
    this.set(name, made);
    return made;
  }

  delete(name: string): void {
    this.#kept.delete(name);
  }

  clear(): void {
    this.#kept.clear();
  }
}
