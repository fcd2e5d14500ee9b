// The connections of a server, bounded: how many there are, how many answers wait on one, and how long one waits for a
// client that does not read. What is over the bound costs those who hold most, so that others are served.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { countedAs, type Trusts } from '../../api/client-address.ts';

export interface ConnectionBounds {
  /** Open at once; WebSockets are counted for themselves, and are a quarter of it at most. */
  readonly most: number;
  /** Requests on one connection behind the one that is being answered. */
  readonly mostWaiting: number;
  /** The same on all connections together. */
  readonly mostWaitingInAll: number;
  /** Answers that a client does not take: so long without a byte read, and so many bytes. */
  readonly unreadMs: number;
  readonly mostUnreadBytes: number;
}

export const USUAL_BOUNDS: ConnectionBounds = {
  most: 1000,
  mostWaiting: 64,
  mostWaitingInAll: 2000,
  unreadMs: 30_000,
  mostUnreadBytes: 16 * 1024 * 1024,
};
const LOOK_MS = 1000;

interface Connection {
  readonly address: string;
  readonly waiting: Set<ServerResponse>;
  webSocket: boolean;
  /** Bytes that the client's side has taken, when they last changed. */
  taken: number;
  takenAt: number;
}

export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #isProxy: (address: string) => boolean;
  /** In the order in which they came. */
  readonly #open = new Map<Socket, Connection>();
  #webSockets = 0;
  #waiting = 0;

  /** @param trusts proxies that many clients share: no share of theirs is too large */
  constructor(server: Server, trusts: Trusts | undefined, bounds: ConnectionBounds = USUAL_BOUNDS) {
    this.#bounds = bounds;
    this.#isProxy = (address) => trusts?.(address, 0) === true;
    server.on('connection', (socket: Socket) => this.#take(socket));
    const looking = setInterval(() => this.#endUnread(), LOOK_MS).unref();
    server.once('close', () => clearInterval(looking));
  }

  /** Those that carry requests. */
  *carrying(): Generator<Socket> {
    for (const [socket, { webSocket }] of this.#open) if (!webSocket) yield socket;
  }

  /** The responses that are under way or wait behind one. */
  *responses(): Generator<ServerResponse> {
    for (const [socket, { waiting }] of this.#open) {
      const first = underWay(socket);
      if (first) yield first;
      yield* waiting;
    }
  }

  /**
   * Has a request answered when those before it on its connection are: what a client asks for without reading costs one
   * answer, and a few words of each request behind it. The connection of one too many ends.
   */
  admit({ socket }: IncomingMessage, response: ServerResponse, go: () => void): void {
    // The one whose turn it is has the socket; those behind it have none yet.
    if (response.socket !== null) {
      go();
      return;
    }
    const connection = this.#open.get(socket);
    if (!connection || socket.destroyed) return;
    const { mostWaiting, mostWaitingInAll } = this.#bounds;
    if (connection.waiting.size >= mostWaiting || this.#waiting >= mostWaitingInAll) {
      socket.destroy();
      readNoMore(socket);
      return;
    }
    connection.waiting.add(response);
    this.#waiting += 1;
    response.once('socket', () => {
      if (!connection.waiting.delete(response)) return;
      this.#waiting -= 1;
      go();
    });
  }

  /** Whether a connection may become a WebSocket. */
  admitsWebSocket(socket: Socket): boolean {
    const connection = this.#open.get(socket);
    if (!connection) return false;
    if (this.#webSockets >= this.#bounds.most / 4 && !this.#makeRoom(true)) return false;
    connection.webSocket = true;
    this.#webSockets += 1;
    return true;
  }

  #take(socket: Socket): void {
    const remote = socket.remoteAddress ?? '';
    if (this.#open.size >= this.#bounds.most && !this.#makeRoom(false)) {
      socket.destroy();
      return;
    }
    const address = this.#isProxy(remote) ? '' : countedAs(remote);
    const connection = { address, waiting: new Set<ServerResponse>(), webSocket: false, taken: 0, takenAt: Date.now() };
    this.#open.set(socket, connection);
    socket.once('close', () => this.#forget(socket));
  }

  #forget(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (!connection) return;
    this.#open.delete(socket);
    this.#waiting -= connection.waiting.size;
    connection.waiting.clear();
    if (connection.webSocket) this.#webSockets -= 1;
  }

  /**
   * Ends one connection of whoever has most: the oldest on which nothing is asked, which a client opens again; else, where
   * it has more than a quarter of all, its oldest.
   */
  #makeRoom(ofWebSockets: boolean): boolean {
    const counts = new Map<string, number>();
    for (const { address, webSocket } of this.#open.values()) {
      if (webSocket === ofWebSockets) counts.set(address, (counts.get(address) ?? 0) + 1);
    }
    const [fullest, count] = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
    let oldest: Socket | undefined;
    for (const [socket, { address, webSocket }] of this.#open) {
      if (webSocket !== ofWebSockets || address !== fullest) continue;
      if (!ofWebSockets && !underWay(socket)) return this.#end(socket);
      oldest ??= socket;
    }
    const share = (ofWebSockets ? this.#bounds.most / 4 : this.#bounds.most) / 4;
    return oldest !== undefined && fullest !== '' && count > share && this.#end(oldest);
  }

  #end(socket: Socket): true {
    this.#forget(socket);
    socket.destroy();
    return true;
  }

  #endUnread(): void {
    const now = Date.now();
    for (const [socket, connection] of this.#open) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || taken !== connection.taken) {
        connection.taken = taken;
        connection.takenAt = now;
      } else if (now - connection.takenAt > this.#bounds.unreadMs) socket.destroy();
      if (socket.writableLength > this.#bounds.mostUnreadBytes) socket.destroy();
    }
  }
}

/**
 * What has arrived already is read to its end, thousands of requests of a few bytes, also when the connection has ended. To
 * 2, which says that another protocol follows, the parser stops; Node has no other way to tell it.
 */
function readNoMore(socket: Socket): void {
  const { parser } = socket as { parser?: { onIncoming?: () => number } | null };
  if (parser) parser.onIncoming = () => 2;
}

/** Node has no other way to the response under way than to note down each one of them. */
export function underWay(socket: Socket): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}
