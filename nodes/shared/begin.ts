// How every node begins: as Node-RED wants it, with a status of its own and with its configuration of today.
import { NodeFault, onInput } from './handlers.ts';
import type { NodeConfig, RED, RedNode } from './red.ts';
import { Status } from './status.ts';
import { type Migration, migrated, UNCHANGED } from './versions.ts';

export interface Begun<Config> {
  readonly config: Config;
  readonly status: Status;
}

/**
 * Makes the node and reads what its dialog saved.
 * @param name of the node's file and catalogue: `read-meter`
 * @param migrations one for each version of its dialog
 * @returns undefined when a newer version saved it: then the status says so, and so does each message's end
 */
export function begin<Config extends NodeConfig>(
  red: RED,
  node: RedNode,
  saved: Config,
  name: string,
  migrations: readonly Migration[] = UNCHANGED,
): Begun<Config> | undefined {
  red.nodes.createNode(node, saved);
  const status = new Status(red, node, name);
  try {
    return { config: migrated(saved, migrations), status };
  } catch (error) {
    if (!(error instanceof NodeFault)) throw error;
    status.broken(error);
    node.error(error, {});
    onInput(node, status, () => {
      throw error;
    });
    return undefined;
  }
}
