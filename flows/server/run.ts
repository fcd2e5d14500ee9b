// One side, cloud or charger, as a process: Node-RED embedded in an HTTP server of ours, which answers what no flow
// answers as problem details, and stops cleanly.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Listening, listening, type Side } from '../launcher/environment.ts';
import { type EditorAuth, editorDoor } from './editor-door.ts';
import { type Door, type SideServer, sideServer } from './http.ts';
import { FlowRestarts } from './restarts.ts';
import type { SignIn } from './sign-in.ts';
import { prepareUserFolder } from './user-folder.ts';

/** What a side's settings file gives: Node-RED's settings, and what our server does around it. */
export interface SideSettings extends Omit<Door, 'isPlain'> {
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
  /** A path that no WebSocket can come of. */
  readonly isPlain?: (path: string) => boolean;
  /** Who may open the editor. */
  readonly signIn: SignIn;
  /** Of a password that was made just now; a side is not ready before. */
  readonly passwordTold: Promise<void>;
  /** How long requests under way hold the end of the process. */
  readonly answerWaitMs: number;
  /** Goes before Node-RED: guards pages that Node-RED itself does not guard. */
  readonly before?: (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
}

interface NodeRed {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly httpAdmin: unknown;
  readonly httpNode: unknown;
  readonly auth: EditorAuth;
  readonly events: {
    on(name: string, then: (event: { type?: string }) => void): void;
    once(name: string, then: () => void): void;
  };
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
/** In all, answers included; `npm start` kills after 15 s. */
const STOP_WITHIN = 14.5 * SECOND;

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
  const isPlain = (request: IncomingMessage) => {
    const rest = behind(rootOf(settings), request.url ?? '/');
    return rest !== undefined && settings.isPlain?.(rest) === true;
  };
  const around = sideServer({ ...settings, isPlain });
  const { server, inner, connections } = around;
  const restarts = new FlowRestarts(RED.events, () => forFlows(connections.responses(), settings));

  RED.init(inner, {
    ...settings.nodeRed,
    flowFile: join(settings.nodeRed.userDir, 'flow.json'),
    httpAdminMiddleware: editorDoor({
      signIn: settings.signIn,
      signedIn: (request, response, next) => RED.auth.needsPermission('')(request, response, next),
      beforeDeployment: (response) => restarts.finish(response),
    }),
  });
  if (settings.before) app.use(settings.before);
  if (settings.nodeRed.httpAdminRoot !== false) app.use(settings.nodeRed.httpAdminRoot ?? '/', RED.httpAdmin);
  app.use(settings.nodeRed.httpNodeRoot ?? '/', RED.httpNode);
  app.use(settings.notFound);
  app.use((error: unknown, request: IncomingMessage, response: ServerResponse, _next: unknown) =>
    settings.failed(error, request, response),
  );
  inner.on('request', requestListener(settings, app, RED.httpNode as ExpressApp, restarts));

  const flowsStarted = new Promise<void>((resolve) => RED.events.once('flows:started', resolve));
  await Promise.all([RED.start(), settings.passwordTold]);
  await Promise.race([flowsStarted, wait(FLOWS_WAIT, undefined, { ref: false })]);
  if (news === 'upgraded') RED.log.info('The flow follows the new version of the package.');
  if (news === 'changed-by-hand') RED.log.info('The flow was changed by hand and stays as it is.');
  const url = await listen(server, listening(side));
  return { url, stop: () => stop(around, RED, settings.answerWaitMs) };
}

/**
 * Requests for the flows go to Node-RED's application at once: passing through the one around it costs a tenth of what
 * issuing a code does. The editor's go through it, for its path to be taken off.
 */
function requestListener(
  settings: SideSettings,
  app: ExpressApp,
  flows: ExpressApp,
  restarts: FlowRestarts,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { before, failed, notFound } = settings;
  const root = rootOf(settings);
  return (request, response) => {
    if (isEditors(settings, request.url!)) {
      app(request, response);
      return;
    }
    if (root !== '' && !takeOff(root, request)) {
      notFound(request, response);
      return;
    }
    const unanswered = (error?: unknown) => (error ? failed(error, request, response) : notFound(request, response));
    const go = () => flows(request, response, unanswered);
    const on = (error?: unknown) => {
      if (error) unanswered(error);
      else if (restarts.running) go();
      else restarts.hold(response, go);
    };
    try {
      if (before) before(request, response, on);
      else on();
    } catch (error) {
      failed(error, request, response);
    }
  };
}

/** Where the flows' paths begin: nothing, or `/shop`. */
function rootOf({ nodeRed }: SideSettings): string {
  return (nodeRed.httpNodeRoot ?? '/').replace(/\/+$/, '');
}

function isEditors({ nodeRed }: SideSettings, url: string): boolean {
  const { httpAdminRoot } = nodeRed;
  return typeof httpAdminRoot === 'string' && url.toLowerCase().startsWith(httpAdminRoot.toLowerCase());
}

/** What is left of a path behind the root; undefined where it does not begin with it. */
function behind(root: string, url: string): string | undefined {
  if (!url.toLowerCase().startsWith(root.toLowerCase())) return undefined;
  const rest = url.slice(root.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : undefined;
}

/** As Express does where an application is mounted. */
function takeOff(root: string, request: IncomingMessage & { originalUrl?: string; baseUrl?: string }): boolean {
  const rest = behind(root, request.url!);
  if (rest === undefined) return false;
  request.originalUrl = request.url!;
  request.baseUrl = request.url!.slice(0, root.length);
  request.url = rest;
  return true;
}

/** Responses that flows are to give; the editor's own and a dashboard's long polls are not among them. */
function* forFlows(responses: Iterable<ServerResponse>, settings: SideSettings): Generator<ServerResponse> {
  for (const response of responses) {
    const { originalUrl, url } = response.req as IncomingMessage & { originalUrl?: string };
    const asked = originalUrl ?? url ?? '';
    if (!isEditors(settings, asked) && !asked.includes('/socket.io')) yield response;
  }
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
      await wait(200, undefined, { ref: false });
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

/** No new requests; those under way are answered; then the flows close what they hold. */
async function stop(around: SideServer, RED: NodeRed, answerWaitMs: number): Promise<void> {
  const until = performance.now() + STOP_WITHIN;
  await around.close(answerWaitMs);
  await Promise.race([RED.stop(), wait(until - performance.now(), undefined, { ref: false })]);
  around.server.closeAllConnections();
}
