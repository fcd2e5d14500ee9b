// The relay guard: alone holds the relays' lines, and lets go of one as soon as the client that leased it is silent,
// gone or confused.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { GpioDriver, Line, Pull } from '../gpio/driver.ts';
import { writePin } from '../gpio/pin.ts';
import { ClosingsFile } from './closings-file.ts';
import { RelayHolder } from './holder.ts';
import { ClosingHistory, type Protection, readProtection, UNPROTECTED } from './protection.ts';
import {
  encode,
  type FromGuard,
  type GuardStatus,
  LEASE_MS,
  type LeaseState,
  MessageReader,
  readToGuard,
} from './protocol.ts';
import { answers, fileAt, makeFolderOf, withShortPath } from './socket.ts';
import { RelayError } from './types.ts';

/** A lease an outlet, those of before a deploy that are not gone yet, and who asks how it is. */
const MOST_CONNECTIONS = 64;
/** Another program may let go of a line, an expander that was away may come back. */
const TRY_AGAIN_MS = 5000;
/** A client that does not read what it is told is not worth a relay. */
const MOST_UNREAD_BYTES = 65536;

export interface GuardedLine {
  readonly line: Line;
  readonly activeLow?: boolean;
  readonly pull?: Pull;
}

export interface GuardOptions {
  readonly socket: string;
  readonly driver: GpioDriver;
  /** By the name under which a client leases it. */
  readonly relays: Readonly<Record<string, GuardedLine>>;
  /** Holds whatever a lease asks for. */
  readonly minimum?: Protection;
  /** A line that can't be had is tried again after so long; 5 s unless set. */
  readonly againMs?: number;
  log?(message: string): void;
}

interface Guarded {
  readonly name: string;
  /** In its notation. */
  readonly pin: string;
  readonly holder: RelayHolder;
  lease: Lease | undefined;
  /** Until a client has heard of it. */
  wasOn: boolean;
}

export class Guard {
  readonly #driver: GpioDriver;
  readonly #log: (message: string) => void;
  readonly #relays = new Map<string, Guarded>();
  readonly #server: Server;
  readonly #connections = new Set<Lease>();
  readonly #closings: ClosingsFile;
  /** Lines that could not be had, and why: tried again until they can. */
  readonly #missing = new Map<string, RelayError>();
  #again: NodeJS.Timeout | undefined;
  #trying: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly #socket: string;
  /** The file of the socket, once it listens. */
  #listensAt: number | undefined;

