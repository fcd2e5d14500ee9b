// What the editor gets to know of a node's settings, so that its dialog takes what the node takes: by Node-RED's own way for
// settings of node types, as RED.settings.readMeterSettings for `read meter`.
import type { Settings } from '../../hardware/settings.ts';

/** What kinds of devices have of their own, by the setting that names the kind. */
export interface Kinds {
  readonly chosenBy: string;
  readonly kinds: readonly { readonly name: string; readonly settings: Settings }[];
}

/** For the options of `RED.nodes.registerType`. */
export function dialogSettings(type: string, settings: Settings, kinds?: Kinds) {
  const name = type.replace(/ (\w)/g, (_, first: string) => first.toUpperCase());
  const own = (kinds?.kinds ?? []).map((kind) => ({ name: kind.name, settings: kind.settings }));
  const value = { settings, kinds: own, chosenBy: kinds?.chosenBy };
  return { [`${name}Settings`]: { value, exportable: true } };
}
