import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMasterKey, MasterKeyError } from '../../api/master-key.ts';

const KEY = 'ab'.repeat(32);

describe('the master key', () => {
  let folder: string;
  const file = () => join(folder, 'data', 'master.key');
  const load = (env: NodeJS.ProcessEnv) => loadMasterKey({ masterKeyFile: file() }, env);
  const hex = async (env: NodeJS.ProcessEnv) => Buffer.from(await load(env)).toString('hex');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'master-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('comes from MASTER_KEY, from a file, or from a command that prints it', async () => {
    writeFileSync(join(folder, 'key'), `${KEY.toUpperCase()}\n`);
    assert.equal(await hex({ MASTER_KEY: KEY }), KEY);
    assert.equal(await hex({ MASTER_KEY_FILE: join(folder, 'key') }), KEY);
    assert.equal(await hex({ MASTER_KEY_COMMAND: `printf '${KEY}\\n'` }), KEY);
    assert.equal(statSync(join(folder, 'data'), { throwIfNoEntry: false }), undefined, 'nothing is made besides');
  });

  it('is made at the first start, readable by its owner alone, and stays the same', async () => {
    const made = await hex({});
    assert.match(made, /^[0-9a-f]{64}$/);
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    assert.equal(await hex({ MASTER_KEY: '' }), made);
  });

  it('is one and the same for processes that start at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => hex({})));
    assert.equal(new Set(made).size, 1);
  });

  it('is refused when it is not 64 hexadecimal digits, without being shown', async () => {
    const wrong = `${'cd'.repeat(31)}xy`;
    writeFileSync(join(folder, 'key'), wrong);
    for (const env of [
      { MASTER_KEY: wrong },
      { MASTER_KEY_FILE: join(folder, 'key') },
      { MASTER_KEY_COMMAND: `echo ${wrong}` },
      { MASTER_KEY_COMMAND: `echo ${wrong}; exit 3` },
      { MASTER_KEY_FILE: join(folder, 'nothing') },
      { MASTER_KEY: KEY, MASTER_KEY_FILE: join(folder, 'key') },
    ]) {
      await assert.rejects(load(env), (error: Error) => {
        assert.ok(error instanceof MasterKeyError);
        assert.ok(!`${error.message}${error.stack}`.includes('cdcd'), 'not in what is told');
        assert.match(error.message, /MASTER_KEY/);
        return true;
      });
    }
  });

  it('a file that was cut off is refused and left alone', async () => {
    await load({});
    writeFileSync(file(), 'ab');
    await assert.rejects(load({}), /64 hexadecimal digits/);
    assert.equal(readFileSync(file(), 'utf8'), 'ab');
  });
});
