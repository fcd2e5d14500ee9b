// API keys: shown once, kept as a hash. A key is 256 random bits, so one SHA-256 is enough: there is nothing to guess
// that a slow hash would slow down, and each request pays for it.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { faultInName } from '../checks.ts';
import { changeRows, findRow, keepOnce } from '../database/rows.ts';
import type { ApiKeysTable } from '../database/schema.ts';
import { refuse, refuseValue } from '../refusals.ts';
import type { Answer, ApiKeyRecord, AuditEntry, NewApiKey, Principal, Refused, Role } from '../types.ts';
import { iso, isoOrNull, own, type Work } from '../work.ts';

const SHAPE = /^oc_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;
const ROLES: readonly Role[] = ['customer app', 'operator'];

const hashOfKey = (key: string) => hash('sha256', key, 'hex');

export async function createApiKey(
  work: Work,
  { name, role, by }: { name: string; role: Role; by?: string },
): Promise<Answer<NewApiKey>> {
  const fault = faultInName(name, 1) ?? (ROLES.includes(role) ? undefined : 'role: "customer app" or "operator"');
  if (fault) return refuseValue('api-key-not-valid', fault);
  const id = own(work, () => randomBytes(8).toString('hex'), 'id');
  const secret = own(work, () => randomBytes(32).toString('base64url'), 'secret');
  const key = `oc_${id}_${secret}`;
  const row: ApiKeysTable = { id, name, role, hash: hashOfKey(key), created_at: work.now, revoked_at: null };
  await keepOnce(work, 'api_keys', row);
  work.audits.push({ action: 'api-key-created', detail: `${id} ${role}`, client: by });
  return { ...recordOf(row), key };
}

export async function revokeApiKey(work: Work, id: string, by?: string): Promise<Answer<ApiKeyRecord>> {
  const row = await byId(work, id);
  if (!row) return refuse('unknown-api-key', 'No API key has this id.');
  if (row.revoked_at !== null) return recordOf(row);
  await changeRows(work, 'api_keys', { id }, { revoked_at: work.now });
  work.audits.push({ action: 'api-key-revoked', detail: id, client: by });
  return recordOf({ ...row, revoked_at: work.now });
}

/** A refusal comes with its entry for the audit, which the caller's side writes: there it is known who floods it. */
export async function authenticate(
  work: Work,
  key: string,
): Promise<Principal | (Refused & { readonly audit: AuditEntry })> {
  const id = SHAPE.exec(key)?.[1];
  const row = id === undefined ? undefined : await byId(work, id);
  if (!row || !sameHash(row.hash, hashOfKey(key))) return unauthorized('unknown-api-key', id);
  if (row.revoked_at !== null) return unauthorized('revoked-api-key', id);
  return { client: row.id, role: row.role as Role, name: row.name };
}

function sameHash(kept: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(kept, 'hex'), Buffer.from(given, 'hex'));
}

function unauthorized(action: string, id: string | undefined) {
  const audit: AuditEntry = { action, client: id };
  return { ...refuse('unauthorized', 'This needs a valid API key: Authorization: Bearer oc_…'), audit };
}

async function byId(work: Work, id: string): Promise<ApiKeysTable | undefined> {
  if (!/^[0-9a-f]{16}$/.test(id)) return undefined;
  return findRow(work, 'api_keys', { id });
}

export function recordOf(row: ApiKeysTable): ApiKeyRecord {
  const { id, name, created_at, revoked_at } = row;
  return { id, name, role: row.role as Role, createdAt: iso(created_at), revokedAt: isoOrNull(revoked_at) };
}
