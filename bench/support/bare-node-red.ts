// The Node-RED that the product is compared with: the same package, its own settings, started as anyone starts it.
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../test/support/applications.ts';
import { Program } from './programs.ts';

const require = createRequire(import.meta.url);
const redFile = join(dirname(require.resolve('node-red/package.json')), 'red.js');

export interface BareOptions {
  readonly flow: readonly object[];
  /** Text of a settings file's object, as `functionGlobalContext: {…},`. */
  readonly settings?: string;
  /** Node packages that its user folder has, as the palette manager installs them. */
  readonly palette?: readonly string[];
  readonly nodeFlags?: readonly string[];
}

export class BareNodeRed {
  readonly program: Program;
  readonly port: number;

  private constructor(program: Program, port: number) {
    this.program = program;
    this.port = port;
  }

  /** Resolves when its flows run. */
  static async start({ flow, settings = '', palette = [], nodeFlags = [] }: BareOptions): Promise<BareNodeRed> {
    const folder = mkdtempSync(join(tmpdir(), 'bare-node-red-'));
    const port = await freePort();
    const dependencies = Object.fromEntries(palette.map((name) => [name, '*']));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bare', private: true, dependencies }));
    for (const name of palette) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(dirname(require.resolve(`${name}/package.json`)), link, 'dir');
    }
    writeFileSync(join(folder, 'flow.json'), JSON.stringify(flow));
    writeFileSync(
      join(folder, 'settings.js'),
      `module.exports = { uiHost: '127.0.0.1', flowFile: 'flow.json', credentialSecret: 'bench',
        telemetry: { enabled: false, updateNotification: false }, ${settings} };`,
    );
    const args = ['--userDir', folder, '--settings', join(folder, 'settings.js'), '--port', String(port)];
    const bare = new BareNodeRed(new Program(redFile, args, { nodeFlags }), port);
    await bare.program.says(/Started flows/);
    return bare;
  }
}
