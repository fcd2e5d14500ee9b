// Puts the operator's pages together and into the cloud's flow: `node flows/cloud/operator/assemble.ts`.
// A ui-template holds its whole page as one text, and Dashboard 2 keeps of its script only data, computed, methods,
// mounted and unmounted, each taken by itself. So what pages share is written into each of them here; a test checks
// that the flow holds what this makes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currencyCodes, unusualDecimals } from '../../../charging/cloud/currencies.ts';

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

type Method = (...values: never[]) => unknown;
interface Component {
  readonly data?: Method;
  readonly mounted?: Method;
  readonly unmounted?: Method;
  readonly computed?: Readonly<Record<string, Method>>;
  readonly methods?: Readonly<Record<string, Method>>;
}
type Texts = Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>>;

const folder = import.meta.dirname;
const cloudFlow = join(folder, '..', 'flow.json');
const read = (name: string) => readFileSync(join(folder, 'pages', name), 'utf8');

const shared = await component('shared');
const { TEXTS } = (await import('./pages/texts.js' as string)) as { TEXTS: Texts };

async function component(name: string): Promise<Component> {
  return ((await import(`./pages/${name}.js`)) as { default: Component }).default;
}

/** `name(…) { … }` as it was written; a plain function as a property. */
function printed(name: string, method: Method): string {
  const text = String(method);
  return /^function\b/.test(text) ? `${name}: ${text}` : text;
}

function printedAll(methods: Readonly<Record<string, Method>>): string {
  return `{\n${Object.entries(methods)
    .map(([name, method]) => printed(name, method))
    .join(',\n')}\n}`;
}

/** The page as a ui-template takes it. */
async function page(name: string): Promise<string> {
  const own = await component(name);
  const texts = { ...TEXTS.shared, ...TEXTS[name] };
  const inLanguage = (index: 0 | 1) =>
    Object.fromEntries(Object.entries(texts).map(([key, both]) => [key, both[index]]));
  const dictionary = JSON.stringify({ en: inLanguage(0), 'zh-CN': inLanguage(1) }, undefined, 1);
  const currencies = JSON.stringify({ codes: currencyCodes().join(' '), decimals: unusualDecimals() });
  const call = (data: Method | undefined) => `(function ${String(data)}).call(this)`.replace('function async', 'async');
  const script = [
    `data() { return Object.assign(${call(shared.data)}, ${call(own.data)}); }`,
    `computed: ${printedAll({ ...own.computed }).replace(/^\{\n/, `{\ntexts() { return ${dictionary}; },\ncurrencies() { return ${currencies}; },\n`)}`,
    printed('mounted', own.mounted!),
    printed('unmounted', own.unmounted!),
    `methods: ${printedAll({ ...shared.methods, ...own.methods })}`,
  ];
  const template = read(`${name}.html`).replace('  <!-- shared -->\n', read('shared.html'));
  return [
    `<template>\n${template}</template>`,
    `<script>\nexport default {\n${script.join(',\n')}\n};\n</script>`,
    `<style>\n${read('shared.css')}</style>\n`,
  ].join('\n');
}

/** The nodes of the operator's tab. `issuer`: the id of the cloud's `code issuer`. */
export async function operatorNodes(issuer: string): Promise<FlowNode[]> {
  const nodes = JSON.parse(readFileSync(join(folder, 'flow.json'), 'utf8')) as FlowNode[];
  return Promise.all(
    nodes.map(async (node) => ({
      ...node,
      ...(node.issuer !== undefined && { issuer }),
      ...(node.type === 'ui-template' && { format: await page(String(node.format)) }),
    })),
  );
}

/** The flow with the operator's tab as it is now. */
export async function withOperator(flow: readonly FlowNode[]): Promise<FlowNode[]> {
  const issuer = flow.find(({ type }) => type === 'code issuer');
  if (!issuer) throw new Error('The flow has no code issuer that the operator’s pages could ask.');
  const others = flow.filter(({ id }) => !id.startsWith('operator-'));
  return [...others, ...(await operatorNodes(issuer.id))];
}

if (import.meta.main) {
  const flow = JSON.parse(readFileSync(cloudFlow, 'utf8')) as FlowNode[];
  writeFileSync(cloudFlow, `${JSON.stringify(await withOperator(flow), undefined, 2)}\n`);
}
