// The master key: 32 bytes that all stations' keys are derived from. Only the cloud has it. It comes from the
// environment, from a file, from a command that prints it (for a KMS), or is made at the first start.
import { exec } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { randomSecret, secretOnce } from './secret-file.ts';

const COMMAND_WAIT = 30_000;
const SOURCES = ['MASTER_KEY', 'MASTER_KEY_FILE', 'MASTER_KEY_COMMAND'] as const;

/** `code`: `master-key-wrong`, `master-key-missing`. The message names the source, never the key. */
export class MasterKeyError extends Error {
  readonly code: 'master-key-wrong' | 'master-key-missing';
  constructor(code: 'master-key-wrong' | 'master-key-missing', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MasterKeyError';
    this.code = code;
  }
}

/**
 * The master key, from `MASTER_KEY`, `MASTER_KEY_FILE` or `MASTER_KEY_COMMAND`, whichever is set; else from
 * `masterKeyFile`, which is made with a new key (mode 0600) if it is not there.
 * @throws {MasterKeyError} when more than one is set, or what is set gives no key of 64 hexadecimal digits
 */
export async function loadMasterKey(
  at: { readonly masterKeyFile: string },
  env: NodeJS.ProcessEnv = process.env,
): Promise<Uint8Array> {
  const set = SOURCES.filter((name) => env[name]);
  if (set.length > 1) throw new MasterKeyError('master-key-wrong', `Set only one of ${set.join(' and ')}.`);
  switch (set[0]) {
    case 'MASTER_KEY':
      return parsed(env.MASTER_KEY!, 'MASTER_KEY');
    case 'MASTER_KEY_FILE':
      return parsed(await fileContent(env.MASTER_KEY_FILE!), 'The file that MASTER_KEY_FILE names');
    case 'MASTER_KEY_COMMAND':
      return parsed(await commandOutput(env.MASTER_KEY_COMMAND!), 'The command in MASTER_KEY_COMMAND');
    default:
      return parsed(madeOnce(at.masterKeyFile), at.masterKeyFile);
  }
}

/** @throws {MasterKeyError} naming `source` */
export function parsed(text: string, source: string): Uint8Array {
  const digits = text.trim();
  if (!/^[0-9a-f]{64}$/i.test(digits)) {
    throw new MasterKeyError('master-key-wrong', `${source} must give the master key as 64 hexadecimal digits.`);
  }
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

async function fileContent(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new MasterKeyError('master-key-missing', `MASTER_KEY_FILE names ${path}, which cannot be read.`, { cause });
  }
}

async function commandOutput(command: string): Promise<string> {
  try {
    const { stdout } = await promisify(exec)(command, { timeout: COMMAND_WAIT, maxBuffer: 4096, encoding: 'utf8' });
    return stdout;
  } catch (error) {
    // Neither its output nor the error that quotes it goes on from here: the key may stand in it.
    const { code, killed } = error as { code?: unknown; killed?: boolean };
    const how = killed ? 'took too long or printed too much' : `ended with ${String(code)}`;
    throw new MasterKeyError('master-key-missing', `The command in MASTER_KEY_COMMAND ${how}.`);
  }
}

function madeOnce(path: string): string {
  try {
    return secretOnce(path, randomSecret);
  } catch (cause) {
    throw new MasterKeyError('master-key-missing', `The master key's file ${path} cannot be made or read.`, { cause });
  }
}
