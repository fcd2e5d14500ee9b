// `offline-charging keys …`: makes, lists and revokes API keys from the machine that the ledger can be reached from.
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadMasterKey } from '../../api/master-key.ts';
import { isRefused, type Ledger, openLedger, type Role } from '../../charging/cloud/ledger.ts';
import { places } from '../launcher/environment.ts';

const HELP = `offline-charging keys create --role operator|customer-app --name NAME
offline-charging keys list
offline-charging keys revoke ID

DATA_DIR, DATABASE_URL and the master key's variables are the cloud's own.
A key is shown once, when it is made. The cloud knows of a new or revoked key within seconds.`;

const ROLES: Readonly<Record<string, Role>> = {
  operator: 'operator',
  'customer-app': 'customer app',
  'customer app': 'customer app',
};

/** What was typed cannot be done; the message says why. */
class UsageError extends Error {}

async function main(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { role: { type: 'string' }, name: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command, id] = positionals;
  if (values.help || command === undefined) {
    console.log(HELP);
    return;
  }
  switch (command) {
    case 'create': {
      const role = ROLES[values.role ?? ''];
      if (!role) throw new UsageError('Say which role: --role operator, or --role customer-app.');
      return withLedger((ledger) => create(ledger, role, values.name ?? ''));
    }
    case 'list':
      return withLedger(list);
    case 'revoke':
      if (!id) throw new UsageError('Say which key: offline-charging keys revoke ID.');
      return withLedger((ledger) => revoke(ledger, id));
    default:
      throw new UsageError(`There is no command ${JSON.stringify(command)}.`);
  }
}

async function create(ledger: Ledger, role: Role, name: string): Promise<void> {
  const made = await ledger.createApiKey({ name: name || role, role, by: 'command line' });
  if (isRefused(made)) throw new UsageError(made.refused.detail);
  // The key alone on standard output, so that a script can take it.
  console.error(`API key ${made.id} for ${JSON.stringify(made.name)}, role ${made.role}. It is shown this once:`);
  console.log(made.key);
}

async function list(ledger: Ledger): Promise<void> {
  let after: string | undefined;
  do {
    const page = await ledger.listApiKeys({ after, limit: 500 });
    for (const { id, role, name, createdAt, revokedAt } of page.items) {
      const state = revokedAt === null ? 'valid' : `revoked ${revokedAt}`;
      console.log(`${id}  ${role.padEnd(12)}  ${createdAt}  ${state}  ${JSON.stringify(name)}`);
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
}

async function revoke(ledger: Ledger, id: string): Promise<void> {
  const revoked = await ledger.revokeApiKey(id, 'command line');
  if (isRefused(revoked)) throw new UsageError(revoked.refused.detail);
  console.log(`API key ${revoked.id} of ${JSON.stringify(revoked.name)} is revoked.`);
}

async function withLedger(act: (ledger: Ledger) => Promise<void>): Promise<void> {
  const at = places();
  mkdirSync(at.cloudDir, { recursive: true, mode: 0o700 });
  const ledger = await openLedger({ url: at.ledgerUrl, masterKey: await loadMasterKey(at) });
  try {
    await act(ledger);
  } finally {
    await ledger.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof UsageError) console.error(`\n${HELP}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
