// What a person may try from a dialog on the node as it is deployed: "press these keys", "is the ledger there?". A route of
// Node-RED's admin API for each type, for whoever may write that type of node.
import { asFault, type NodeFault } from './handlers.ts';
import type { RED, RedNode } from './red.ts';

/** Which words of the node's catalogue (`try.RESULT`) the dialog says, in the language of the editor, and what fills their gaps. */
export interface Tried {
  readonly result: string;
  readonly values?: Readonly<Record<string, string | number>>;
  /** What each outlet has to say, in the order of the outlets: fills the gap `seen`. */
  readonly outlets?: readonly Tried[];
}
/** Does it with what was typed beside the button. What it throws is said with the words of its code (`errors.CODE`). */
export type Try = (typed: string) => Tried | Promise<Tried>;

const offered = new WeakMap<
  RedNode,
  { readonly tries: Readonly<Record<string, Try>>; readonly sound: () => unknown }
>();

/**
 * What may be tried on a node that was made.
 * @param sound throws what hinders all of it: what is wrong with the station is told before what follows from that
 */
export function offerTries(
  node: RedNode,
  tries: Readonly<Record<string, Try>>,
  sound: () => unknown = () => undefined,
): void {
  offered.set(node, { tries, sound });
}

/** Once for a type: `POST offline-charging/TYPE/ID/WHAT` with `{"typed"}`, as JSON, which no page of elsewhere can send. */
export function openTries(red: RED, type: string): void {
  const name = type.replaceAll(' ', '-');
  const path = `/offline-charging/${name}/:id/:what`;
  red.httpAdmin.post(path, red.auth.needsPermission(`${name}.write`), async (request, response) => {
    const { id, what } = request.params as Readonly<Record<'id' | 'what', string>>;
    const node = red.nodes.getNode(id);
    const found = node && offered.get(node);
    const act = found && Object.hasOwn(found.tries, what) ? found.tries[what] : undefined;
    if (!request.is('json')) response.status(415).end();
    else if (!act) response.status(404).end();
    else {
      try {
        found!.sound();
        response.json(await act(String((request.body as { typed?: unknown }).typed ?? '')));
      } catch (thrown) {
        const { code, message, values } = asFault(thrown) as NodeFault;
        response.status(409).json({ code, message, values });
      }
    }
  });
}
