// The pages of the charger's panel. A ui-template holds its whole page as one text, which nobody wants to edit inside
// JSON, so that the flow of the sources names the page's file and the build puts the page in its place.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowNode } from './flow-node.ts';
import { withKinds } from './kinds.ts';
import { qrCodeText } from './qr-code.ts';

const folder = join(import.meta.dirname, '../charger');

/** The nodes of the charger's flow: each ui-template with its page, each meter and keypad with what its kinds may be told. */
export function chargerNodes(): FlowNode[] {
  const nodes = JSON.parse(readFileSync(join(folder, 'flow.json'), 'utf8')) as FlowNode[];
  return nodes.map((node) =>
    node.type === 'ui-template' ? { ...node, format: page(String(node.format)) } : withKinds(node),
  );
}

function page(file: string): string {
  return readFileSync(join(folder, file), 'utf8').replace('/* qr-code.ts */ null', () => qrCodeText);
}
