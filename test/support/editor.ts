// The editor as an integrator has it: a Node-RED of the test's own with this pack in its palette, in a real browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { freePort, until } from './applications.ts';

const require = createRequire(import.meta.url);
/**
 * `NODE_RED` names the folder of another one than this package's, `NODE_RED_NODE` the Node that runs it, and `NODE_RED_USER` a user
 * folder into which this pack was installed: otherwise the palette has the checkout.
 */
const { NODE_RED, NODE_RED_NODE, NODE_RED_USER } = process.env;
const redFile = join(NODE_RED || dirname(require.resolve('node-red/package.json')), 'red.js');
const root = new URL('../../', import.meta.url).pathname;

export class Editor {
  readonly folder: string;
  readonly url: string;
  readonly #process: ChildProcess;
  /** All that Node-RED logged. */
  output = '';

  private constructor(folder: string, port: number, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    const args = ['--userDir', folder, '--settings', join(folder, 'settings.js'), '--port', String(port)];
    this.#process = spawn(NODE_RED_NODE || process.execPath, [redFile, ...args], {
      env: { ...process.env, ...env },
      cwd: folder,
    });
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /**
   * Resolves when its flows run.
   * @param settings more of them, as they are written in settings.js
   */
  static async start(
    flow: readonly object[] = [],
    env: NodeJS.ProcessEnv = {},
    port?: number,
    settings = '',
  ): Promise<Editor> {
    const folder = mkdtempSync(join(tmpdir(), 'offline-charging-editor-'));
    if (NODE_RED_USER) {
      for (const name of ['node_modules', 'package.json']) symlinkSync(join(NODE_RED_USER, name), join(folder, name));
    } else {
      mkdirSync(join(folder, 'node_modules/@offline-charging'), { recursive: true });
      symlinkSync(root, join(folder, 'node_modules/@offline-charging/node-red'), 'dir');
      writeFileSync(join(folder, 'package.json'), '{ "name": "editor", "private": true }\n');
    }
    writeFileSync(join(folder, 'flow.json'), JSON.stringify(flow));
    writeFileSync(
      join(folder, 'settings.js'),
      `module.exports = { uiHost: '127.0.0.1', flowFile: 'flow.json', credentialSecret: 'test',
        telemetry: { enabled: false, updateNotification: false }, editorTheme: { tours: false, palette: { catalogues: [] } },
        runtimeState: { enabled: true },
        externalModules: { palette: { denyList: ['@flowfuse/*'] } }, ${settings} };`,
    );
    const editor = new Editor(folder, port ?? (await freePort()), env);
    await until(
      'the flows run',
      () => /Started flows|流程已启动|Waiting for missing types/.test(editor.output),
      30_000,
    );
    return editor;
  }

  /** Opens it in `page`; resolves when the nodes are in the palette. */
  async open(page: Page): Promise<void> {
    await page.goto(this.url);
    await page.waitForFunction("globalThis.RED?.nodes?.getType?.('verify code') !== undefined");
    await page.locator('#red-ui-workspace-chart').waitFor();
  }

  /** Imports an example of this pack as a person does. */
  async importExample(
    page: Page,
    name: string,
    click: (what: Locator) => Promise<void> = (what) => what.click(),
  ): Promise<void> {
    const dialog = page.locator('#red-ui-clipboard-dialog');
    const entry = (text: string) => dialog.locator('.red-ui-treeList-label:visible', { hasText: text });
    await page.keyboard.press('Control+i');
    await click(dialog.getByRole('link', { name: 'Examples' }));
    await click(entry('@offline-charging/node-red'));
    await click(entry(name));
    await click(page.locator('#red-ui-clipboard-dialog-ok'));
  }

  /** A simulated pin of a station of this Node-RED; empty before it was written. */
  pin(line: string, folder = 'pins'): string {
    const file = join(this.folder, 'offline-charging', folder, line);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode === null && this.#process.kill('SIGINT')) await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
