// What the recordings share: numbers that a seed decides, text that is the same however objects were put together, and
// names in the place of what chance or the clock decides.
import { createHash } from 'node:crypto';

/** JSON with the properties in the order of their names: what is plain data inside the product has no order. */
export function stable(value: unknown): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: unknown): unknown {
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, ordered(each)]));
}

export const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');

/** Gives each text that it is asked for a name of its own: the kind and a number, by when it was first met. */
export class Names {
  readonly #known = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  of(kind: string, text: string): string {
    const known = this.#known.get(text);
    if (known) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.#known.set(text, name);
    return name;
  }

  called(text: string, name: string): void {
    this.#known.set(text, name);
  }

  /** Every text that has a name, replaced by it. */
  replaced(text: string): string {
    let told = text;
    for (const [known, name] of this.#known) told = told.replaceAll(known, name);
    return told;
  }
}

/**
 * What happened, line by line. `text()` is short: the first lines of each chapter as they are, and for each thousand
 * steps the digest of all lines so far.
 */
export class Chronicle {
  readonly #readable: string[] = [];
  readonly #digests: string[] = [];
  readonly #whole: string[] = [];
  readonly #hash = createHash('sha256');
  readonly #every: number;
  readonly #keepWhole: boolean;
  #room = 0;
  #steps = 0;

  /** @param every how many steps go into one digest */
  constructor(every: number, keepWhole: boolean) {
    this.#every = every;
    this.#keepWhole = keepWhole;
  }

  /** @param readable so many lines from here on are written out */
  chapter(title: string, readable: number): void {
    this.#room = readable;
    if (readable > 0) this.#readable.push(`== ${title}`);
    this.#whole.push(`== ${title}`);
  }

  line(text: string): void {
    this.#hash.update(text).update('\n');
    if (this.#keepWhole) this.#whole.push(text);
    if (this.#room === 0) return;
    this.#room--;
    this.#readable.push(text);
  }

  step(): void {
    this.#steps++;
    if (this.#steps % this.#every === 0) this.#digests.push(`${this.#steps} ${this.#hash.copy().digest('hex')}`);
  }

  text(): string {
    if (this.#keepWhole) return this.#whole.join('\n');
    return [...this.#readable, `== sha-256 of all lines up to each ${this.#every}th step`, ...this.#digests].join('\n');
  }
}
