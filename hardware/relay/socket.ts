// Where a Unix socket is, however deep its folder: the kernel takes 107 bytes of path and no more.
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';

const MOST_PATH_BYTES = 107;

/** Calls `use` with a name for `path` that is short enough, valid only during the call. */
export function withShortPath<T>(path: string, use: (short: string) => T): T {
  if (Buffer.byteLength(path) <= MOST_PATH_BYTES) return use(path);
  const folder = openSync(dirname(path), 'r');
  try {
    return use(`/proc/self/fd/${folder}/${basename(path)}`);
  } finally {
    closeSync(folder);
  }
}

/** Errors, a missing folder's too, arrive as the socket's `error` event. */
export function connectTo(path: string): Socket {
  try {
    return withShortPath(path, (short) => createConnection(short));
  } catch {
    return createConnection(path.slice(0, MOST_PATH_BYTES));
  }
}

/** Tells one file from the next at a path; undefined where there is none. */
export function fileAt(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    return undefined;
  }
}

/** Whether somebody listens there, also one that hangs; a socket file that a dead guard left behind does not. */
export async function answers(path: string): Promise<boolean> {
  const socket = connectTo(path);
  const answered = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    // EAGAIN: more wait to be heard already than may.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EAGAIN'));
  });
  socket.destroy();
  return answered;
}

export function makeFolderOf(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
}
