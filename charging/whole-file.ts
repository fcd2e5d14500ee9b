// A file of the owner's alone that is there whole, or as it was before: written under another name and put in its place.
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

const MODE = { mode: 0o600 } as const;

export function writeWhole(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.new`, content, MODE);
  renameSync(`${path}.new`, path);
}

/** The same without keeping anybody waiting; of one file, one at a time. */
export async function replaceWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, content, MODE);
  await rename(`${path}.new`, path);
}

/** So that a file just made in the folder is found after a power cut. */
export function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
