// A relay whose line the guard holds, on a lease.
import type { Socket } from 'node:net';
import type { Protection } from './protection.ts';
import {
  encode,
  type FromGuard,
  LEASE_MS,
  type LeaseState,
  MessageReader,
  RENEW_MS,
  type ToGuard,
} from './protocol.ts';
import { connectTo } from './socket.ts';
import { StateTeller } from './state-teller.ts';
import { type Relay, RelayError, type RelayOptions, type RelayProblem, type RelayState } from './types.ts';

/** How long a `set` waits for a lease, and then for its answer. */
const PATIENCE_MS = 2000;
const SHORTEST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 2000;

export interface GuardedRelayOptions extends RelayOptions {
  /** The guard's socket. */
  readonly socket: string;
  /** The relay's name at the guard. */
  readonly relay: string;
}

/** Starts to connect, and keeps trying: `state.lease` tells when it holds. Throws nothing. */
export function guardedRelay(options: GuardedRelayOptions): Relay {
  return new GuardedRelay(options);
}

interface Wish {
  readonly on: boolean;
  readonly patience: NodeJS.Timeout;
  /** Set once it was sent. */
  id?: number;
  resolve(): void;
  reject(error: RelayError): void;
}

class GuardedRelay implements Relay {
  readonly #path: string;
  readonly #relay: string;
  readonly #protection: Partial<Protection> | undefined;
  readonly #teller = new StateTeller(() => this.state);
  #socket: Socket | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #backoffMs = SHORTEST_BACKOFF_MS;
  #closed = false;

  #lease: LeaseState | undefined;
  #heardAtMs = 0;
  /** Why the guard hung up, when it said so on this connection. */
  #refusal: RelayProblem | undefined;
  #problem: RelayProblem | undefined;
  #wish: Wish | undefined;
  #lastId = 0;

  constructor(options: GuardedRelayOptions) {
    this.#path = options.socket;
    this.#relay = options.relay;
    this.#protection = options.protection;
    this.#connect();
  }

  get state(): RelayState {
    const lease = this.#lease;
    const problem = this.#problem ?? lease?.problem;
    const readyInMs = lease ? Math.max(0, lease.readyInMs - (performance.now() - this.#heardAtMs)) : 0;
    return {
      on: lease?.on ?? false,
      lease: lease !== undefined,
      readyInMs: Math.ceil(readyInMs),
      wasOn: lease?.wasOn ?? false,
      ...(problem ? { problem } : {}),
    };
  }

  set(on: boolean): Promise<void> {
    if (this.#closed) return Promise.reject(new RelayError('closed', 'This relay was closed by its owner.'));
    this.#fail(new RelayError('superseded', 'A later order came before this one was carried out.'));
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => this.#lostPatience(), PATIENCE_MS);
      this.#wish = { on, patience, resolve, reject };
      if (this.#lease) this.#sendWish();
    });
  }

  onChange(callback: (state: RelayState) => void): () => void {
    return this.#teller.add(callback);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#fail(new RelayError('closed', 'This relay was closed by its owner.'));
    clearTimeout(this.#retry);
    this.#teller.close();
    const socket = this.#socket;
    if (!socket || socket.destroyed) return;
    // The guard switches off before it hangs up in its turn, so that the relay is off when this resolves.
    const hungUp = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const impatience = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.end();
    await hungUp;
    clearTimeout(impatience);
  }

  #connect(): void {
    const socket = connectTo(this.#path);
    const reader = new MessageReader();
    this.#socket = socket;
    this.#refusal = undefined;
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      const protection = this.#protection;
      this.#send({ type: 'lease', relay: this.#relay, ...(protection ? { protection } : {}) });
      this.#listenFor(socket);
    });
    socket.on('data', (chunk) => {
      this.#listenFor(socket);
      try {
        for (const message of reader.read(chunk as unknown as string)) this.#heard(message as FromGuard);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#disconnected());
  }

  /** A guard that hangs leaves its socket open: after so much silence nothing it said counts any more. */
  #listenFor(socket: Socket): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => socket.destroy(), LEASE_MS);
  }

  #send(message: ToGuard): void {
    this.#socket?.write(encode(message));
  }

  #heard(message: FromGuard): void {
    switch (message.type) {
      case 'granted':
        this.#backoffMs = SHORTEST_BACKOFF_MS;
        this.#problem = undefined;
        this.#renewal = setInterval(() => this.#send({ type: 'renew' }), RENEW_MS);
        this.#learn(message.state);
        if (this.#wish) this.#sendWish();
        break;
      case 'state':
        this.#learn({ ...message.state, wasOn: this.#lease?.wasOn ?? false });
        break;
      case 'done':
        this.#learn({ ...message.state, wasOn: this.#lease?.wasOn ?? false });
        if (this.#wish?.id === message.id) this.#grant();
        break;
      case 'failed':
        this.#learn({ ...message.state, wasOn: this.#lease?.wasOn ?? false });
        if (this.#wish?.id === message.id) {
          this.#fail(new RelayError(message.code, message.message, message.state.readyInMs));
        }
        break;
      case 'refused':
        this.#refusal = { code: message.code, message: message.message };
        break;
      default:
        break;
    }
  }

  #learn(lease: LeaseState): void {
    this.#lease = lease;
    this.#heardAtMs = performance.now();
    this.#teller.tell();
  }

  #disconnected(): void {
    clearInterval(this.#renewal);
    clearTimeout(this.#silence);
    this.#lease = undefined;
    if (this.#closed) return;
    this.#problem = this.#refusal ?? {
      code: 'guard-away',
      message: `No relay guard answers on ${this.#path}: start it. It switches the relay off when it starts.`,
    };
    if (this.#wish?.id !== undefined) this.#fail(this.#unconfirmed());
    this.#teller.tell();
    this.#retry = setTimeout(() => this.#connect(), this.#backoffMs);
    this.#backoffMs = Math.min(2 * this.#backoffMs, LONGEST_BACKOFF_MS);
  }

  #sendWish(): void {
    const wish = this.#wish!;
    this.#lastId += 1;
    wish.id = this.#lastId;
    this.#send({ type: 'set', id: wish.id, on: wish.on });
  }

  #grant(): void {
    const wish = this.#wish!;
    this.#wish = undefined;
    clearTimeout(wish.patience);
    wish.resolve();
  }

  #fail(error: RelayError): void {
    const wish = this.#wish;
    if (!wish) return;
    this.#wish = undefined;
    clearTimeout(wish.patience);
    wish.reject(error);
  }

  #lostPatience(): void {
    // An order that was sent but not answered must not be carried out later: without its lease the relay goes off.
    if (this.#wish?.id !== undefined) this.#socket?.destroy();
    this.#fail(this.#unconfirmed());
  }

  #unconfirmed(): RelayError {
    const { code, message } = this.#problem ?? {
      code: 'guard-away',
      message: 'The relay guard did not answer in time.',
    };
    return new RelayError(code, message);
  }
}
