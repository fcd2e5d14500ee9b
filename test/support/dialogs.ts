// The dialogs as an editor gets them, and what the nodes' programs take.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

const root = new URL('../../', import.meta.url).pathname;

/** By the names of the nodes' files. */
export const dialogNames = readdirSync(join(root, 'dist/nodes')).filter((name) => name !== 'shared');

/** The page of a dialog as it is built. */
export function dialogHtml(name: string): string {
  return readFileSync(join(root, 'dist/nodes', name, `${name}.html`), 'utf8');
}

/** What a list on the page offers, in its order; undefined where it is no list. */
export function offered(html: string, setting: string): string[] | undefined {
  const [, list] = new RegExp(`<select id="[\\w-]+-input-${setting}"[^>]*>([\\s\\S]*?)</select>`).exec(html) ?? [];
  return list === undefined ? undefined : [...list.matchAll(/<option value="([^"]*)"/g)].map((match) => match[1]!);
}

type Validate = (this: object, value: unknown, options: object) => boolean | string;

export interface Registered {
  readonly category: string;
  readonly icon?: string;
  readonly defaults: Readonly<
    Record<string, { readonly value: unknown; readonly type?: string; readonly validate?: Validate }>
  >;
  readonly credentials?: Readonly<Record<string, { readonly validate?: Validate }>>;
}

/**
 * What dialogs register, by type, in the order in which their pages come; without a page of an editor round them.
 * @param node what the editor knows by an id
 */
export function registered(
  names: readonly string[],
  node: (id: string) => object | undefined = () => undefined,
): Readonly<Record<string, Registered>> {
  const types: Record<string, Registered> = {};
  const nothing = { length: 0, filter: () => nothing };
  const editor = {
    RED: {
      nodes: { node, registerType: (type: string, definition: Registered) => (types[type] = definition) },
      _: (key: string) => key,
    },
    $: () => nothing,
  };
  for (const name of names) {
    for (const [, script] of dialogHtml(name).matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g))
      runInNewContext(script!, editor);
  }
  return types;
}
