// The Node-RED that the product is compared with: the same package, its own settings, started as anyone starts it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Whether it has FlowFuse Dashboard, as from the palette manager. */
  readonly dashboard?: boolean;
  readonly nodeFlags?: readonly string[];
}

export class BareNodeRed {
  readonly program: Program;
  readonly port: number;
  readonly #folder: string;
  /** From its start until its flows ran. */
  startMs = Number.NaN;

  private constructor(program: Program, port: number, folder: string) {
    this.program = program;
    this.port = port;
    this.#folder = folder;
  }

  /** Resolves when its flows run. */
  static async start({ flow, settings = '', dashboard = false, nodeFlags = [] }: BareOptions): Promise<BareNodeRed> {
    const folder = mkdtempSync(join(tmpdir(), 'bare-node-red-'));
    const port = await freePort();
    // It finds what lies in node_modules beside it by itself.
    const palette = dashboard ? '' : "externalModules: { palette: { denyList: ['@flowfuse/*'] } },";
    writeFileSync(join(folder, 'flow.json'), JSON.stringify(flow));
    writeFileSync(
      join(folder, 'settings.js'),
      `module.exports = { uiHost: '127.0.0.1', flowFile: 'flow.json', credentialSecret: 'bench',
        telemetry: { enabled: false, updateNotification: false }, ${palette} ${settings} };`,
    );
    const args = ['--userDir', folder, '--settings', join(folder, 'settings.js'), '--port', String(port)];
    const bare = new BareNodeRed(new Program(redFile, args, { nodeFlags }), port, folder);
    await bare.program.says('Started flows');
    bare.startMs = performance.now() - bare.program.startedAt;
    return bare;
  }

  async end(): Promise<void> {
    await this.program.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
