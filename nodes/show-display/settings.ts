// What the dialog of `show display` may hold.
import type { Settings } from '../../hardware/settings.ts';

export const SETTINGS = {
  display: { kind: 'choice', choices: ['page', '16x2', '20x4'], variable: 'DISPLAY_KIND' },
  bus: { kind: 'text', fresh: '1', variable: 'DISPLAY_BUS', where: { setting: 'display', not: 'page' } },
  // A PCF8574's; a PCF8574A answers at 0x3F.
  address: {
    kind: 'number',
    least: 0,
    most: 127,
    whole: true,
    otherwise: 0x27,
    fresh: '0x27',
    variable: 'DISPLAY_ADDRESS',
    where: { setting: 'display', not: 'page' },
  },
} as const satisfies Settings;
