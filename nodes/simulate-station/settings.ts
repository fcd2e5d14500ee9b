// What the dialog of `simulate station` may hold.
import type { Settings } from '../../hardware/settings.ts';
import { PLUG_PIN } from '../../hardware/station-pins.ts';

export const SETTINGS = {
  does: { kind: 'choice', choices: ['state', 'keys', 'plug'] },
  line: { kind: 'pin', each: 'filled', level: 'activeLow', variable: PLUG_PIN.line.variable },
  activeLow: PLUG_PIN.activeLow,
} as const satisfies Settings;
