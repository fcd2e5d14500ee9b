// A serial line with the Modbus meters of a station on it: they share one port, and each has its turn, in the order in
// which they asked for it. So a meter that is silent costs each of the others one wait for it, never more.
import { DeviceError } from '../linux/errors.ts';
import { type RtuParts, RtuPort, type RtuSettings } from './rtu-port.ts';

/** What is used of modbus-serial. Its own typing hides the class behind a default export that Node gives differently. */
export interface Client {
  on(event: 'error', listener: (error: unknown) => void): void;
  open(done: (error?: Error | null) => void): void;
  setID(id: number): void;
  setTimeout(milliseconds: number): void;
  readInputRegisters(address: number, length: number): Promise<{ data: number[] }>;
  close(done: () => void): void;
}

export interface BusParts extends RtuParts {
  readonly Client: new (port: RtuPort) => Client;
}

/** By path, of this process. */
const buses = new Map<string, ModbusBus>();

export class ModbusBus {
  readonly #settings: RtuSettings;
  readonly #parts: BusParts;
  readonly #users = new Set<object>();
  /** Who could not read since anybody could. */
  readonly #failing = new Set<object>();
  #port: RtuPort | undefined;
  #client: Client | undefined;
  #turns: Promise<unknown> = Promise.resolve();

  private constructor(settings: RtuSettings, parts: BusParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /**
   * The bus at that port, which all its users share.
   * @throws {DeviceError} `bad-setting` where another of them has it with another speed or frame
   */
  static join(settings: RtuSettings, parts: BusParts, user: object): ModbusBus {
    const { path } = settings;
    const bus = buses.get(path) ?? new ModbusBus(settings, parts);
    const same = (['baudRate', 'parity', 'stopBits'] as const).every((name) => settings[name] === bus.#settings[name]);
    if (!same) throw new DeviceError('bad-setting', `Two meters on ${path} are set to different speeds or frames.`);
    buses.set(path, bus);
    bus.#users.add(user);
    return bus;
  }

  get isShared(): boolean {
    return this.#users.size > 1;
  }

  /** Does something with the open port when it is its turn. Rejects with what that, or opening, rejects with. */
  turn<Result>(user: object, act: (client: Client) => Promise<Result>): Promise<Result> {
    return this.#next(async () => {
      if (!this.#users.has(user)) throw new Error('closed');
      return act(await this.#open());
    });
  }

  worked(): void {
    this.#failing.clear();
  }

  /** An adapter that was pulled out comes back as another port: when nobody can read, all begin with a fresh one. */
  async failed(user: object): Promise<void> {
    this.#failing.add(user);
    if (this.#failing.size < this.#users.size) return;
    this.#failing.clear();
    await this.#next(() => this.#close());
  }

  /** The turns that are asked for are dropped; the last one closes the port. */
  async leave(user: object): Promise<void> {
    this.#users.delete(user);
    this.#failing.delete(user);
    if (this.#users.size > 0) return;
    if (buses.get(this.#settings.path) === this) buses.delete(this.#settings.path);
    await this.#next(() => this.#close());
  }

  #next<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#turns.then(act);
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  async #open(): Promise<Client> {
    if (this.#client && this.#port?.isOpen) return this.#client;
    await this.#close();
    const port = new RtuPort(this.#parts, this.#settings);
    const client = new this.#parts.Client(port);
    // Errors of an open port also fail the read that is waiting; without a listener they would end the process.
    client.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      client.open((error) => (error ? reject(error) : resolve()));
    });
    this.#port = port;
    this.#client = client;
    return client;
  }

  async #close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#port = undefined;
    if (!client) return;
    await new Promise<void>((resolve) => {
      // A port that vanished is closed already and says so with an error.
      client.close(() => resolve());
    });
  }
}
