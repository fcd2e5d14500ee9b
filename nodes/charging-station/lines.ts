// Which GPIO line of a station is whose. Two settings that name one line would read, or drive, what belongs to the
// other, and not every driver notices: sysfs and the simulated lines give a line to whoever asks.
import type { GpioDriver, InputLine, Line, OutputLine, OutputOptions } from '../../hardware/gpio/driver.ts';
import { GpioError } from '../../hardware/gpio/errors.ts';
import { lineKey } from '../../hardware/gpio/pin.ts';

/** Who uses a line, as the catalogue (`charging-station.line`) words it. */
export type LineUser = 'vehicle' | 'relay' | 'relay-feedback' | 'keypad' | 'meter';

export class Lines {
  readonly #users = new Map<string, LineUser>();
  /** What stands on the wires of the lines that are open. */
  readonly #wires = new Map<string, () => boolean>();
  readonly #taken: (line: Line, user: LineUser, other: LineUser) => Error;

  /** @param taken makes the error for a line that `other` has and `user` wants as well */
  constructor(taken: (line: Line, user: LineUser, other: LineUser) => Error) {
    this.#taken = taken;
  }

  /** Whose each line is, and the level on its wire, where it can be read. */
  now(): { readonly line: string; readonly use: LineUser; readonly level?: 0 | 1 }[] {
    return [...this.#users].map(([line, use]) => {
      const level = this.#level(line);
      return { line, use, ...(level !== undefined && { level }) };
    });
  }

  #level(line: string): 0 | 1 | undefined {
    try {
      const wire = this.#wires.get(line)?.();
      return wire === undefined ? undefined : wire ? 1 : 0;
    } catch {
      // Lost: whoever holds it says so.
      return undefined;
    }
  }

  /** From now on the line is `user`'s. Gives the function that gives it back. */
  take(line: Line, user: LineUser): () => void {
    const key = lineKey(line);
    const other = this.#users.get(key);
    if (other !== undefined) throw this.#taken(line, user, other);
    this.#users.set(key, user);
    let held = true;
    return () => {
      if (held) {
        this.#users.delete(key);
        this.#wires.delete(key);
      }
      held = false;
    };
  }

  /** The driver, with lines that are given to one user each. */
  watch(driver: GpioDriver): GpioDriver {
    return {
      name: driver.name,
      description: driver.description,
      setsPulls: driver.setsPulls,
      ...(driver.chips && { chips: driver.chips }),
      input: (line, options) =>
        this.#open(line, options, (giveBack) => {
          const onLost = (error: GpioError) => {
            giveBack();
            options.onLost(naming(error, line, userOf(options.consumer)));
          };
          return driver.input(line, { ...options, onLost });
        }),
      output: (line, options) => this.#open(line, options ?? {}, () => driver.output(line, options)),
    };
  }

  async #open<L extends InputLine | OutputLine>(
    line: Line,
    { consumer, activeLow = false }: Pick<OutputOptions, 'consumer' | 'activeLow'>,
    open: (giveBack: () => void) => Promise<L>,
  ): Promise<L> {
    const user = userOf(consumer);
    const giveBack = this.take(line, user);
    try {
      const opened = await open(giveBack);
      this.#wires.set(lineKey(line), () => opened.read() !== activeLow);
      const close = opened.close.bind(opened);
      opened.close = async () => {
        try {
          await close();
        } finally {
          giveBack();
        }
      };
      return opened;
    } catch (error) {
      giveBack();
      throw naming(error, line, user);
    }
  }
}

/** Only a relay's line is opened without a name. */
function userOf(consumer: string | undefined): LineUser {
  return (consumer?.replaceAll(' ', '-') ?? 'relay') as LineUser;
}

/** The driver's error, with the line and whose it is for the words of the catalogue. */
function naming<Failure>(error: Failure, line: Line, user: LineUser): Failure {
  if (error instanceof GpioError) error.values = { line: String(line), ...error.values, user };
  return error;
}
