// The state once more, outside the database: two files written in turn, each whole in itself, so that neither a cut in
// the database nor one in a snapshot makes a used number usable again. Written in place, one block each, so that a
// sync costs the disk one write.
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ifThere, newer } from './failures.ts';
import { checksum, decodeState, encodeState, type StationState } from './state.ts';

const SNAPSHOTS = ['snapshot-a', 'snapshot-b'] as const;
/** 0.1.0 wrote 1, which remembered 64 numbers; 2 had no id, totals and sessions; 3 one open voucher at most. */
const VERSION = 4;
const BLOCK = 4096;

interface Slot {
  readonly file: number;
  bytes: Buffer;
  generation: number;
}

/** What the two files hold. */
export interface SnapshotsFound {
  readonly states: readonly (StationState | undefined)[];
  /** So many are there, but hold nothing whole. */
  readonly damaged: number;
  /** One was written by an earlier version. */
  readonly outdated: boolean;
}

/**
 * Reads both snapshots and changes nothing.
 * @throws {JournalError} `journal-newer`
 */
export function readSnapshots(folder: string): SnapshotsFound {
  let damaged = 0;
  let outdated = false;
  const states = SNAPSHOTS.map((name) => {
    const bytes = ifThere(() => readFileSync(join(folder, name)));
    if (bytes === undefined) return undefined;
    const parsed = parse(bytes, folder);
    if (!parsed) damaged++;
    else if (parsed.version < VERSION) outdated = true;
    return parsed?.state;
  });
  return { states, damaged, outdated };
}

/** The newer of two states, the first when they are of an age. */
export function newest(states: readonly (StationState | undefined)[]): StationState | undefined {
  return states.reduce(
    (best, state) => (state && state.generation > (best?.generation ?? -1) ? state : best),
    undefined,
  );
}

/** The two files, open for writing. */
export class Snapshots {
  readonly #slots: Slot[];

  private constructor(slots: Slot[]) {
    this.#slots = slots;
  }

  /** Opens both, as they were found; one that held nothing whole is the first to be written. */
  static open(folder: string, found: SnapshotsFound): Snapshots {
    const slots: Slot[] = [];
    try {
      for (const [i, name] of SNAPSHOTS.entries()) {
        const path = join(folder, name);
        const bytes = ifThere(() => readFileSync(path)) ?? Buffer.alloc(0);
        const file = openSync(path, bytes.length > 0 ? 'r+' : 'w+', 0o600);
        slots.push({ file, bytes, generation: found.states[i]?.generation ?? -1 });
      }
    } catch (error) {
      for (const { file } of slots) closeSync(file);
      throw error;
    }
    return new Snapshots(slots);
  }

  /** Whether a file still waits for its first whole snapshot. */
  get incomplete(): boolean {
    return this.#slots.some(({ generation }) => generation < 0);
  }

  /** Puts the state into the older of the two files, on the disk. Gives what takes it back, as well as can be. */
  write(state: StationState): () => void {
    const [a, b] = this.#slots as [Slot, Slot];
    const slot = a.generation <= b.generation ? a : b;
    const before = { bytes: slot.bytes, generation: slot.generation };
    const undo = () => {
      slot.generation = before.generation;
      slot.bytes = before.bytes;
      try {
        put(slot.file, before.bytes);
      } catch {
        slot.generation = -1;
      }
    };
    try {
      slot.bytes = format(state);
      slot.generation = state.generation;
      put(slot.file, slot.bytes);
    } catch (error) {
      undo();
      throw error;
    }
    return undo;
  }

  close(): void {
    for (const { file } of this.#slots) closeSync(file);
  }
}

function put(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, done);
  fdatasyncSync(file);
}

function format(state: StationState): Buffer {
  const body = encodeState(state);
  const head = `offline-charging snapshot ${VERSION} ${checksum(body)} ${Buffer.byteLength(body)}\n`;
  const length = Buffer.byteLength(head) + Buffer.byteLength(body);
  const bytes = Buffer.alloc(Math.ceil((length + 1) / BLOCK) * BLOCK, ' ');
  bytes.write(head + body);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}

function parse(bytes: Buffer, folder: string): { state: StationState; version: number } | undefined {
  const head = /^offline-charging snapshot (\d+) ([0-9a-f]{64}) (\d+)\n/.exec(bytes.toString('latin1', 0, 200));
  if (!head) return undefined;
  const [line, version, sum, length] = head as unknown as [string, string, string, string];
  const body = bytes.toString('utf8', line.length, line.length + Number(length));
  if (checksum(body) !== sum) return undefined;
  if (Number(version) > VERSION) throw newer(folder, `snapshot version ${version}`);
  try {
    return { state: decodeState(body), version: Number(version) };
  } catch {
    return undefined;
  }
}
