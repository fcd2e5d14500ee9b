// What the dialog of `simulate station` may hold.
import type { Settings } from '../../hardware/settings.ts';
import { PLUG_PIN } from '../../hardware/station-pins.ts';

export const SETTINGS = {
  does: { kind: 'choice', choices: ['state', 'keys', 'plug'], fresh: 'keys' },
  line: { kind: 'pin', each: 'filled', level: 'activeLow', variable: PLUG_PIN.line.variable },
  activeLow: PLUG_PIN.activeLow,
} as const satisfies Settings;

/** The line is that of another node, and not taken from it. */
export const DIALOG = {
  does: SETTINGS.does,
  line: { kind: 'text', fresh: 'vehicle', where: { setting: 'does', is: 'plug' } },
} as const satisfies Settings;
