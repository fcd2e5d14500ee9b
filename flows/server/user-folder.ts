// The folder that Node-RED keeps: the pack linked into it as npm would, and the flow, copied there at first start so
// that an integrator may change it.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWhole } from '../../charging/whole-file.ts';
import { packageFolder } from '../../nodes/shared/package-version.ts';

/** What the build put together for a side, also for what runs from the sources. */
const assembled = (side: 'cloud' | 'charger', name: string) => join(packageFolder, 'dist/flows', side, name);

/** The flow of a side as it is shipped. */
export const shippedFlow = (side: 'cloud' | 'charger'): string => assembled(side, 'flow.json');

/** The folder of the customer's page as it is shipped. */
export const shippedChargePage = (): string => assembled('cloud', 'charge-page');

const packageName = '@offline-charging/node-red';

export type FlowNews = 'first' | 'same' | 'upgraded' | 'changed-by-hand';

/**
 * Makes the folder ready for Node-RED to start in.
 * @returns what became of the flow: a flow that nobody touched follows the package, a changed one is left alone
 */
export function prepareUserFolder(folder: string, shippedFlowFile: string): FlowNews {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, 'package.json'))) {
    writeFileSync(join(folder, 'package.json'), '{ "name": "node-red-user-folder", "private": true }\n');
  }
  linkPackage(folder);
  return placeFlow(folder, shippedFlowFile);
}

function linkPackage(folder: string): void {
  const link = join(folder, 'node_modules', packageName);
  mkdirSync(dirname(link), { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link, { recursive: true, force: true });
  symlinkSync(packageFolder, link, 'dir');
}

function placeFlow(folder: string, shippedFlowFile: string): FlowNews {
  const flowFile = join(folder, 'flow.json');
  const originFile = join(folder, 'flow.origin');
  const shipped = readFileSync(shippedFlowFile);
  const place = () => {
    // The flow first: cut off between the two, it counts as changed by hand and is left alone.
    writeWhole(flowFile, shipped);
    writeWhole(originFile, digest(shipped));
  };
  if (!existsSync(flowFile)) {
    place();
    return 'first';
  }
  const present = digest(readFileSync(flowFile));
  if (present === digest(shipped)) return 'same';
  const origin = existsSync(originFile) ? readFileSync(originFile, 'utf8') : '';
  if (present !== origin) return 'changed-by-hand';
  place();
  return 'upgraded';
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
