// The devices that come in kinds, for whoever looks at all of them: the doctor, and the list of a station's pins.
import type { Finding, Subject, Words } from './checks.ts';
import { KEYPADS } from './keypad/kinds.ts';
import { METERS } from './meter/kinds.ts';
import type { Settings } from './settings.ts';

export interface Device {
  readonly use: 'meter' | 'keypad';
  /** The variable that names the kind. */
  readonly variable: string;
  /** What it may name besides the kinds; the first one where it names nothing. */
  readonly without: readonly [string, ...string[]];
  readonly kinds: readonly {
    readonly name: string;
    readonly settings: Settings;
    readonly words?: Words;
    check?(subject: Subject, chosen: boolean): readonly Finding[];
  }[];
}

export const DEVICES: readonly Device[] = [
  { use: 'meter', variable: 'METER', without: ['none'], kinds: METERS },
  { use: 'keypad', variable: 'KEYPAD', without: ['touch'], kinds: KEYPADS },
];

/** The kind that the variables name; undefined: none, or one that nobody knows. */
export function chosenKind(
  { variable, kinds }: Device,
  variables: Readonly<Record<string, string | undefined>>,
): Device['kinds'][number] | undefined {
  return kinds.find(({ name }) => name === variables[variable]);
}
