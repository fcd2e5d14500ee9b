// A code that cannot be verified because the journal takes no writes: the customer learns of it from the display, so the
// session must hear of it, and hear when it is over.

/** Between two attempts to write. */
const AGAIN_MS = 5_000;

export class JournalFault {
  readonly #tell: (standing: boolean) => void;
  readonly #write: () => void;
  #again: NodeJS.Timeout | undefined;

  /** @param write throws while the journal takes no writes */
  constructor(tell: (standing: boolean) => void, write: () => void) {
    this.#tell = tell;
    this.#write = write;
  }

  stands(): void {
    if (this.#again) return;
    this.#tell(true);
    this.#again = setInterval(() => this.#try(), AGAIN_MS);
  }

  close(): void {
    clearInterval(this.#again);
    this.#again = undefined;
  }

  #try(): void {
    try {
      this.#write();
    } catch {
      return;
    }
    this.close();
    this.#tell(false);
  }
}
