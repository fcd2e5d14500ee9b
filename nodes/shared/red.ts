// Node-RED's types from `@types/node-red`, and what Node-RED 4.1 and 5 do otherwise than those say. Node-RED is never
// imported at run time: it hands itself to each node.
import type { Node, NodeAPI, NodeDef, NodeMessage, NodeStatus } from 'node-red';

export type { NodeStatus };

/** A message. Nodes keep what came in and add to it. A topic may be anything that a flow puts there. */
export interface Message extends Pick<NodeMessage, '_msgid' | 'payload'> {
  topic?: unknown;
  [property: string]: unknown;
}

/** One message to the first output, or one (or several, or nothing) for each output. */
export type Outgoing = Message | null | readonly (Message | readonly Message[] | null | undefined)[];
export type Send = (message: Outgoing) => void;

/** What every node's configuration holds; numbers and booleans come as what the dialog stored. */
export type NodeConfig = Readonly<Pick<NodeDef, 'id' | 'type'> & Partial<Pick<NodeDef, 'name' | 'z'>>>;

/** A node, as `RED.nodes.createNode` leaves it: with `credentials` only where its type has some and they are set. */
export interface RedNode<Credentials = unknown>
  extends Readonly<Pick<Node, 'id' | 'type' | 'name'>>,
    Pick<Node, 'status' | 'log' | 'warn' | 'error' | 'debug'> {
  readonly credentials?: Credentials;
  on(event: 'input', handler: (message: Message, send: Send, done: (error?: Error) => void) => void): void;
  on(event: 'close', handler: (removed: boolean, done: () => void) => void): void;
  send(message: Outgoing): void;
  /** Calls the handlers of `close`, and takes those of `input` away. */
  close(removed: boolean): Promise<void>;
  removeAllListeners(event: 'close'): void;
}

export interface RED extends Pick<NodeAPI, 'httpNode' | 'httpAdmin' | 'server' | 'auth' | 'events' | 'log' | 'util'> {
  /** At once, not a promise. */
  version(): string;
  readonly nodes: {
    createNode(node: RedNode, config: NodeConfig): void;
    /** Nothing where there is no such node. */
    getNode(id: string): RedNode | null | undefined;
    /** The configuration of every node that is deployed, disabled ones and tabs included. */
    eachNode(callback: (config: NodeConfig) => void): void;
    registerType(
      type: string,
      // biome-ignore lint/suspicious/noExplicitAny: each node narrows its own configuration.
      construct: (this: any, config: any) => void,
      options?: {
        credentials?: Record<string, { type: 'text' | 'password' }>;
        settings?: Record<string, { value: unknown; exportable?: boolean }>;
      },
    ): void;
  };
  /** What settings.js holds, that of other nodes and of applications too. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** A text of the node's own catalogue, in the language of the runtime. */
  _(key: string, values?: Readonly<Record<string, unknown>>): string;
}
