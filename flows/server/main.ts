// The process of one side: `node main.js cloud` or `node main.js charger`.
import { parseArgs } from 'node:util';
import { chargerEnvironment } from '../charger/environment.ts';
import type { Side } from '../launcher/environment.ts';
import { SIDE_HELP } from '../launcher/help.ts';
import { run, type SideSettings } from './run.ts';

const side = process.argv[2] as Side;
if (side !== 'cloud' && side !== 'charger') {
  console.error('Say which side to run: cloud or charger.');
  process.exit(2);
}
try {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(SIDE_HELP[side]);
    process.exit();
  }
} catch (error) {
  console.error(`offline-charging ${side}: ${(error as Error).message} See --help.`);
  process.exit(2);
}
process.title = `offline-charging-${side}`;

let stopping = false;
let stopRunning = async () => {};
async function stopAll(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  try {
    await stopRunning();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll(0));
// Started by `npm start`: goes when that goes, also when it was killed.
process.on('disconnect', () => void stopAll(0));

try {
  if (side === 'charger') {
    for (const [name, value] of Object.entries(chargerEnvironment('auto'))) process.env[name] = value;
  }
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const module = (await import(`../${side}/settings.${extension}`)) as { default: SideSettings };
  const running = await run(side, module.default);
  stopRunning = running.stop;
  process.send?.({ ready: running.url });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stopAll(1);
}