  private constructor(options: GuardOptions) {
    this.#driver = options.driver;
    this.#socket = options.socket;
    this.#closings = new ClosingsFile(`${options.socket}.closings`);
    this.#log = options.log ?? (() => {});
    this.#server = createServer((socket) => this.#connected(socket));
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /**
   * Switches every line off, then listens. A line that can't be had is tried again each 5 s, and nobody gets a lease on it; the
   * others are guarded. Throws the first line's `GpioError` when none can be had, an `Error` with code
   * `EADDRINUSE` when another guard answers on the socket: then no line was touched.
   */
  static async start(options: GuardOptions): Promise<Guard> {
    if (await answers(options.socket)) {
      throw Object.assign(new Error(`Another relay guard already answers on ${options.socket}.`), {
        code: 'EADDRINUSE',
      });
    }
    const guard = new Guard(options);
    try {
      await guard.#openLines(options);
      await guard.#listen(options.socket);
    } catch (error) {
      await guard.stop();
      throw error;
    }
    return guard;
  }

  /** Nothing that was told to go off is still on, and who has no lease yet finds it: its socket may have been removed. */
  get healthy(): boolean {
    const relays = [...this.#relays.values()];
    if (!relays.every(({ holder }) => holder.healthy)) return false;
    return relays.every(({ lease }) => lease !== undefined) || fileAt(this.#socket) === this.#listensAt;
  }

  /** The relays that were found on when the guard started. */
  get foundOn(): string[] {
    return [...this.#relays.values()].filter(({ holder }) => holder.wasOn).map(({ name }) => name);
  }

  get status(): GuardStatus {
    const relays = [...this.#relays.values()].map(
      (relay) => [relay.name, { ...stateOf(relay), held: relay.lease !== undefined, pin: relay.pin }] as const,
    );
    const missing = [...this.#missing].map(
      ([name, { code, message }]) =>
        [name, { on: false, readyInMs: 0, wasOn: false, held: false, problem: { code, message } }] as const,
    );
    return { driver: this.#driver.description, relays: Object.fromEntries([...relays, ...missing]) };
  }

  /** At once, and never throws: for when there is no time left. */
  allOff(): void {
    for (const { name, holder } of this.#relays.values()) {
      try {
        holder.open();
      } catch (error) {
        this.#log(`${name}: ${(error as Error).message}`);
      }
    }
  }

  /** Off, lets go of the lines, hangs up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#again);
    this.allOff();
    // A line that comes just now is let go of with the others.
    await this.#trying;
    for (const connection of this.#connections) connection.hangUp();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const { name, holder } of this.#relays.values()) {
      await holder.release().catch((error: Error) => this.#log(`${name}: ${error.message}`));
    }
    await this.#closings.written();
  }

  /** One outlet out of order leaves the others: each line is opened by itself. */
  async #openLines(options: GuardOptions): Promise<void> {
    let first: unknown;
    for (const [name, given] of Object.entries(options.relays)) {
      try {
        await this.#openLine(name, given, options);
      } catch (error) {
        first ??= error;
        this.#miss(name, error as Error);
      }
    }
    if (this.#relays.size === 0 && first !== undefined) throw first;
    this.#tryAgain(options);
  }

  async #openLine(name: string, { line, ...level }: GuardedLine, { driver, minimum }: GuardOptions): Promise<void> {
    const output = await driver.output(line, { consumer: `offline-charging-guard ${name}`, ...level });
    const relay: Guarded = {
      name,
      pin: writePin({ line: String(line), activeLow: false, ...level }),
      wasOn: output.wasOn,
      lease: undefined,
      holder: new RelayHolder(output, {
        minimum: minimum ?? UNPROTECTED,
        history: new ClosingHistory(this.#closings.of(name), (closings) => this.#closings.keep(name, closings)),
        onChange: () => this.#changed(relay),
      }),
    };
    this.#relays.set(name, relay);
    this.#missing.delete(name);
    if (output.wasOn) this.#log(`${name}: found on, switched off`);
  }

  #miss(name: string, error: Error): void {
    const problem = new RelayError('line-failed', `The relay's line failed: ${error.message}`, 0, { cause: error });
    if (this.#missing.get(name)?.message !== problem.message) this.#log(`${name}: ${problem.message}`);
    this.#missing.set(name, problem);
  }

  #tryAgain(options: GuardOptions): void {
    if (this.#missing.size === 0) return;
    this.#again = setTimeout(() => {
      this.#trying = this.#openMissing(options);
    }, options.againMs ?? TRY_AGAIN_MS);
  }

  async #openMissing(options: GuardOptions): Promise<void> {
    for (const name of [...this.#missing.keys()]) {
      if (this.#stopped) return;
      try {
        await this.#openLine(name, options.relays[name]!, options);
        this.#log(`${name}: its line is there`);
      } catch (error) {
        this.#miss(name, error as Error);
      }
    }
    if (!this.#stopped) this.#tryAgain(options);
  }

  async #listen(path: string): Promise<void> {
    makeFolderOf(path);
    rmSync(path, { force: true });
    const mask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.on('error', reject);
        withShortPath(path, (short) => this.#server.listen(short, resolve));
      });
    } finally {
      process.umask(mask);
    }
    chmodSync(path, 0o600);
    this.#listensAt = fileAt(path);
    this.#server.on('error', (error) => this.#log(error.message));
  }

  #connected(socket: Socket): void {
    const connection = new Lease(socket, this);
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }

  #changed(relay: Guarded): void {
    this.#log(`${relay.name}: ${relay.holder.problem?.message ?? (relay.holder.on ? 'on' : 'off')}`);
    relay.lease?.tell({ type: 'state', state: stateOf(relay) });
  }

