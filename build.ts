// Builds what is published: TypeScript to dist/, what lies beside it (dialogs, catalogues, icons, pages, units)
// copied to the same place, and the example flows gathered in examples/, where Node-RED looks for them.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { assembledFlows } from './flows/assembly/assemble.ts';
import { chargePageFiles } from './flows/assembly/charge-page.ts';
import { catalogueText, dialogNames, dialogPage, LANGUAGES } from './flows/assembly/dialogs.ts';
import { exampleFlows } from './flows/assembly/examples.ts';
import { helpPage } from './flows/assembly/help.ts';

const root = import.meta.dirname;
const rooms = ['nodes', 'api', 'charging', 'hardware', 'flows'];

rmSync(join(root, 'dist'), { recursive: true, force: true });
rmSync(join(root, 'examples'), { recursive: true, force: true });

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
// Types only for what others import: `@offline-charging/node-red/codes`.
for (const project of ['tsconfig.json', 'tsconfig.types.json']) {
  execFileSync(process.execPath, [tsc, '-p', join(root, project)], { stdio: 'inherit', cwd: root });
}

for (const room of rooms) {
  // Pages are put together below.
  const asset = (path: string) =>
    !/\.ts$|[\\/](examples|operator|pages|panel|assembly|shared[\\/]dialogs|flow\.json)$/.test(path);
  if (!existsSync(join(root, room))) continue;
  cpSync(join(root, room), join(root, 'dist', room), { recursive: true, filter: (path) => asset(path) });
}

for (const name of dialogNames) {
  const folder = join(root, 'dist/nodes', name);
  writeFileSync(join(folder, `${name}.html`), await dialogPage(name));
  for (const language of LANGUAGES) {
    writeFileSync(join(folder, 'locales', language, `${name}.json`), catalogueText(name, language));
    writeFileSync(join(folder, 'locales', language, `${name}.html`), await helpPage(name, language));
  }
}

// A station's time cannot lie before this (nodes/charging-station/machine-clocks.ts). SOURCE_DATE_EPOCH makes builds repeatable.
const epochSeconds = process.env.SOURCE_DATE_EPOCH;
const builtAt = new Date(epochSeconds ? Number(epochSeconds) * 1000 : Date.now()).toISOString();
writeFileSync(join(root, 'dist', 'built.json'), `${JSON.stringify({ builtAt })}\n`);

mkdirSync(join(root, 'examples'), { recursive: true });
for (const [name, nodes] of Object.entries(exampleFlows())) {
  writeFileSync(join(root, 'examples', `${name}.json`), `${JSON.stringify(nodes, undefined, 2)}\n`);
}
for (const [side, nodes] of Object.entries(await assembledFlows())) {
  writeFileSync(join(root, 'dist/flows', side, 'flow.json'), `${JSON.stringify(nodes, undefined, 2)}\n`);
}
mkdirSync(join(root, 'dist/flows/cloud/charge-page'));
for (const [name, content] of Object.entries(chargePageFiles())) {
  writeFileSync(join(root, 'dist/flows/cloud/charge-page', name), content);
}
