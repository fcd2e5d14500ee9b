// The settings that the charger's Node-RED starts with, read in a process of its own as the launcher reads them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;
const READ = `
  const { default: settings } = await import('./flows/charger/settings.ts');
  process.stdout.write('\\n' + JSON.stringify({ ...settings, guarded: Boolean(settings.nodeRed.adminAuth) }));
`;

interface Read {
  readonly guarded: boolean;
  readonly flowFile: string;
  readonly nodeRed: Readonly<Record<string, unknown>>;
}

describe('the settings of the charger', function () {
  this.timeout(30_000);
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

  it('listen on this machine alone, with the editor open, and ask no network', () => {
    const { read, said } = settings();
    assert.equal(read.nodeRed.uiHost, '127.0.0.1');
    assert.equal(read.nodeRed.uiPort, 1881);
    assert.equal(read.guarded, false);
    assert.equal(said, '');
    assert.deepEqual(read.nodeRed.telemetry, { enabled: false, updateNotification: false });
    assert.deepEqual((read.nodeRed.editorTheme as { palette: object }).palette, { catalogues: [] });
  });

  it('put a password on the editor for any other address, and tell it once', () => {
    const first = settings({ HOST: '0.0.0.0' });
    assert.equal(first.read.guarded, true);
    assert.match(first.said, /user admin, password \S+/);
    assert.equal(settings({ HOST: '0.0.0.0' }).said, '');
  });

  it('keep what they make to themselves', () => {
    settings();
    assert.equal(statSync(join(dataDir, 'charger/credential.secret')).mode & 0o777, 0o600);
  });
});
