// The settings that the charger's Node-RED starts with, read in a process of its own as the launcher reads them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;
const READ = `
  const { default: settings } = await import('./flows/charger/settings.ts');
  await settings.passwordTold;
  process.stdout.write('\\n' + JSON.stringify({ ...settings, guarded: Boolean(settings.nodeRed.adminAuth) }));
`;

interface Read {
  readonly guarded: boolean;
  readonly flowFile: string;
  readonly nodeRed: Readonly<Record<string, unknown>>;
}

describe('the settings of the charger', () => {
  let dataDir: string;
  before(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'charger-settings-'));
  });
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  function settings(env: Readonly<Record<string, string>> = {}): { read: Read; said: string } {
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', READ], {
      cwd: root,
      env: { ...process.env, HOST: '', ADMIN_PASSWORD: '', DATA_DIR: dataDir, ...env },
      encoding: 'utf8',
    });
    const at = output.lastIndexOf('\n');
    return { read: JSON.parse(output.slice(at)) as Read, said: output.slice(0, at) };
  }

  it('put a password on the editor, also on this machine alone, and tell it once', () => {
    const first = settings();
    assert.equal(first.read.nodeRed.uiHost, '127.0.0.1');
    assert.equal(first.read.nodeRed.uiPort, 1881);
    assert.equal(first.read.guarded, true);
    assert.match(first.said, /Editor of the charger's flow: user admin, password (?:[a-z2-9]{5}-){3}[a-z2-9]{5}\n/);
    assert.equal(settings().said, '');
    assert.equal(settings({ HOST: '0.0.0.0' }).read.guarded, true);
  });

  it('tell no password that somebody chose', () => {
    const { read, said } = settings({ ADMIN_PASSWORD: 'chosen by me' });
    assert.equal(read.guarded, true);
    assert.equal(said, '');
  });

  it('ask no network', () => {
    const { read } = settings();
    assert.deepEqual(read.nodeRed.telemetry, { enabled: false, updateNotification: false });
    assert.deepEqual((read.nodeRed.editorTheme as { palette: object }).palette, { catalogues: [] });
  });

  it('keep what they make to themselves', () => {
    settings();
    assert.equal(statSync(join(dataDir, 'charger/credential.secret')).mode & 0o777, 0o600);
  });
});
