// Puts the pages of the panel into the charger's flow: `node flows/charger/assemble.ts`. A ui-template holds its whole
// page as one text, which nobody wants to edit inside JSON. A test checks that the flow holds what this makes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { qrCodeText } from '../shared/qr-code.ts';

interface FlowNode {
  readonly type: string;
  readonly name?: string;
  readonly format?: string;
}

const folder = import.meta.dirname;
const flowFile = join(folder, 'flow.json');

/** The ui-templates by their name in the flow. */
const PAGES: Readonly<Record<string, string>> = {
  'Keypad on the panel': 'keypad',
  'Display on the panel': 'display',
  'Plug on the panel': 'plug',
};

/** The text of the flow with the pages as they are now. */
export function assembled(): string {
  const nodes = JSON.parse(readFileSync(flowFile, 'utf8')) as FlowNode[];
  const whole = nodes.map((node) => (node.type === 'ui-template' ? { ...node, format: page(node.name ?? '') } : node));
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

function page(name: string): string {
  const file = PAGES[name];
  if (file === undefined) throw new Error(`The flow has a ui-template "${name}", and panel/ has no page for it.`);
  return readFileSync(join(folder, 'panel', `${file}.vue`), 'utf8').replace('/* qr-code.ts */ null', () => qrCodeText);
}

if (import.meta.main) writeFileSync(flowFile, assembled());
