// A pair of pseudo-terminals: what is written into one end comes out of the other, with a real terminal driver between,
// as a serial adapter has.
import { closeSync, constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { loadLibc } from '../../../hardware/linux/libc.ts';

const TIOCSPTLCK = 0x40045431;
const TIOCGPTN = 0x80045430;

export interface PseudoTerminal {
  /** What the program under test opens. */
  readonly path: string;
  /** The other end. */
  readonly end: ReadStream;
  close(): void;
}

export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  const libc = await loadLibc();
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
  const argument = new Uint8Array(4);
  libc.ioctl(master, TIOCSPTLCK, argument);
  libc.ioctl(master, TIOCGPTN, argument);
  const path = `/dev/pts/${new DataView(argument.buffer).getUint32(0, true)}`;
  // Held open, or the other end would be told of a hang-up whenever the program closes its own.
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const end = new ReadStream(master);
  return {
    path,
    end,
    close() {
      end.destroy();
      closeSync(held);
    },
  };
}
