// The operator's pages of the cloud's flow, put together from their files.
// A ui-template holds its whole page as one text, and Dashboard 2 keeps of its script only data, computed, methods,
// mounted and unmounted, each taken by itself. So what pages share is written into each of them here; a test checks
// that the flow holds what this makes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { currencyCodes, unusualDecimals } from '../../charging/cloud/currencies.ts';
import type { FlowNode } from './flow-node.ts';

type Method = (...values: never[]) => unknown;
interface Component {
  readonly data?: Method;
  readonly mounted?: Method;
  readonly unmounted?: Method;
  readonly computed?: Readonly<Record<string, Method>>;
  readonly methods?: Readonly<Record<string, Method>>;
}
type Texts = Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>>;

const cloud = join(import.meta.dirname, '../cloud');
const folder = join(cloud, 'operator');
const read = (name: string) => readFileSync(join(folder, 'pages', name), 'utf8');

async function component(name: string): Promise<Component> {
  return ((await import(`../cloud/operator/pages/${name}.js`)) as { default: Component }).default;
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
  const [shared, own] = [await component('shared'), await component(name)];
  const { TEXTS } = (await import('../cloud/operator/pages/texts.js' as string)) as { TEXTS: Texts };
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
    `<style>\n${read('shared.css')}${read('dialogs.css')}</style>\n`,
  ].join('\n');
}

/** The nodes of the operator's tab. `issuer`: the id of the cloud's `code issuer`. */
async function operatorNodes(issuer: string): Promise<FlowNode[]> {
  const nodes = JSON.parse(readFileSync(join(folder, 'flow.json'), 'utf8')) as FlowNode[];
  return Promise.all(
    nodes.map(async (node) => ({
      ...node,
      ...(node.issuer !== undefined && { issuer }),
      ...(node.type === 'ui-template' && { format: await page(String(node.format)) }),
    })),
  );
}

/** The nodes of the cloud's flow, the operator's pages among them. */
export async function cloudNodes(): Promise<FlowNode[]> {
  const flow = JSON.parse(readFileSync(join(cloud, 'flow.json'), 'utf8')) as FlowNode[];
  const issuer = flow.find(({ type }) => type === 'code issuer');
  if (!issuer) throw new Error('The flow has no code issuer that the operator’s pages could ask.');
  return [...flow, ...(await operatorNodes(issuer.id))];
}
