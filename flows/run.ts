// One side, cloud or charger, as a process: Node-RED embedded in an HTTP server of ours, which has time-outs, answers
// what no flow answers as problem details, and stops cleanly.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type Listening, listening, type Side } from './environment.ts';
import { prepareUserFolder } from './user-folder.ts';

/** What a side's settings file gives: Node-RED's settings, and what our server does around it. */
export interface SideSettings {
  readonly nodeRed: Record<string, unknown> & {
    userDir: string;
    httpAdminRoot?: string | false;
    httpNodeRoot?: string;
  };
  readonly flowFile: string;
  /** Answers a request that no flow and no page of Node-RED's answered. */
  readonly notFound: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers a request that threw before any flow saw it, such as a path that cannot be decoded. */
  readonly failed: (error: unknown, request: IncomingMessage, response: ServerResponse) => void;
  /** Answers what never became a request. */
  readonly clientError?: (error: NodeJS.ErrnoException, socket: Duplex) => void;
  readonly refuseExpectation?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers `CONNECT`. */
  readonly refuseTunnel?: (socket: Duplex) => void;
  /** How long answers that are under way are waited for when it is asked to stop. Milliseconds. */
  readonly answersWaitMs: number;
  /** Goes before Node-RED: guards pages that Node-RED itself does not guard. */
  readonly before?: (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
}

interface NodeRed {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpAdmin: unknown;
  readonly httpNode: unknown;
  readonly events: { once(name: string, then: () => void): void };
  readonly log: { info(text: string): void; warn(text: string): void; error(text: string): void };
}

interface ExpressApp {
  (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void;
  use(...handlers: unknown[]): void;
  disable(name: string): void;
}

const SECOND = 1000;
/** A flow whose nodes are missing never starts: the editor must come up all the same. */
const FLOWS_WAIT = 20 * SECOND;
const PORT_WAIT = 8 * SECOND;
/** `npm start` and systemd give 15 s in all. */
const STOP_WAIT = 4 * SECOND;

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts one side and resolves when its flows answer.
 * @throws when the port stays taken, or Node-RED does not start; the message says what to do
 */
export async function run(side: Side, settings: SideSettings): Promise<Running> {
  const require = createRequire(import.meta.url);
  const RED = require('node-red') as NodeRed;
  // The very Express that Node-RED itself uses: its apps are mounted on this one.
  const express = createRequire(require.resolve('node-red'))('express') as () => ExpressApp;

  const news = prepareUserFolder(settings.nodeRed.userDir, settings.flowFile);
  const app = express();
  app.disable('x-powered-by');
  const server = createServer({
    // Node looks every 30 s otherwise, and a slow client had that much longer.
    connectionsCheckingInterval: SECOND,
    // Answered as problem details here, which Node itself does not.
    requireHostHeader: false,
    // Any other protocol that a client offers is ignored and the request answered (RFC 9110, section 7.8).
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.headersTimeout = 10 * SECOND;
  server.requestTimeout = 20 * SECOND;
  server.keepAliveTimeout = 65 * SECOND;
  const { clientError, refuseExpectation, refuseTunnel } = settings;
  if (clientError) server.on('clientError', clientError);
  if (refuseExpectation) server.on('checkExpectation', refuseExpectation);
  if (refuseTunnel) server.on('connect', (_request, socket) => refuseTunnel(socket));
  const connections = connectionsOf(server);
  server.setMaxListeners(0);

  RED.init(server, { ...settings.nodeRed, flowFile: join(settings.nodeRed.userDir, 'flow.json') });
  if (settings.before) app.use(settings.before);
  if (settings.nodeRed.httpAdminRoot !== false) app.use(settings.nodeRed.httpAdminRoot ?? '/', RED.httpAdmin);
  app.use(settings.nodeRed.httpNodeRoot ?? '/', RED.httpNode);
  app.use(settings.notFound);
  app.use((error: unknown, request: IncomingMessage, response: ServerResponse, _next: unknown) =>
    settings.failed(error, request, response),
  );
  server.on('request', requestListener(settings, app, RED.httpNode as ExpressApp));

  const flowsStarted = new Promise<void>((resolve) => RED.events.once('flows:started', resolve));
  await RED.start();
  await Promise.race([flowsStarted, delay(FLOWS_WAIT)]);
  if (news === 'upgraded') RED.log.info('The flow follows the new version of the package.');
  if (news === 'changed-by-hand') RED.log.info('The flow was changed by hand and stays as it is.');
  const url = await listen(server, listening(side));
  return { url, stop: () => stop(server, connections, settings.answersWaitMs, RED) };
}

/**
 * Requests for the flows go to Node-RED's application at once: passing through the one around it costs a tenth of what
 * issuing a code does. The editor's go through it, for its path to be taken off.
 */
function requestListener(
  settings: SideSettings,
  app: ExpressApp,
  flows: ExpressApp,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { httpAdminRoot, httpNodeRoot } = settings.nodeRed;
  if ((httpNodeRoot ?? '/') !== '/' || (httpAdminRoot ?? '/') === '/') return app;
  const { before, failed, notFound } = settings;
  const editor = httpAdminRoot === false ? undefined : httpAdminRoot!.toLowerCase();
  return (request, response) => {
    if (editor !== undefined && request.url!.toLowerCase().startsWith(editor)) {
      app(request, response);
      return;
    }
    const unanswered = (error?: unknown) => (error ? failed(error, request, response) : notFound(request, response));
    const on = (error?: unknown) => (error ? unanswered(error) : flows(request, response, unanswered));
    try {
      if (before) before(request, response, on);
      else on();
    } catch (error) {
      failed(error, request, response);
    }
  };
}

/** A port that a process is just leaving is waited for. */
async function listen(server: Server, at: Listening): Promise<string> {
  const until = Date.now() + PORT_WAIT;
  for (;;) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(at.port, at.host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      const { port } = server.address() as AddressInfo;
      const host = at.host === '0.0.0.0' || at.host === '::' ? 'localhost' : at.host;
      return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EADDRINUSE' || Date.now() > until) throw explained(error, at);
      await delay(200);
    }
  }
}

function explained(error: unknown, at: Listening): Error {
  const code = (error as NodeJS.ErrnoException).code;
  const why: Record<string, string> = {
    EADDRINUSE: 'another program has it; stop that one or choose another port',
    EACCES: 'this user may not open it; choose a port above 1023',
    EADDRNOTAVAIL: 'this machine has no such address; check HOST',
  };
  return new Error(`Cannot listen on ${at.host} port ${at.port}: ${why[code ?? ''] ?? String(error)}.`, {
    cause: error,
  });
}

/** Those that requests come over: not those that became a WebSocket, which end with the flows. */
function connectionsOf(server: Server): Set<Duplex> {
  const connections = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('upgrade', (_request, socket) => connections.delete(socket));
  return connections;
}

/** No new requests; those under way are answered; then the flows close what they hold. */
async function stop(
  server: Server,
  connections: ReadonlySet<Duplex>,
  answersWaitMs: number,
  RED: NodeRed,
): Promise<void> {
  server.close();
  const until = performance.now() + answersWaitMs;
  while (connections.size > 0 && performance.now() < until) {
    server.closeIdleConnections();
    await delay(20);
  }
  await Promise.race([RED.stop(), delay(STOP_WAIT)]);
  server.closeAllConnections();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
