// The HTTP server around Node-RED: its time-outs, what it answers before any page or flow is asked, and how it stops.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { problem } from '../nodes/shared/problems.ts';
import { answerOnSocket, clientError, sendProblem } from './shared/answers.ts';

const SECOND = 1000;

export interface SideServer {
  readonly server: Server;
  /** Resolves when every request under way is answered, or `waitMs` have passed; takes no new connection meanwhile. */
  close(waitMs: number): Promise<void>;
}

/** @param isPlain whether a request is answered as if it had no `Upgrade`, which a server may ignore (RFC 9110, 7.8) */
export function sideServer(isPlain: (request: IncomingMessage) => boolean): SideServer {
  const server = createServer({
    headersTimeout: 10 * SECOND,
    requestTimeout: 20 * SECOND,
    keepAliveTimeout: 65 * SECOND,
    // Node looks each 30 s by itself, so that a slow client holds its connection three times as long as it may.
    connectionsCheckingInterval: SECOND,
    // Answered by us, as problem details.
    requireHostHeader: false,
    // Node hands every `Upgrade` to the listeners of editor and dashboard, which leave what is not theirs unanswered.
    shouldUpgradeCallback: (request) => isWebSocket(request) && !isPlain(request),
  });
  server.setMaxListeners(0);
  server.on('clientError', clientError);
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    sendProblem(response, problem('expectation-failed', 'Send the request without Expect, or with 100-continue.'));
  });
  server.on('connect', (_request, socket) => {
    answerOnSocket(socket, problem('method-not-allowed', 'This is no proxy.', { headers: { allow: '' } }));
  });
  const connections = openConnections(server);
  return { server, close: (waitMs) => close(server, connections, waitMs) };
}

function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * What keeps the server from being read as the contract says. Costs a request two comparisons.
 * @returns whether it was answered here
 */
export function answersBadTarget(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.url![0] !== '/') takeAbsoluteForm(request);
  if (request.headers.host !== undefined || request.httpVersion !== '1.1') return false;
  sendProblem(response, problem('malformed-http', 'Send the header Host, as HTTP/1.1 asks.', { headers: CLOSE }));
  return true;
}

const CLOSE = { connection: 'close' } as const;

/** `GET http://host/path` is `GET /path` for that host, whatever `Host` says (RFC 9112, 3.2.2). */
function takeAbsoluteForm(request: IncomingMessage): void {
  const [, host, path] = /^https?:\/\/([^/?#]+)(.*)$/is.exec(request.url!) ?? [];
  if (host === undefined || path === undefined) return;
  request.headers.host = host;
  request.url = path.startsWith('/') ? path : `/${path}`;
}

/** The connections that carry requests: not those that became WebSockets, which end with what holds them. */
function openConnections(server: Server): Set<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('upgrade', (_request, socket) => connections.delete(socket as Socket));
  return connections;
}

async function close(server: Server, connections: ReadonlySet<Socket>, waitMs: number): Promise<void> {
  // One that comes on an open connection is answered, and the connection ends with it.
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  server.close();
  for (const socket of connections) {
    // Node has no other way to a response under way, but to note down each one of them.
    const response = (socket as { _httpMessage?: ServerResponse })._httpMessage;
    if (response && !response.headersSent) response.setHeader('connection', 'close');
    else if (response) response.once('close', () => socket.end());
    // A browser opens connections that it may need: nothing was asked on them.
    else if (socket.bytesRead === 0) socket.destroy();
  }
  const ended = Promise.all([...connections].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, waitMs).unref())]);
}
