// The few system calls that Node lacks, through koffi.
import { GpioError } from '../gpio/errors.ts';

const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const POLLFD_SIZE = 8;
export const POLLIN = 1;

export interface Libc {
  /** Fills `argument`. Throws an error with the `code` that Node's own file calls would give. */
  ioctl(file: number, request: number, argument: Buffer): void;
  /** On a thread of libuv's pool: what poll(2) reported for each file, zeros after `timeoutMs`. */
  poll(files: readonly number[], timeoutMs: number): Promise<number[]>;
  /** A file that `poll` reports once something was written to it. */
  eventfd(): number;
}

let loaded: Promise<Libc> | undefined;

/** Throws a `GpioError` `library-missing`. */
export function loadLibc(): Promise<Libc> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Libc> {
  let koffi: typeof import('koffi');
  try {
    koffi = await import('koffi');
  } catch (cause) {
    throw new GpioError(
      'library-missing',
      'The GPIO character device needs the package koffi, which is not installed for this Node and processor: ' +
        'run `npm install koffi`.',
      { cause },
    );
  }
  const library = koffi.load(null);
  const ioctl = library.func('int ioctl(int, unsigned long, ...)');
  const poll = library.func('int poll(void *, unsigned long, int)');
  const eventfd = library.func('int eventfd(unsigned int, int)');
  const { getSystemErrorName } = await import('node:util');
  const failure = (call: string): NodeJS.ErrnoException => {
    const errno = koffi.errno();
    const code = getSystemErrorName(-errno);
    return Object.assign(new Error(`${code}: ${call}`), { code, errno: -errno, syscall: call });
  };
  return {
    ioctl(file, request, argument) {
      if (ioctl(file, request, 'void *', argument) < 0) throw failure('ioctl');
    },
    poll(files, timeoutMs) {
      const set = Buffer.alloc(files.length * POLLFD_SIZE);
      for (const [i, file] of files.entries()) {
        set.writeInt32LE(file, i * POLLFD_SIZE);
        set.writeInt16LE(POLLIN, i * POLLFD_SIZE + 4);
      }
      return new Promise((resolve, reject) => {
        poll.async(set, files.length, timeoutMs, (error: unknown) => {
          if (error) reject(error);
          else resolve(files.map((_, i) => set.readInt16LE(i * POLLFD_SIZE + 6)));
        });
      });
    },
    eventfd() {
      const file = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (file < 0) throw failure('eventfd');
      return file;
    },
  };
}
