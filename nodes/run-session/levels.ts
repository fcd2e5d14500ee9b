// What stands while no session can run yet: a vehicle, a relay, faults. They are told once, when they change, so a session
// that begins later must be given them.
import type { Heard } from './inputs.ts';

export class Levels {
  readonly #standing = new Map<string, Heard>();

  /** Keys and codes are not kept: nobody hears them. A reading of the meter comes again by itself. */
  keep(input: Heard): void {
    switch (input.topic) {
      case 'vehicle':
      case 'relay':
        this.#standing.set(input.topic, input);
        return;
      case 'fault':
      case 'relay-fault':
        this.#standing.delete(`${input.topic} ${input.code}`);
        // The session begins when the journal works: it must not end what was cut off because of what is over.
        if (input.standing && input.code !== 'journal-not-writable')
          this.#standing.set(`${input.topic} ${input.code}`, input);
    }
  }

  /** Whether the relay said last that it is open. */
  get relayOpen(): boolean {
    const told = this.#standing.get('relay');
    return told?.topic === 'relay' && !told.relay.on && !told.misread;
  }

  /** What was kept, once. */
  take(): readonly Heard[] {
    const inputs = [...this.#standing.values()];
    this.#standing.clear();
    return inputs;
  }
}
