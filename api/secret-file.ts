// Secrets that are made at the first start and kept: whole and on the disk, or not there at all, mode 0600.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../charging/whole-file.ts';

/** What the file holds, without blanks around it; made from `make` if it is not there. When two processes make it at once, one wins. */
export function secretOnce(path: string, make: () => string): string {
  if (!existsSync(path)) place(path, make());
  return readFileSync(path, 'utf8').trim();
}

/** 256 random bits as 64 hexadecimal digits. */
export function randomSecret(): string {
  return randomBytes(32).toString('hex');
}

function place(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = openSync(own, 'wx', 0o600);
  try {
    writeSync(file, `${content}\n`);
    fsyncSync(file);
    linkSync(own, path);
    syncFolder(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    rmSync(own, { force: true });
  }
}