  /** For a connection: throws a `RelayError`. */
  lease(name: string, protection: unknown, lease: Lease): Guarded {
    const relay = this.#relays.get(name);
    if (!relay) {
      const missing = this.#missing.get(name);
      if (missing) throw missing;
      const known = [...this.#relays.keys()].join(', ');
      throw new RelayError('unknown-relay', `This guard has no relay "${name.slice(0, 64)}"; it has ${known}.`);
    }
    if (relay.lease) throw new RelayError('held', `Another client holds the relay "${name}".`);
    relay.holder.protect(readProtection(protection));
    relay.lease = lease;
    this.#log(`${name}: leased`);
    return relay;
  }

  /** For a connection: the lease is over, and the relay goes off first of all. */
  release(relay: Guarded, why: string): void {
    const wasOn = relay.holder.on;
    try {
      relay.holder.open();
    } catch (error) {
      this.#log(`${relay.name}: ${(error as Error).message}`);
    }
    relay.lease = undefined;
    this.#log(`${relay.name}: ${wasOn ? 'off, ' : ''}lease ended (${why})`);
  }

  /** For a connection. */
  set(relay: Guarded, on: boolean): void {
    if (on) relay.holder.close();
    else relay.holder.open();
    this.#log(`${relay.name}: ${on ? 'on' : 'off'}`);
  }
}

/** One connection. */
class Lease {
  readonly #socket: Socket;
  readonly #guard: Guard;
  readonly #reader = new MessageReader();
  readonly #silence: NodeJS.Timeout;
  #relay: Guarded | undefined;
  #refused = false;

  constructor(socket: Socket, guard: Guard) {
    this.#socket = socket;
    this.#guard = guard;
    this.#silence = setTimeout(() => this.#end('silent for 2 s'), LEASE_MS);
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => this.#heard(chunk as unknown as string));
    socket.on('end', () => this.#end('the client went away'));
    socket.on('close', () => this.#end('the client went away'));
    socket.on('error', (error) => this.#end(error.message));
  }

  tell(message: FromGuard): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(encode(message));
    if (this.#socket.writableLength <= MOST_UNREAD_BYTES) return;
    this.#end('it does not read what it is told');
  }

  hangUp(): void {
    this.#end('the guard stops');
  }

  #end(why: string): void {
    clearTimeout(this.#silence);
    const relay = this.#relay;
    this.#relay = undefined;
    if (relay) this.#guard.release(relay, why);
    if (!this.#refused) this.#socket.destroy();
  }

  /** The relay goes off at once; the client still reads why. */
  #refuse(code: RelayError['code'], message: string): void {
    this.#refused = true;
    this.#end(message);
    this.#socket.end(encode({ type: 'refused', code, message }));
    setTimeout(() => this.#socket.destroy(), LEASE_MS).unref();
  }

  #heard(chunk: string): void {
    if (this.#refused || this.#socket.destroyed) return;
    try {
      for (const message of this.#reader.read(chunk)) this.#obey(message);
    } catch (error) {
      const { message } = error as Error;
      this.#refuse(error instanceof RelayError ? error.code : 'bad-request', message);
    }
  }

  #obey(given: unknown): void {
    const message = readToGuard(given);
    if (message.type === 'status') {
      this.tell({ type: 'status', status: this.#guard.status });
      return;
    }
    if (message.type === 'lease') {
      if (this.#relay) throw new Error('this connection has a lease already');
      this.#relay = this.#guard.lease(message.relay, message.protection, this);
      this.#silence.refresh();
      this.tell({ type: 'granted', state: stateOf(this.#relay) });
      return;
    }
    const relay = this.#relay;
    if (!relay) throw new Error('a lease must come first');
    this.#silence.refresh();
    if (message.type === 'renew') {
      this.tell({ type: 'state', state: stateOf(relay) });
      relay.wasOn = false;
      return;
    }
    try {
      this.#guard.set(relay, message.on);
      this.tell({ type: 'done', id: message.id, state: stateOf(relay) });
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      this.tell({ type: 'failed', id: message.id, code: error.code, message: error.message, state: stateOf(relay) });
    }
  }
}

function stateOf({ holder, wasOn }: Guarded): LeaseState {
  const { on, readyInMs, problem } = holder;
  return { on, readyInMs, wasOn, ...(problem ? { problem: { code: problem.code, message: problem.message } } : {}) };
}
