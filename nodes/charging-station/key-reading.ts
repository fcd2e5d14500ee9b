// What the dialog of a charging station asks about the key in it, as soon as it is there: which station's text it is, what
// that says, or why it can't be a key. The dialog has no reader of its own, and the key itself never comes back.
import { asFault, type NodeFault } from '../shared/handlers.ts';
import type { RED, RedNode } from '../shared/red.ts';
import { filledIn } from '../shared/settings.ts';
import { keyOf, type ProvisionedTerms, provisionedIn, secretOf, termsOf } from './station-key.ts';

/** Of key and id together; the longest text of a station takes some hundreds. */
const MOST_CHARACTERS = 32_000;
const TOO_LONG = { code: 'bad-station-key', message: 'This is too long for a key.' };
const TYPE = 'charging station';

type KeyRead =
  | {
      readonly is: 'text';
      readonly terms: ProvisionedTerms;
      /** Of the customer, where the text names it. */
      readonly page: string | undefined;
      /** The text stands in the variable `STATION_KEY`. */
      readonly ofVariable: boolean;
    }
  | { readonly is: 'key' | 'nothing' };

interface Asked {
  /** What stands in the dialog; undefined: what was deployed. */
  readonly typed?: unknown;
  /** The id that stands beside it. */
  readonly station?: unknown;
}

type StationNode = RedNode<{ readonly key?: string }>;

/**
 * Once: `POST offline-charging/charging-station/ID/key` with `{"typed", "station"}`, as JSON, which no page of elsewhere can
 * send, for whoever may write that type of node; what is typed is read before the node is deployed, too.
 */
export function serveKey(red: RED): void {
  const allowed = red.auth.needsPermission('charging-station.write');
  red.httpAdmin.post('/offline-charging/charging-station/:id/key', allowed, (request, response) => {
    response.set('Cache-Control', 'no-store');
    const { typed, station } = (request.body ?? {}) as Asked;
    const found = red.nodes.getNode(String(request.params.id)) as StationNode | null | undefined;
    // What another type of node keeps as its key is not this one's to tell of.
    const node = found?.type === TYPE ? found : undefined;
    if (!request.is('json')) response.status(415).end();
    else if (!isTextOrNone(typed) || !isTextOrNone(station)) response.status(400).end();
    else if (`${typed}${station}`.length > MOST_CHARACTERS) response.status(413).json(TOO_LONG);
    else if (typed === undefined && !node) response.status(404).end();
    else {
      try {
        response.json(readKey(typed ?? node?.credentials?.key, idIn(red, node, station), station?.trim()));
      } catch (thrown) {
        const { code, message, values } = asFault(thrown) as NodeFault;
        response.status(409).json({ code, message, values });
      }
    }
  });
}

function isTextOrNone(said: unknown): said is string | undefined {
  return said === undefined || typeof said === 'string';
}

/**
 * @param written the id as the dialog has it: what a variable holds may be another one's secret, and is told to nobody
 * @throws {NodeFault} why it can't be the key of this station
 */
function readKey(credential: string | undefined, expected: string | undefined, written: string | undefined): KeyRead {
  const secret = secretOf(credential?.trim());
  if (filledIn(secret) === undefined) return { is: 'nothing' };
  const provisioned = provisionedIn(secret);
  if (provisioned === undefined) {
    keyOf(secret);
    return { is: 'key' };
  }
  const terms = termsOf(provisioned, expected, written);
  return { is: 'text', terms, page: provisioned.page, ofVariable: !credential?.trim() };
}

/** The id as it is written, or as the variable has it that is. */
function idIn(red: RED, node: StationNode | undefined, station = ''): string | undefined {
  const written = station.trim();
  if (written === '' || filledIn(written) !== undefined) return filledIn(written);
  const inBraces = written.replace(/^\$\((.*)\)$/, `\${$1}`);
  // biome-ignore lint/suspicious/noExplicitAny: it asks for the flow of a node alone, where there is one.
  return filledIn(red.util.evaluateNodeProperty(inBraces, 'env', (node ?? {}) as any, {}));
}
