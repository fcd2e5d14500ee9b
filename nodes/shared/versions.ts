// Saved configurations carry the version of their node's dialog, so that a dialog may change without breaking what people
// saved. 0.1.0 wrote none: that is version 0. Newer ones than a node knows are refused, never guessed at.
import type { NumberSetting, Settings } from '../../hardware/settings.ts';
import { NodeFault } from './handlers.ts';
import type { NodeConfig } from './red.ts';
import { filledIn } from './settings.ts';

type Saved = Readonly<Record<string, unknown>>;

/** Makes a configuration of one version into one of the next. */
export type Migration = (saved: Saved) => Saved;

/** Nothing to change: what 0.1.0 saved means the same today. */
const unchanged: Migration = (saved) => saved;
export const UNCHANGED: readonly Migration[] = [unchanged];

/**
 * From 0.1.0 on: numbers beyond what the dialog takes, with which 0.1.0 worked all the same, are brought to the nearest that
 * it takes. All else means the same today.
 * @param took the least that 0.1.0 took, of each number to which it set no upper bound
 */
export function fromUnversioned(table: Settings, took: Readonly<Record<string, number>>): Migration {
  return (saved) => {
    const changed = Object.entries(took).map(([name, least]) => {
      const text = filledIn(saved[name]);
      const value = text === undefined ? Number.NaN : Number(text);
      return value >= least ? nearest(name, table[name] as NumberSetting, value) : {};
    });
    return Object.assign({}, saved, ...changed);
  };
}

function nearest(name: string, { least, most, none }: NumberSetting, value: number): Saved {
  const kept = Math.min(Math.max(value, least), most);
  return kept === value || value === none ? {} : { [name]: String(kept) };
}

/**
 * The configuration as the node reads it today.
 * @param migrations the first makes version 1 of version 0, and so on: as many as the node has versions
 * @throws {NodeFault} `config-newer`
 */
export function migrated<Config extends NodeConfig>(saved: Config, migrations: readonly Migration[]): Config {
  const { version } = saved as { version?: unknown };
  const from = version === undefined || version === '' ? 0 : Number(version);
  const known = migrations.length;
  if (!Number.isInteger(from) || from < 0 || from > known) {
    const values = { version: String(version).slice(0, 20), known };
    throw new NodeFault(
      'config-newer',
      `This node was saved by a newer version of this pack (its configuration has version ${values.version}, and version ` +
        `${known} is the newest known here): update the pack.`,
      { values },
    );
  }
  return migrations
    .slice(from)
    .reduce<Saved>((config, migrate) => migrate(config), saved as unknown as Saved) as unknown as Config;
}
