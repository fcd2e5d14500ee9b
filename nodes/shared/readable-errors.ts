// What a node logs, as a person reads it. Node-RED's debug pane shows an Error as an object, its message cut off behind
// its name, code and stack; a text it shows whole. A `catch` node still gets code, stack and cause.
import type { Message, RedNode } from './red.ts';

/** Of the flow that Node-RED (4.1 and 5) keeps at each node; where it differs, errors are logged as they came. */
interface Flow {
  log(entry: { readonly msg: unknown }): void;
  handleError(node: RedNode, error: unknown, message: Message, reporting?: RedNode): boolean;
}

/** From now on each error of the node is one sentence, in `wordsFor` it: in the log, in the debug pane and when caught. */
export function logReadably(node: RedNode, wordsFor: (error: Error) => string): void {
  const holder = node as { _flow?: Partial<Flow> };
  const flow = holder._flow;
  if (typeof flow?.log !== 'function' || typeof flow.handleError !== 'function') return;
  const { log, handleError } = flow as Flow;
  const readable: Flow = {
    log: (entry) => log.call(flow, entry.msg instanceof Error ? { ...entry, msg: wordsFor(entry.msg) } : entry),
    handleError: (reported, error, message, reporting) => {
      const told = error instanceof Error ? caught(error, wordsFor(error)) : error;
      return handleError.call(flow, reported, told, message, reporting);
    },
  };
  holder._flow = Object.assign(Object.create(flow), readable);
}

/** What a `catch` node makes `msg.error` of: it takes the text of the whole, and the own properties code, stack, cause. */
function caught(error: Error, sentence: string): Error {
  const { code } = error as { code?: unknown };
  const copy = new Error(sentence, error.cause === undefined ? undefined : { cause: error.cause });
  if (error.stack !== undefined) copy.stack = error.stack;
  return Object.assign(copy, { toString: () => sentence }, code === undefined ? {} : { code });
}
