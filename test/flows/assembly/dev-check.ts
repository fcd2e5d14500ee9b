// `npm run test:dev`: `npm run dev` in a copy of the sources, built three times: what is saved is built and runs, and an open page shows it by itself.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePort, until } from '../../support/applications.ts';
import { launchBrowser } from '../../support/browser.ts';

const root = new URL('../../../', import.meta.url).pathname;
const PASSWORD = 'of the developer';
const WITHIN_MS = 90_000;

describe('npm run dev', function () {
  this.timeout(240_000);
  let folder: string;
  let url: string;
  let browser: Browser;
  let running: ChildProcess;
  let output = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'offline-charging-dev-'));
    const listed = ['ls-files', '-z', '--', 'nodes', 'api', 'charging', 'hardware', 'flows', '*.json', 'build.ts'];
    const files = execFileSync('git', listed, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0');
    for (const file of files.filter((name) => name !== '' && !name.startsWith('test/'))) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(root, file), join(folder, file));
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
    browser = await launchBrowser();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    running = spawn(process.execPath, ['flows/assembly/dev.ts', '--only', 'cloud'], {
      cwd: folder,
      env: {
        ...process.env,
        ...{ CLOUD_PORT: String(port), DATA_DIR: join(folder, 'data'), ADMIN_PASSWORD: PASSWORD, MASTER_KEY: '' },
      },
    });
    for (const stream of [running.stdout!, running.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    await says('Running. Ctrl-C stops it.');
  });
  after(async () => {
    await browser?.close();
    if (running && running.exitCode === null) {
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGINT');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  async function says(words: string, from = 0): Promise<void> {
    try {
      await until(`it says “${words}”`, () => output.includes(words, from), WITHIN_MS);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${output}`);
    }
  }
  function change(file: string, of: string, to: string): void {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    assert.ok(text.includes(of), `${file} has no ${of}`);
    writeFileSync(path, text.replace(of, to));
  }
  async function admin(path: string, accept: string): Promise<string> {
    const asked = {
      client_id: 'node-red-editor',
      grant_type: 'password',
      scope: '*',
      username: 'admin',
      password: PASSWORD,
    };
    const headers = { 'content-type': 'application/json' };
    const token = await fetch(`${url}/editor/auth/token`, { method: 'POST', headers, body: JSON.stringify(asked) });
    const { access_token: bearer } = (await token.json()) as { access_token: string };
    const answer = await fetch(`${url}/editor${path}`, { headers: { accept, authorization: `Bearer ${bearer}` } });
    assert.equal(answer.status, 200);
    return answer.text();
  }

  it('builds and runs what is saved: an open page loads itself, the editor has the new help and the new flow', async () => {
    const page = await browser.newPage();
    await page.goto(`${url}/charge/CP-0001`);
    await page.locator('h1').waitFor();
    const from = output.length;
    change('flows/cloud/pages/charge/index.html', '<h1>', '<p id="anew">Anew</p><h1>');
    change('nodes/verify-code/locales/en-US/verify-code.html', '<p>', '<p>As it was changed. ');
    change('flows/cloud/flow.json', '"label": "', '"label": "Changed: ');
    await says('Running. Ctrl-C stops it.', from);
    await page.locator('#anew').waitFor({ timeout: WITHIN_MS });
    assert.match(await admin('/nodes', 'text/html'), /As it was changed\./);
    assert.match(await admin('/flows', 'application/json'), /"label":"Changed: /);
    await page.close();
  });

  it('says what does not build, and runs again once that is mended', async () => {
    const from = output.length;
    change('api/index.ts', '\n', '\nconst broken: number = "text";\n');
    await says('That did not build.', from);
    change('api/index.ts', '\nconst broken: number = "text";\n', '\n');
    await says('Running. Ctrl-C stops it.', from);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });
});
