// The keypads that a station may have besides a touch screen, as KEYPAD and the dialog of `read keypad` name them.
import type { KeypadKind } from './keypad.ts';
import { matrix } from './matrix.ts';
import { usb } from './usb.ts';

export const KEYPADS: readonly KeypadKind[] = [matrix, usb];
