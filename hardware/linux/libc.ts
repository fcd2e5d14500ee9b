// The few system calls that Node does not have. They come through koffi, an optional dependency whose binary is in the
// package (nothing is compiled, and one binary fits every Node), loaded when something that needs it is asked for.
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { DeviceError } from './errors.ts';

const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const CLOCK_REALTIME = 0;
const POLLFD_SIZE = 8;
export const POLLIN = 1;
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

export interface Libc {
  /** ioctl(2) with a pointer to `argument`, or with the number itself. Throws a system error with `code` and `errno`. */
  ioctl(fd: number, request: number, argument: Uint8Array | number): number;
  /** Where the bytes of `buffer` lie, for structures that hold pointers. Keep the buffer referenced meanwhile. */
  address(buffer: Uint8Array): bigint;
  /** On a thread of libuv's pool: what poll(2) reported for each file, zeros after `timeoutMs`. */
  poll(files: readonly number[], timeoutMs: number): Promise<number[]>;
  /** A file that `poll` reports once something was written to it. Throws as `ioctl` does. */
  eventfd(): number;
  /** clock_settime(2) of CLOCK_REALTIME, unix milliseconds. Throws as `ioctl` does. */
  setClock(unixMs: number): void;
  /** Gives a function that sends one Unix datagram to `path` ('@' begins an abstract name); losses are not told. */
  datagrams(path: string): (text: string) => void;
}

type Koffi = typeof import('koffi');

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
      "The optional package koffi, which reaches GPIO, I²C, SPI and USB keypads, cannot be loaded for this Node and processor: run 'npm install koffi'.",
      { cause },
    );
  });
  const library = koffi.load(null);
  const ioctl = library.func('int ioctl(int fd, unsigned long request, ...)');
  const poll = library.func('int poll(void *, unsigned long, int)');
  const eventfd = library.func('int eventfd(unsigned int, int)');
  return {
    ioctl(fd, request, argument) {
      const answer: number =
        typeof argument === 'number' ? ioctl(fd, request, 'int', argument) : ioctl(fd, request, 'void *', argument);
      if (answer === -1) throw systemError('ioctl', koffi.errno());
      return answer;
    },
    address: (buffer) => koffi.address(buffer),
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
      const file: number = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (file < 0) throw systemError('eventfd', koffi.errno());
      return file;
    },
    setClock(unixMs) {
      const seconds = Math.floor(unixMs / 1000);
      // struct timespec of a 64-bit system.
      const time = Buffer.alloc(16);
      time.writeBigInt64LE(BigInt(seconds), 0);
      time.writeBigInt64LE(BigInt(Math.floor((unixMs - seconds * 1000) * 1_000_000)), 8);
      const settime = library.func('int clock_settime(int, void *)');
      if (settime(CLOCK_REALTIME, time) !== 0) throw systemError('clock_settime', koffi.errno());
    },
    datagrams: (path) => datagrams(library, path),
  };
}

function datagrams(library: ReturnType<Koffi['load']>, path: string): (text: string) => void {
  const socket = library.func('int socket(int, int, int)');
  const sendto = library.func('intptr_t sendto(int, void *, size_t, int, void *, unsigned int)');
  const name = Buffer.from(path);
  if (name[0] === '@'.charCodeAt(0)) name[0] = 0;
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  const address = Buffer.concat([family, name, ...(name[0] === 0 ? [] : [Buffer.alloc(1)])]);
  return (text) => {
    const file = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (file < 0) return;
    const data = Buffer.from(text);
    sendto(file, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length);
    closeSync(file);
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
