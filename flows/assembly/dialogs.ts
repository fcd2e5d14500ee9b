// The nodes' dialogs as the editor gets them. What stands in nodes/NAME/NAME.html says which settings a dialog has, in which
// order; rows, bounds, choices and the version come from the node's settings (nodes/NAME/settings.ts), once. The programs that
// all dialogs share (nodes/shared/dialogs) go into those of the two configuration nodes, whichever of them an editor has.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { choicesOf } from '../../hardware/settings.ts';
import type { DialogSetting, DialogSettings } from '../../nodes/shared/dialog.ts';
import { BELOW, BESIDE } from '../../nodes/shared/dialogs/place.ts';
import { leanProgram } from './lean-program.ts';

const root = join(import.meta.dirname, '../..');
const nodes = join(root, 'nodes');
export const LANGUAGES = ['en-US', 'zh-CN'] as const;
const SHARED_BY: ReadonlySet<string> = new Set(['charging-station', 'code-issuer']);
const MARGIN = '  ';

/** The nodes that have a dialog, by the names of their files. */
export const dialogNames: readonly string[] = readdirSync(nodes)
  .filter((name) => existsSync(join(nodes, name, `${name}.html`)))
  .toSorted();

/** The dialog of a node as the editor gets it. */
export async function dialogPage(name: string): Promise<string> {
  const source = readFileSync(join(nodes, name, `${name}.html`), 'utf8');
  const { settings, version } = await dialogSettings(name);
  const page = new Page(name, source, settings);
  const own = page.withRows().replace(/^ {4}\}\);$/m, `    }, ${JSON.stringify({ version, settings })});`);
  return (SHARED_BY.has(name) ? sharedScript() : '') + own;
}

/** What the node takes, as its settings say it, and the version of what its dialog saves. */
export async function dialogSettings(name: string): Promise<{ settings: DialogSettings; version: number }> {
  const file = join(nodes, name, 'settings.ts');
  const { DIALOG, SETTINGS = {}, MIGRATIONS = { length: 1 } } = existsSync(file) ? await import(file) : {};
  return { settings: DIALOG ?? SETTINGS, version: MIGRATIONS.length };
}

type Part = { readonly heading: string } | { readonly setting: string };

/** The headings of a dialog and the names of its settings, in their order. */
export function dialogOrder(name: string, settings: DialogSettings): readonly Part[] {
  const source = readFileSync(join(nodes, name, `${name}.html`), 'utf8');
  const ofKinds = Object.keys(settings).filter((setting) => settings[setting]!.ofKind);
  return [...source.matchAll(/^ *<(setting|heading|kinds)\b(?: name="(\w+)")?/gm)].flatMap(([, kind, said]): Part[] => {
    if (kind === 'heading') return [{ heading: said! }];
    return (said === undefined ? ofKinds : [said]).map((setting) => ({ setting }));
  });
}

/** The catalogue of a node, with the words that are every node's. */
export function catalogueText(name: string, language: string): string {
  const own = catalogueOf(name, language);
  const { palette, dialogs } = JSON.parse(readFileSync(join(nodes, 'shared/dialogs', `${language}.json`), 'utf8'));
  return `${JSON.stringify({ ...own, ...(SHARED_BY.has(name) ? { dialogs } : { palette }) }, undefined, 2)}\n`;
}

export type Tree = { readonly [key: string]: string | Tree };
export function catalogueOf(name: string, language: string): Tree {
  return JSON.parse(readFileSync(join(nodes, name, 'locales', language, `${name}.json`), 'utf8')) as Tree;
}

class Page {
  readonly #name: string;
  readonly #source: string;
  readonly #settings: DialogSettings;
  readonly #prefix: string;
  readonly #words: Tree;

  constructor(name: string, source: string, settings: DialogSettings) {
    this.#name = name;
    this.#source = source;
    this.#settings = settings;
    this.#prefix = /category: 'config'/.test(source) ? 'node-config-input-' : 'node-input-';
    this.#words = catalogueOf(name, 'en-US')[name] as Tree;
  }

