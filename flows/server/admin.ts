// The administrator of one Node-RED: who may open its editor and the operator's dashboard. The password comes from
// ADMIN_PASSWORD, or is made at the first start, told once, and kept only as a hash.
import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomSecret, secretOnce } from '../../api/secret-file.ts';

const derive = promisify<string | Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt);
/** OWASP's second choice for scrypt: 2^16 × 8 × 2, 64 MB. */
const COST: ScryptOptions = { N: 2 ** 16, r: 8, p: 2, maxmem: 128 * 1024 * 1024 };
const BYTES = 32;
/** Node-RED asks again for a password that the door has just found right: at once, before it counts another one. */
const REMEMBERED_MS = 10_000;

export const ADMIN_NAME = 'admin';

export interface Administrator {
  /** Resolves to whether it is the administrator. */
  check(name: unknown, password: unknown): Promise<boolean>;
  /** Resolves, when its hash is kept, to the password if it was made just now: to be told once. */
  readonly made: Promise<string | undefined>;
}

/**
 * Hashing takes a third of a second, on a Pi more than one: whoever calls goes on meanwhile, and awaits `made` at the end.
 * @param folder where the hash is kept
 */
export function administrator(folder: string, env: NodeJS.ProcessEnv = process.env): Administrator {
  const known = hashOf(folder, env);
  let last: Promise<unknown> = Promise.resolve();
  const digestKey = randomBytes(BYTES);
  const digestOf = (password: string) => createHmac('sha256', digestKey).update(password).digest();
  let right: { readonly digest: Buffer; readonly until: number } | undefined;
  const isRight = async (password: string) => {
    const digest = digestOf(password);
    if (right && right.until > performance.now() && timingSafeEqual(right.digest, digest)) return true;
    if (!(await matches(password, (await known).hash))) return false;
    right = { digest, until: performance.now() + REMEMBERED_MS };
    return true;
  };
  return {
    check(name, password) {
      if (typeof name !== 'string' || typeof password !== 'string' || password.length > 1024) {
        return Promise.resolve(false);
      }
      // One at a time: whoever guesses in parallel takes neither the memory nor the threads that others need.
      const checked = last.then(() => isRight(password)).then((same) => same && name === ADMIN_NAME);
      last = checked.catch(() => {});
      return checked;
    },
    made: known.then(({ made }) => made),
  };
}

interface Known {
  readonly hash: string;
  /** The password, if it was made just now. */
  readonly made?: string;
}

async function hashOf(folder: string, env: NodeJS.ProcessEnv): Promise<Known> {
  if (env.ADMIN_PASSWORD) return { hash: await hashed(env.ADMIN_PASSWORD) };
  const file = hashFile(folder);
  if (existsSync(file)) return { hash: secretOnce(file, randomSecret) };
  const password = newPassword();
  const own = await hashed(password);
  const hash = secretOnce(file, () => own);
  // Another process may have been first: then its password is the one.
  return hash === own ? { hash, made: password } : { hash };
}

/**
 * Tells a password that was made just now: once, and not through the log, which others may read.
 * @param opens what it opens: `Editor of the charger's flow`
 */
export async function tellPassword(admin: Administrator, opens: string, folder: string): Promise<void> {
  const made = await admin.made;
  if (made === undefined) return;
  console.log(
    `\n${opens}: user ${ADMIN_NAME}, password ${made}\n` +
      `This is shown once. To choose your own, set ADMIN_PASSWORD; for a new one, remove ${hashFile(folder)}.\n`,
  );
}

function hashFile(folder: string): string {
  return join(folder, 'admin.hash');
}

/** Node-RED's `adminAuth`. */
export function adminAuth(admin: Administrator): object {
  const user = { username: ADMIN_NAME, permissions: '*' };
  return {
    type: 'credentials',
    users: async (name: string) => (name === ADMIN_NAME ? user : null),
    authenticate: async (name: string, password: string) => ((await admin.check(name, password)) ? user : null),
  };
}

/** 20 letters and digits without those that look alike: about 100 bits. */
function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  const text = Array.from(randomBytes(20), (byte) => letters[byte % 32]).join('');
  return text.match(/.{5}/g)!.join('-');
}

async function hashed(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await derive(password, salt, BYTES, COST)).toString('hex')}`;
}

async function matches(password: string, hash: string): Promise<boolean> {
  const [salt = '', expected = ''] = hash.split(':');
  const wanted = Buffer.from(expected, 'hex');
  const found = await derive(password, Buffer.from(salt, 'hex'), BYTES, COST);
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}
