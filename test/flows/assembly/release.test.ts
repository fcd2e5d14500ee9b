import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { missingForRelease } from '../../../flows/assembly/release.ts';

const published = {
  version: '1.2.3',
  repository: { type: 'git', url: 'git+ssh://git@host.example/us/it.git' },
  bugs: { url: 'https://host.example/us/it/issues' },
};
const changelog = '# Changelog\n\n## [1.2.3] - 2027-01-31\n';
const root = new URL('../../../', import.meta.url).pathname;

describe('a release', () => {
  it('may go out when the publisher said where it lives, the changelog names it, and nothing is left over', () => {
    assert.deepEqual(missingForRelease(published, changelog, ''), []);
    assert.deepEqual(missingForRelease({ ...published, repository: 'us/it' }, changelog, ''), []);
  });

  for (const field of ['repository', 'bugs'] as const) {
    it(`is kept back without ${field}, which nobody but the publisher knows`, () => {
      for (const value of [undefined, '', {}, { url: ' ' }]) {
        const [first, ...more] = missingForRelease({ ...published, [field]: value }, changelog, '');
        assert.match(first!, new RegExp(field));
        assert.deepEqual(more, []);
      }
    });
  }

  it('is kept back when the changelog has no dated heading for its version, or the work tree is not clean', () => {
    assert.match(missingForRelease(published, '## [Unreleased]\n## [1.2.30] - 2027-01-31\n', '')[0]!, /1\.2\.3/);
    assert.match(missingForRelease(published, '## [1.2.3]\n', '')[0]!, /CHANGELOG/);
    assert.match(missingForRelease(published, changelog, ' M README.md\n')[0]!, /README\.md/);
  });

  it('is asked about by npm publish, and no address is invented here', () => {
    const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    assert.equal(manifest.scripts.prepublishOnly, 'node flows/assembly/release.ts');
    assert.equal(manifest.repository, undefined);
    assert.equal(manifest.bugs, undefined);
  });
});