  /** Each element of ours alone on a line, made into those that a browser knows. */
  withRows(): string {
    return this.#source.replace(
      /^ *<(setting|heading|tip|kinds|try)\b([^>]*)>$/gm,
      (line, kind: string, text: string) => {
        const attributes = Object.fromEntries(
          [...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, attribute, value = '']) => [attribute!, value]),
        );
        const { name = '' } = attributes;
        switch (kind) {
          case 'heading':
            return `${MARGIN}<h4 data-i18n="${this.#key(`heading.${name}`)}"></h4>`;
          case 'tip':
            return `${MARGIN}<div class="form-tips" style="margin: 4px 0 12px;" id="${this.#name}-tip-${name}" data-i18n="${this.#key(`tip.${name}`)}"></div>`;
          case 'kinds':
            return this.#ofKinds();
          case 'try':
            return this.#try(name, attributes);
          case 'setting':
            return this.#row(name, attributes);
          default:
            throw new Error(line);
        }
      },
    );
  }

  #key(path: string): string {
    return `${this.#name}.${path}`;
  }

  #has(path: string): boolean {
    let at: string | Tree | undefined = this.#words;
    for (const part of path.split('.')) at = typeof at === 'object' ? at[part] : undefined;
    return typeof at === 'string';
  }

  /** The rows of what belongs to one kind of device alone. */
  #ofKinds(): string {
    const own = Object.entries(this.#settings).filter(([, { ofKind }]) => ofKind);
    return own.map(([name, { kind }]) => this.#row(name, { icon: ICONS[kind] })).join('\n');
  }

  #row(name: string, attributes: Readonly<Record<string, string>>): string {
    if (name === 'version') return `${MARGIN}<input type="hidden" id="${this.#prefix}version">`;
    const id = this.#prefix + name;
    const setting = this.#settings[name];
    const hint = this.#has(`hint.${name}`) && attributes.placeholder === undefined;
    const described = hint ? ` aria-describedby="${id}-hint"` : '';
    const label = labelOf(id, attributes.icon ?? 'tag', this.#key(`label.${name}`));
    if (setting?.kind === 'switch')
      return rowOf(`${MARGIN}  <label style="${BESIDE}" for="${id}"></label>`, ...this.#switch(id, name));
    const inside = attributes.placeholder === undefined ? '' : ` data-i18n="[placeholder]${this.#key(`hint.${name}`)}"`;
    const type = attributes.password === undefined ? 'text' : 'password" autocomplete="new-password';
    const field =
      setting && choicesOf(setting)
        ? [
            `${MARGIN}  <select id="${id}" style="width: 70%;"${described}>`,
            ...this.#options(name, setting!),
            `${MARGIN}  </select>`,
          ]
        : [`${MARGIN}  <input type="${type}" id="${id}"${described}${inside}>`];
    return rowOf(label, ...field, ...(hint ? [hintOf(id, this.#key(`hint.${name}`))] : []));
  }

  #switch(id: string, name: string): string[] {
    return [
      `${MARGIN}  <input type="checkbox" id="${id}" style="width: auto; margin: 3px 4px 0 0; vertical-align: top;">`,
      `${MARGIN}  <label for="${id}" style="width: 65%;"><span data-i18n="${this.#key(`label.${name}`)}"></span></label>`,
    ];
  }

  /** A name that is the same in every language stands as it is; the rest in the words of the catalogue. */
  #options(name: string, setting: DialogSetting): string[] {
    const names = setting.kind === 'choice' ? (setting.names ?? {}) : {};
    const option = (value: string, word: string) =>
      names[value] === undefined
        ? `${MARGIN}    <option value="${value}" data-i18n="${this.#key(`option.${name}.${word}`)}"></option>`
        : `${MARGIN}    <option value="${value}">${names[value]}</option>`;
    return choicesOf(setting)!.map((choice) => option(choice, choice || 'unset'));
  }

  /**
   * A button that tries something on the node as it is deployed; with a field before it where it takes something (`typed`), or
   * with a list of the station's outlets where it has several (`each`).
   */
  #try(name: string, { icon, typed, each, tip }: Readonly<Record<string, string>>): string {
    const id = `${this.#name}-try-${name}`;
    const button = `${MARGIN}  <button type="button" class="red-ui-button" data-i18n="${this.#key(`try.${name}`)}"></button>`;
    const field = `${MARGIN}  <input type="text" id="${id}" inputmode="tel" style="width: 45%;" data-i18n="[placeholder]${this.#key(`hint.${name}`)}">`;
    const said = `${MARGIN}  <div role="status" style="${BELOW}"></div>`;
    const rows =
      typed === undefined
        ? [
            `${MARGIN}  <label style="${BESIDE}"></label>`,
            ...(each === undefined ? [] : [`${MARGIN}  <select style="width: auto;" data-outlets></select>`]),
            button,
            said,
          ]
        : [labelOf(id, icon!, this.#key(`label.${name}`)), field, button, said];
    const below = tip === undefined ? [] : [hintOf(id, this.#key(`hint.${name}`))];
    return rowOf(...rows, ...below).replace('<div class="form-row">', `<div class="form-row" data-try="${name}">`);
  }
}

function rowOf(...lines: readonly string[]): string {
  return [`${MARGIN}<div class="form-row">`, ...lines, `${MARGIN}</div>`].join('\n');
}

function labelOf(id: string, icon: string, key: string): string {
  return `${MARGIN}  <label style="${BESIDE}" for="${id}"><i class="fa fa-${icon}"></i> <span data-i18n="${key}"></span></label>`;
}

function hintOf(id: string, key: string): string {
  return `${MARGIN}  <div id="${id}-hint" style="${BELOW} font-size: 12px; opacity: 0.75;" data-i18n="${key}"></div>`;
}

const ICONS: Readonly<Record<DialogSetting['kind'], string>> = {
  number: 'hashtag',
  choice: 'list',
  text: 'random',
  level: 'toggle-on',
  pull: 'arrows-v',
  pin: 'microchip',
  lines: 'microchip',
  switch: 'check-square-o',
};

/** In the order in which they need each other. The rules of pins, settings and ids are the programs' own, as compiled. */
const MODULES = [
  ...['hardware/gpio/pin', 'hardware/settings', 'hardware/raspberry-pi/header', 'charging/codes/station-id'],
  ...[
    'words',
    'place',
    'sentences',
    'settings',
    'pins',
    'picker',
    'typed',
    'rows',
    'tries',
    'provisioned',
    'dialog',
  ].map((name) => `nodes/shared/dialogs/${name}`),
];

/** One program of several modules, each in a function of its own; the last one's exports are what dialogs get. */
function sharedScript(): string {
  const program = `(function () {
  if (RED.offlineCharging && !Array.isArray(RED.offlineCharging)) return;
  const modules = {};
${MODULES.map((module, index) => moduleText(module, MODULES.slice(0, index))).join('\n')}
  const waiting = RED.offlineCharging || [];
  RED.offlineCharging = { push: function (dialog) { dialog(modules['${MODULES.at(-1)}']); } };
  waiting.forEach(RED.offlineCharging.push);
})();`;
  // The editor counts those of validators.
  return `<script type="text/javascript">\n${leanProgram(program, { keepsParameters: true })}\n</script>\n\n`;
}

function moduleText(module: string, before: readonly string[]): string {
  const own = join(root, `${module}.js`);
  const source = readFileSync(existsSync(own) ? own : join(root, 'dist', `${module}.js`), 'utf8');
  const exported: string[] = [];
  const body = source
    .replace(/^import \{([^}]*)\} from '([^']+)';$/gm, (line, names: string, from: string) => {
      const needed = normalize(join(module, '..', from)).replace(/\.[jt]s$/, '');
      if (!before.includes(needed)) throw new Error(`${module}: ${line} has to come before it`);
      return `const {${names}} = modules['${needed}'];`;
    })
    .replace(/^export ((?:async )?function|const|class) (\w+)/gm, (_, kind: string, name: string) => {
      exported.push(name);
      return `${kind} ${name}`;
    });
  if (/^(?:import|export)\b/m.test(body)) throw new Error(`${module} has an import or export that is not understood`);
  return `modules['${module}'] = (function () {\n'use strict';\n${body.trim()}\nreturn { ${exported.join(', ')} };\n})();`;
}
