// Lines that are files: one a line, holding 0 or 1. Like a real line a file keeps its level when its owner dies.

import {
  closeSync,
  type FSWatcher,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { GpioDriver, InputLine, InputOptions, Line, OutputLine, OutputOptions } from './driver.ts';
import { GpioError } from './errors.ts';

/** Where a watch is deaf (network folders, some containers), a change is seen after this at the latest. */
const NET_MS = 200;
/** Rewriting a file takes no longer: one that holds neither 0 nor 1 for so long is no line. */
const REWRITING_MS = 500;

/** Opens the folder, made where it is missing. Throws a `GpioError` `folder-not-writable`. */
export async function openSimulated(folder: string): Promise<GpioDriver> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new GpioError('folder-not-writable', `The folder of simulated GPIO lines can't be made: ${folder}.`, {
      cause,
    });
  }
  return new SimulatedDriver(folder);
}

class SimulatedDriver implements GpioDriver {
  readonly name = 'simulated';
  readonly setsPulls = true;
  readonly description: string;
  readonly #folder: string;
  readonly #inputs = new Set<LookedAt>();
  #watcher: FSWatcher | undefined;
  #net: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.description = `simulated: ${folder}`;
  }

  async input(line: Line, options: InputOptions): Promise<InputLine> {
    const path = this.#path(line);
    create(path, '0');
    const wire = await rewritten(String(line), path);
    const input = simulatedInput(String(line), path, wire, options, () => {
      this.#inputs.delete(input);
      if (this.#inputs.size === 0) this.#deaf();
    });
    this.#inputs.add(input);
    this.#listen();
    return input;
  }

  async output(line: Line, options: OutputOptions = {}): Promise<OutputLine> {
    const path = this.#path(line);
    const off = options.activeLow ? '1' : '0';
    create(path, off);
    return simulatedOutput(String(line), path, off);
  }

  #path(line: Line): string {
    const name = String(line);
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,63}$/.test(name)) {
      throw new GpioError('line-unknown', `"${name}" can't be a simulated line: use letters, digits, "-" and "_".`);
    }
    return join(this.#folder, name);
  }

  #listen(): void {
    if (this.#net) return;
    this.#net = setInterval(() => this.#look(), NET_MS);
    try {
      this.#watcher = watch(this.#folder, () => this.#look());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No watches left, or none on this file system: the net catches what changes.
    }
  }

  #look(): void {
    for (const input of this.#inputs) input.look();
  }

  #deaf(): void {
    clearInterval(this.#net);
    this.#net = undefined;
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

interface LookedAt extends InputLine {
  look(): void;
}

function simulatedInput(
  line: string,
  path: string,
  found: '0' | '1',
  { activeLow = false, onChange, onLost }: InputOptions,
  onClose: () => void,
): LookedAt {
  let last = found;
  let missing = 0;
  /** Since when, and for how many looks, the file has held neither 0 nor 1. */
  let unclearFor: { readonly sinceMs: number; looks: number } | undefined;
  const logical = (wire: '0' | '1') => (wire === '1') !== activeLow;
  const lose = (error: GpioError) => {
    onClose();
    onLost(error);
  };
  /** More than one look: one that comes late may find the file just being rewritten again. */
  const lookAgain = () => {
    unclearFor ??= { sinceMs: performance.now(), looks: 0 };
    unclearFor.looks += 1;
    const { sinceMs, looks } = unclearFor;
    if (looks >= 3 && performance.now() - sinceMs >= REWRITING_MS) lose(unclear(line, path));
  };
  return {
    read: () => {
      try {
        return logical(wireLevel(path) ?? last);
      } catch (cause) {
        throw lost(line, path, cause);
      }
    },
    look: () => {
      let wire: '0' | '1' | undefined;
      try {
        wire = wireLevel(path);
        missing = 0;
      } catch (cause) {
        // Some editors replace a file: it may be back at the next look.
        missing += 1;
        if (missing >= 3) lose(lost(line, path, cause));
        return;
      }
      if (wire === undefined) {
        lookAgain();
        return;
      }
      unclearFor = undefined;
      if (wire === last) return;
      last = wire;
      onChange(logical(wire));
    },
    close: async () => onClose(),
  };
}

/** Written off before it is given out. A line that was closed keeps its level, whatever is written. */
function simulatedOutput(line: string, path: string, off: '0' | '1'): OutputLine {
  let closed = false;
  const read = () => {
    try {
      return (wireLevel(path) ?? off) !== off;
    } catch (cause) {
      throw lost(line, path, cause);
    }
  };
  const write = (on: boolean) => {
    if (closed) return;
    let file: number | undefined;
    try {
      file = openSync(path, 'r+');
      writeSync(file, on === (off === '0') ? '1' : '0', 0);
      ftruncateSync(file, 1);
    } catch (cause) {
      throw lost(line, path, cause);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  };
  const wasOn = read();
  write(false);
  return {
    wasOn,
    read,
    write,
    close: async () => {
      write(false);
      closed = true;
    },
  };
}

/** Undefined while someone is rewriting the file: `echo 0 > file` empties it first. */
function wireLevel(path: string): '0' | '1' | undefined {
  const text = readFileSync(path, 'utf8').trim();
  return text === '0' || text === '1' ? text : undefined;
}

/** The level, waited for while someone is rewriting the file. Throws a `GpioError` `line-lost`. */
async function rewritten(line: string, path: string): Promise<'0' | '1'> {
  const untilMs = performance.now() + REWRITING_MS;
  while (performance.now() < untilMs) {
    let wire: '0' | '1' | undefined;
    try {
      wire = wireLevel(path);
    } catch (cause) {
      throw lost(line, path, cause);
    }
    if (wire !== undefined) return wire;
    await wait(10);
  }
  throw unclear(line, path);
}

/** A new line appears whole, never empty. */
function create(path: string, wire: string): void {
  try {
    readFileSync(path);
  } catch {
    try {
      const fresh = `${path}.${process.pid}.new`;
      writeFileSync(fresh, wire);
      renameSync(fresh, path);
    } catch (cause) {
      throw new GpioError('folder-not-writable', `The simulated GPIO line ${path} can't be made.`, { cause });
    }
  }
}

function lost(line: string, path: string, cause: unknown): GpioError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new GpioError('line-lost', `The simulated GPIO line "${line}" is gone (${path}: ${why}).`, { cause });
}

function unclear(line: string, path: string): GpioError {
  return new GpioError('line-lost', `The simulated GPIO line "${line}" holds neither 0 nor 1: write one into ${path}.`);
}
