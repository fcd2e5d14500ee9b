// How every failure ends. A node's handlers are written as if nothing could go wrong; whatever is thrown or
// rejected arrives here, sets one status and ends the message with one done(error). So no handler can forget, none can
// call done() twice, and none can take the whole of Node-RED down with an unhandled rejection.
import type { FaultListener } from '../../hardware/linux/errors.ts';
import type { Message, RedNode, Send } from './red.ts';
import { codeOf, type Status } from './status.ts';

/** A fault of a node: `code` is stable, for flows that catch it; the message says what to do. */
export class NodeFault extends Error {
  readonly code: string;
  /** What fills the gaps in the catalogue's words for the code. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
  constructor(
    code: string,
    message: string,
    { values, ...options }: ErrorOptions & { readonly values?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options);
    this.name = 'NodeFault';
    this.code = code;
    this.values = values;
  }
}

/** Anything thrown, as an Error with a `code`; `unexpected` when it came without one. */
export function asFault(thrown: unknown): Error & { code: string } {
  if (thrown instanceof Error && codeOf(thrown) !== undefined) return thrown as Error & { code: string };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new NodeFault('unexpected', message, { cause: thrown });
}

/** Handles messages. Outcomes that a user expects are sent; faults are thrown. Returning (resolving) is done(). */
export type InputHandler = (message: Message, send: Send) => void | PromiseLike<void>;

/** Wires `handler` to the node's input: exactly one done() or done(error) for each message. */
export function onInput(node: RedNode, status: Status, handler: InputHandler): void {
  node.on('input', (message, send, done) => {
    const failed = (thrown: unknown) => {
      const fault = asFault(thrown);
      status.failed(fault);
      done(fault);
    };
    let result: ReturnType<InputHandler>;
    try {
      result = handler(message, send);
    } catch (thrown) {
      failed(thrown);
      return;
    }
    if (result === undefined) done();
    else result.then(() => done(), failed);
  });
}

/** Wires `release` to the node's close and has Node-RED wait for it. A failure is logged; closing goes on. */
export function onClose(node: RedNode, release: (removed: boolean) => void | PromiseLike<void>): void {
  node.on('close', (removed, done) => {
    const failed = (thrown: unknown) => {
      node.error(asFault(thrown));
      done();
    };
    let result: void | PromiseLike<void>;
    try {
      result = release(removed);
    } catch (thrown) {
      failed(thrown);
      return;
    }
    if (result === undefined) done();
    else result.then(() => done(), failed);
  });
}

/**
 * Wraps what no message started (timers, edges of a line, events of a socket): a failure sets the status and is logged
 * once through the node, where a `catch` node finds it.
 */
export function guarded<Values extends unknown[]>(
  node: RedNode,
  status: Status,
  act: (...values: Values) => void | PromiseLike<void>,
): (...values: Values) => void {
  const failed = (thrown: unknown) => {
    const fault = asFault(thrown);
    status.failed(fault);
    // The station itself says what is missing, if it goes on for long.
    if (fault.code !== 'key-awaited') node.error(fault, {});
  };
  return (...values) => {
    try {
      act(...values)?.then(undefined, failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
}

/** What a device tells of its faults: shown in the status, and logged. */
export function deviceFaults(node: RedNode, status: Status): FaultListener {
  return {
    onFault: ({ code, message }) => {
      const fault = new NodeFault(code, message);
      status.failed(fault);
      node.error(fault, {});
    },
    onRecovered: () => status.ready(),
  };
}
