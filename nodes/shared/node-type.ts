// How a type of node is made: as Node-RED wants it, each with a status of its own and with its configuration of today.
import { awaiting } from './awaiting.ts';
import { NodeFault, onInput } from './handlers.ts';
import type { NodeConfig, RED, RedNode } from './red.ts';
import { Status } from './status.ts';
import { openTries } from './tries.ts';
import { type Migration, migrated, UNCHANGED } from './versions.ts';

export interface NodeParts<Config> {
  readonly red: RED;
  readonly node: RedNode;
  readonly config: Config;
  readonly status: Status;
}

interface TypeOptions {
  /** Which setting names the config node: where that comes back, the node is made anew. */
  readonly uses: 'station' | 'issuer';
  /** One for each version of its dialog. */
  readonly migrations?: readonly Migration[];
  /** Is made also where a newer version saved it, and reads what was saved by itself. */
  readonly readsItself?: true;
  /** Its dialog has buttons that try something. */
  readonly hasTries?: true;
}

/**
 * What the file of a node exports.
 * @param type `read meter`, whose catalogue is `read-meter`
 * @param make wires one node. Where a newer version saved it, that is said by the status, and by each message's end, instead
 */
export function nodeType<Config extends NodeConfig>(
  type: string,
  { uses, migrations = UNCHANGED, readsItself, hasTries }: TypeOptions,
  make: (parts: NodeParts<Config>) => void,
): (red: RED) => void {
  return (red) => {
    function NodeOfType(this: RedNode, saved: Config) {
      red.nodes.createNode(this, saved);
      const status = new Status(red, this, type.replaceAll(' ', '-'));
      let config: Config;
      try {
        config = readsItself ? saved : migrated(saved, migrations);
      } catch (error) {
        if (!(error instanceof NodeFault)) throw error;
        status.broken(error);
        this.error(error, {});
        onInput(this, status, () => {
          throw error;
        });
        return;
      }
      make({ red, node: this, config, status });
    }
    if (hasTries) openTries(red, type);
    red.nodes.registerType(type, awaiting(red, uses, NodeOfType));
  };
}
