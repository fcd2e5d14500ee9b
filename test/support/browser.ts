// A real Chromium from npm alone: @sparticuz/chromium carries it compressed, playwright-core drives it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))));
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };

// One unpacked copy for each user and version, shared by all test processes of this machine.
const folder = join(tmpdir(), `offline-charging-chromium-${version}-${userInfo().uid}`);

/** The machine's fonts if it has any, and the package's. */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'cache')}</cachedir>
</fontconfig>
`;

/** Unpacks beside and renames, so that a process that finds the folder finds it whole. */
const unpack = (): void => {
  if (existsSync(join(folder, 'chromium'))) return;
  const beside = mkdtempSync(`${folder}-`);
  const archives = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'].map((name) => join(packageFolder, 'bin', name));
  const program = `
    import { inflate } from '@sparticuz/chromium';
    for (const archive of ${JSON.stringify(archives)}) await inflate(archive);`;
  // In a process of its own, because the package unpacks to the temporary folder of its process.
  execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: dirname(createRequire(import.meta.url).resolve('../../package.json')),
    env: { ...process.env, TMPDIR: beside },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(join(beside, 'fonts.conf'), fonts);
  try {
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(join(folder, 'chromium'))) throw error;
  }
};

const startWith = (environment: Record<string, string>, options: LaunchOptions): Promise<Browser> =>
  chromium.launch({
    ...options,
    executablePath: join(folder, 'chromium'),
    chromiumSandbox: false,
    args: ['--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none', ...(options.args ?? [])],
    env: { ...(process.env as Record<string, string>), FONTCONFIG_FILE: join(folder, 'fonts.conf'), ...environment },
  });

/**
 * Starts a headless Chromium; works as root and on machines that have no browser, nor its libraries, installed.
 * Close it with `browser.close()`.
 */
export const launchBrowser = async (options: LaunchOptions = {}): Promise<Browser> => {
  unpack();
  try {
    return await startWith({}, options);
  } catch {
    // The machine lacks NSS and the like: take those that came with the package.
    const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    return startWith({ LD_LIBRARY_PATH: libraries }, options);
  }
};
