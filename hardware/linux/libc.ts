// The one system call that Node does not have: ioctl. It comes through koffi, an optional dependency whose binary is in
// the package (nothing is compiled, and one binary fits every Node), loaded when a device that needs it is asked for.
import { constants } from 'node:os';
import { DeviceError } from './errors.ts';

export interface Libc {
  /** ioctl(2) with a pointer to `argument`, or with the number itself. Throws a system error with `code` and `errno`. */
  ioctl(fd: number, request: number, argument: Uint8Array | number): number;
  /** Where the bytes of `buffer` lie, for structures that hold pointers. Keep the buffer referenced meanwhile. */
  address(buffer: Uint8Array): bigint;
}

let loaded: Promise<Libc> | undefined;

/** Loads libc once. Rejects with a `DeviceError` `module-missing` or `not-linux`. */
export function loadLibc(): Promise<Libc> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Libc> {
  if (process.platform !== 'linux')
    throw new DeviceError('not-linux', `The station's devices need Linux; this is ${process.platform}.`);
  const { default: koffi } = await import('koffi').catch((cause: unknown) => {
    throw new DeviceError(
      'module-missing',
      'The optional package koffi, which reaches I²C, SPI and USB keypads, cannot be loaded: run `npm install koffi`.',
      { cause },
    );
  });
  const library = koffi.load(null);
  const call = library.func('int ioctl(int fd, unsigned long request, ...)');
  return {
    ioctl(fd, request, argument) {
      const answer: number =
        typeof argument === 'number' ? call(fd, request, 'int', argument) : call(fd, request, 'void *', argument);
      if (answer === -1) throw systemError('ioctl', koffi.errno());
      return answer;
    },
    address: (buffer) => koffi.address(buffer),
  };
}

/** An error like those of `node:fs`: `code` is the errno's name. */
export function systemError(syscall: string, errno: number): NodeJS.ErrnoException {
  const name = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? linuxNames[errno];
  const code = name ?? `errno ${errno}`;
  return Object.assign(new Error(`${code}: ${syscall}`), { code, errno: -errno, syscall });
}

/** What Linux has and POSIX (so Node's table) has not. */
const linuxNames: Readonly<Record<number, string>> = { 121: 'EREMOTEIO', 108: 'ESHUTDOWN' };
