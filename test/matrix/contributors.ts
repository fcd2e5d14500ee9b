// Of those who work on the package: the README's `npm ci`, the build, the tests on PostgreSQL and one whole charge.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failed, passing, root, run, tools, work } from './tools.ts';

export const COLUMNS = ['Node', 'npm', 'npm ci', 'build', 'PostgreSQL tests', 'whole charge'];

/** Gives the row of the table below {@link COLUMNS}. */
export async function contribute({ node, npm }: { readonly node: string; readonly npm: string }): Promise<string[]> {
  const bin = tools(node, npm);
  const folder = checkout();
  const versions = [await run(bin, folder, 'node', '--version'), await run(bin, folder, 'npm', '--version')];
  const shown = versions.map((version) => version.trim().replace(/^v/, ''));
  const results: string[] = [];
  const steps = [
    async () => {
      await run(bin, folder, 'npm', 'ci');
      return 'ok';
    },
    async () => {
      await run(bin, folder, 'npm', 'run', 'build');
      return 'ok';
    },
    () => passing({ bin, folder, title: 'postgres', files: ['test/charging/cloud/*.test.ts'] }),
    () =>
      passing({
        bin,
        folder,
        title: 'a code bought over HTTP closes the relay',
        files: ['test/e2e/whole-charge.test.ts'],
      }),
  ];
  for (const step of steps) {
    try {
      results.push(await step());
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      console.error(`Node ${shown[0]}, npm ${shown[1]}: ${error.message}`);
      results.push('FAILED');
      break;
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return [...shown, ...results, ...steps.slice(results.length).map(() => '–')];
}

/** As a clean checkout has them, with what is not committed yet. */
function checkout(): string {
  const folder = mkdtempSync(join(work, 'checkout-'));
  chmodSync(folder, 0o755);
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  for (const file of new Set(files.split('\0').filter(Boolean))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { dereference: false });
  }
  return folder;
}
