// The HTTP server around Node-RED: its time-outs, what it answers before any page or flow is asked, and how it stops.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Trusts } from '../../api/client-address.ts';
import { type Problem, problem } from '../../api/problems.ts';
import { answerOnSocket, clientError, problemOf, sendProblem } from '../../api/respond.ts';
import { Connections, underWay } from './connections.ts';

const SECOND = 1000;

/** What a side looks at before anything is made of a request, be it Node-RED's, a dashboard's or a flow's. */
export interface Door {
  /** A request that no WebSocket can come of. */
  readonly isPlain?: (request: IncomingMessage) => boolean;
  /** Why nobody may ask this, in this way, here. */
  readonly refuses?: (request: IncomingMessage) => Problem | undefined;
  /** Why the socket of a dashboard is not for whoever asks: said before it costs anything. */
  readonly refusesSocket?: (request: IncomingMessage) => Promise<Problem | undefined>;
  readonly trusts?: Trusts | undefined;
}

export interface SideServer {
  readonly server: Server;
  /**
   * What Node-RED and its nodes listen on. Some put themselves before all other listeners (socket.io does), so it is not the
   * server itself: what the door refuses never gets to them.
   */
  readonly inner: Server;
  readonly connections: Connections;
  /** Resolves when every request under way is answered, or `waitMs` have passed; takes no new connection meanwhile. */
  close(waitMs: number): Promise<void>;
}

export function sideServer(door: Door): SideServer {
  const server = createServer({
    headersTimeout: 10 * SECOND,
    requestTimeout: 20 * SECOND,
    keepAliveTimeout: 65 * SECOND,
    // Node looks each 30 s by itself, so that a slow client holds its connection three times as long as it may.
    connectionsCheckingInterval: SECOND,
    // Answered by us, as problem details.
    requireHostHeader: false,
    // Node hands every `Upgrade` to the listeners of editor and dashboard, which leave what is not theirs unanswered.
    shouldUpgradeCallback: (request) => isWebSocket(request) && !door.isPlain?.(request),
  });
  server.on('clientError', clientError);
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    sendProblem(response, problem('expectation-failed', 'Send the request without Expect, or with 100-continue.'));
  });
  server.on('connect', (_request, socket) => {
    answerOnSocket(socket, problem('method-not-allowed', 'This is no proxy.', { headers: { allow: '' } }));
  });
  const inner = innerServer(server);
  const connections = new Connections(server, door.trusts);
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (answersBadTarget(request, response)) return;
    const refusal = door.refuses?.(request);
    if (refusal) sendProblem(response, refusal);
    else if (!isOfSocket(request) || !door.refusesSocket) inner.emit('request', request, response);
    else {
      door.refusesSocket(request).then(
        (reason) => (reason ? sendProblem(response, reason) : inner.emit('request', request, response)),
        (error) => sendProblem(response, problemOf(error)),
      );
    }
  };
  server.on('request', (request, response) => {
    connections.admit(request, response, () => answer(request, response));
  });
  server.on('upgrade', (request, socket, head) => {
    upgrade({ door, inner, connections }, request, socket as Socket, head).catch((error) => {
      answerOnSocket(socket, problemOf(error));
    });
  });
  return { server, inner, connections, close: (waitMs) => close(server, connections, waitMs) };
}

/** Never listens itself; tells those who ask it what the outer one knows. */
function innerServer(server: Server): Server {
  const inner = createServer();
  inner.setMaxListeners(0);
  inner.address = () => server.address();
  for (const event of ['listening', 'close']) server.on(event, () => inner.emit(event));
  return inner;
}

async function upgrade(
  { door, inner, connections }: { door: Door; inner: Server; connections: Connections },
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<void> {
  const gone = () => socket.destroy();
  socket.on('error', gone);
  takeAbsoluteForm(request);
  const refusal =
    door.refuses?.(request) ?? (isOfSocket(request) ? await door.refusesSocket?.(request) : undefined) ?? undefined;
  if (refusal) answerOnSocket(socket, refusal);
  else if (!connections.admitsWebSocket(socket)) {
    answerOnSocket(
      socket,
      problem('too-many-connections', 'Close some, or try again later.', { retryAfterSeconds: 60 }),
    );
  } else {
    socket.off('error', gone);
    if (!inner.emit('upgrade', request, socket, head)) socket.destroy();
  }
}

/** Of socket.io, wherever a dashboard has it: what it keeps for a client begins with its first request. */
function isOfSocket({ url = '' }: IncomingMessage): boolean {
  return url.split('?', 1)[0]!.includes('/socket.io');
}

function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * What keeps the server from being read as the contract says. Costs a request two comparisons.
 * @returns whether it was answered here
 */
function answersBadTarget(request: IncomingMessage, response: ServerResponse): boolean {
  takeAbsoluteForm(request);
  if (request.headers.host !== undefined || request.httpVersion !== '1.1') return false;
  sendProblem(response, problem('malformed-http', 'Send the header Host, as HTTP/1.1 asks.', { headers: CLOSE }));
  return true;
}

const CLOSE = { connection: 'close' } as const;

/** `GET http://host/path` is `GET /path` for that host, whatever `Host` says (RFC 9112, 3.2.2). */
function takeAbsoluteForm(request: IncomingMessage): void {
  if (request.url![0] === '/') return;
  const [, host, path] = /^https?:\/\/([^/?#]+)(.*)$/is.exec(request.url!) ?? [];
  if (host === undefined || path === undefined) return;
  request.headers.host = host;
  request.url = path.startsWith('/') ? path : `/${path}`;
}

async function close(server: Server, connections: Connections, waitMs: number): Promise<void> {
  // One that comes on an open connection is answered, and the connection ends with it.
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  server.close();
  const carrying = [...connections.carrying()];
  for (const socket of carrying) {
    const response = underWay(socket);
    if (response && !response.headersSent) response.setHeader('connection', 'close');
    else if (response) response.once('close', () => socket.end());
    // A browser opens connections that it may need: nothing was asked on them.
    else if (socket.bytesRead === 0) socket.destroy();
  }
  const ended = Promise.all(carrying.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  await Promise.race([ended, wait(waitMs, undefined, { ref: false })]);
}
