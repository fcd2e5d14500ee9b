// The part of Node-RED's API that these nodes use, typed. Node-RED is never imported: it hands itself to each node.
import type { IncomingMessage, Server } from 'node:http';

/** A message. Nodes keep what came in and add to it. */
export interface Message {
  _msgid?: string;
  topic?: unknown;
  payload?: unknown;
  [property: string]: unknown;
}

/** One message to the first output, or one (or several, or nothing) for each output. */
export type Outgoing = Message | null | readonly (Message | readonly Message[] | null | undefined)[];
export type Send = (message: Outgoing) => void;
export type Done = (error?: Error) => void;

export interface NodeStatus {
  fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
  shape?: 'ring' | 'dot';
  text?: string;
}

/** What every node's configuration holds; numbers and booleans come as what the dialog stored. */
export interface NodeConfig {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly z?: string;
}

/** A node, as `RED.nodes.createNode` leaves it. `credentials` holds what the dialog marked as such. */
export interface RedNode<Credentials = unknown> {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly credentials?: Credentials;
  on(event: 'input', handler: (message: Message, send: Send, done: Done) => void): void;
  on(event: 'close', handler: (removed: boolean, done: () => void) => void): void;
  send(message: Outgoing): void;
  status(status: NodeStatus): void;
  log(text: string): void;
  warn(text: string): void;
  error(error: Error | string, message?: Message): void;
  debug(text: string): void;
}

type Middleware = (
  request: IncomingMessage,
  response: import('node:http').ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** An express application, as far as it is used here. */
export interface HttpApp {
  get(path: string, ...handlers: Middleware[]): void;
  post(path: string, ...handlers: Middleware[]): void;
  use(...handlers: (string | Middleware)[]): void;
}

export interface RED {
  readonly version: () => string;
  readonly nodes: {
    createNode(node: RedNode, config: NodeConfig): void;
    getNode(id: string): RedNode | null | undefined;
    /** The configuration of every node that is deployed, disabled ones and tabs included. */
    eachNode(callback: (config: NodeConfig) => void): void;
    registerType(
      type: string,
      // biome-ignore lint/suspicious/noExplicitAny: each node narrows its own configuration.
      construct: (this: any, config: any) => void,
      options?: {
        credentials?: Record<string, { type: 'text' | 'password'; required?: boolean }>;
        settings?: Record<string, { value: unknown; exportable?: boolean }>;
      },
    ): void;
  };
  readonly settings: Readonly<Record<string, unknown>>;
  readonly httpNode: HttpApp;
  readonly httpAdmin: HttpApp;
  readonly server?: Server;
  readonly auth: { needsPermission(permission: string): Middleware };
  readonly events: {
    on(event: string, listener: (...values: unknown[]) => void): void;
    removeListener(event: string, listener: (...values: unknown[]) => void): void;
  };
  readonly log: { info(text: string): void; warn(text: string): void; error(text: string): void };
  readonly util: { generateId(): string };
  /** A text of the node's own catalogue, in the language of the runtime. */
  _(key: string, values?: Readonly<Record<string, unknown>>): string;
}
