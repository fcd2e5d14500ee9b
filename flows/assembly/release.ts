// What `npm publish` asks first (`prepublishOnly`): whether this may go out. It invents nothing: what only the publisher
// knows has to be there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of `package.json` that a release is judged by. */
export interface Manifest {
  readonly version: string;
  readonly repository?: unknown;
  readonly bugs?: unknown;
}

/**
 * What keeps a release back, a sentence each; none: it may go out.
 * @param changelog the text of CHANGELOG.md
 * @param workTree what `git status --porcelain` prints
 */
export function missingForRelease(manifest: Manifest, changelog: string, workTree: string): string[] {
  const missing: string[] = [];
  for (const field of ['repository', 'bugs'] as const) {
    if (!isAddress(manifest[field]))
      missing.push(`package.json has no ${field}: only you know where this is published.`);
  }
  const version = manifest.version.replaceAll('.', '\\.');
  if (!new RegExp(`^## \\[?${version}(?![\\w.]).*\\d{4}-\\d{2}-\\d{2}`, 'm').test(changelog))
    missing.push(`CHANGELOG.md has no heading "## ${manifest.version} - YYYY-MM-DD".`);
  if (workTree.trim() !== '') missing.push(`The work tree is not clean:\n${workTree.trimEnd()}`);
  return missing;
}

function isAddress(field: unknown): boolean {
  const url = typeof field === 'object' && field !== null ? (field as { url?: unknown }).url : field;
  return typeof url === 'string' && url.trim() !== '';
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  const git = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  const workTree = git.status === 0 ? git.stdout : '?? not a git checkout';
  const missing = missingForRelease(JSON.parse(read('package.json')) as Manifest, read('CHANGELOG.md'), workTree);
  for (const each of missing) console.error(`- ${each}`);
  if (missing.length > 0) {
    console.error('Not published. See "Before a release" in CONTRIBUTING.md.');
    process.exit(1);
  }
  process.exitCode = spawnSync('npm', ['test'], { cwd: root, stdio: 'inherit' }).status ?? 1;
}
