// Which key sits where on the two matrix pads that are sold.
import type { Key } from './keypad.ts';

export type MatrixLayoutName = '4x3' | '4x4';

/** Rows from the top, columns from the left. */
export const matrixLayouts: Readonly<Record<MatrixLayoutName, readonly (readonly Key[])[]>> = {
  '4x3': [
    ['1', '2', '3'],
    ['4', '5', '6'],
    ['7', '8', '9'],
    ['*', '0', '#'],
  ],
  '4x4': [
    ['1', '2', '3', 'A'],
    ['4', '5', '6', 'B'],
    ['7', '8', '9', 'C'],
    ['*', '0', '#', 'D'],
  ],
};
