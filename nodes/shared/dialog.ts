// What a dialog is made of (flows/assembly/dialogs.ts): plain data, for a browser has it too.
import type { Setting, Settings } from '../../hardware/settings.ts';

/** A setting as its dialog has it. */
export type DialogSetting = Setting & {
  /** It belongs to one kind of device alone. */
  readonly ofKind?: true;
  /** Of calls: method and path. */
  readonly routes?: Readonly<Record<string, string>>;
};
export type DialogSettings = Readonly<Record<string, DialogSetting>>;

interface Kinds {
  readonly chosenBy: string;
  readonly kinds: readonly { readonly name: string; readonly settings: Settings }[];
}

/** A node's own settings, then what kinds of devices have of their own, by the setting that names the kind. */
export function withKinds(settings: Settings, { chosenBy, kinds }: Kinds): DialogSettings {
  const ofKinds = kinds.map(({ name, settings: own }) =>
    Object.fromEntries(
      Object.entries(own).map(([setting, one]) => [
        setting,
        { where: { setting: chosenBy, is: name }, ofKind: true as const, ...one },
      ]),
    ),
  );
  return Object.assign({}, settings, ...ofKinds);
}
