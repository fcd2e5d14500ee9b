// The nodes' help as the editor gets it: what a person wrote (nodes/NAME/locales/LANGUAGE/NAME.html), and between that a list of the
// properties, made of what the dialog itself is made of, so that no setting is without its words, its bounds and its choices.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { choicesOf } from '../../hardware/settings.ts';
import type { DialogSetting, DialogSettings } from '../../nodes/shared/dialog.ts';
import { catalogueOf, dialogOrder, dialogSettings, type LANGUAGES, type Tree } from './dialogs.ts';

type EditorLanguage = (typeof LANGUAGES)[number];
const LIST = '<dl class="message-properties">';
/** A longer list is read in the dialog. */
const MOST_CHOICES = 8;
/** What every node has, and what needs no words. */
const KNOWN: ReadonlySet<string> = new Set(['version', 'name']);

/** A line's end among Chinese characters, or after their punctuation: a browser would show a gap there. */
const BETWEEN_CHARACTERS =
  /(?<=[\p{Script=Han}）”])\n\s*(?=[\p{Script=Han}“])|\n\s*(?=[（，。；：、）])|(?<=[，。；：、（])\n\s*(?=[^\s<]|<code>|<[bi]>)/gu;

/** The editor keeps code in one line, and cuts off what its sidebar has no room for. */
const LONG_CODE = /<code>(?=[^<]{25})/g;
const WRAPPED_CODE = '<code style="white-space: normal; overflow-wrap: anywhere;">';

interface Words {
  readonly properties: string;
  readonly kinds: Readonly<Record<DialogSetting['kind'], string>>;
  readonly each: string;
  /** Between choices, between sentences, and at the end of one. */
  readonly marks: readonly [string, string, string];
  choices(list: string): string;
  bounds(least: number, most: number): string;
  otherwise(value: string): string;
  only(label: string, choices: string): string;
  not(label: string, choice: string): string;
}

const WORDS: Readonly<Record<EditorLanguage, Words>> = {
  'en-US': {
    properties: 'Properties',
    kinds: {
      ...{ number: 'number', choice: 'choice', text: 'text', switch: 'yes or no' },
      ...{ level: 'level', pull: 'pull', pin: 'GPIO line', lines: 'GPIO lines' },
    },
    each: 'Each outlet has its own.',
    marks: ['; ', ' ', '.'],
    choices: (list) => `One of: ${list}.`,
    bounds: (least, most) => `${least} to ${most}.`,
    otherwise: (value) => `Empty: ${value}.`,
    only: (label, choices) => `With <i>${label}</i>: ${choices}.`,
    not: (label, choice) => `Not with <i>${label}</i>: ${choice}.`,
  },
  'zh-CN': {
    properties: '属性',
    kinds: {
      ...{ number: '数字', choice: '选项', text: '文本', switch: '是或否' },
      ...{ level: '电平', pull: '上下拉', pin: 'GPIO 线', lines: 'GPIO 线' },
    },
    each: '每个插座各有一个。',
    marks: ['；', '', '。'],
    choices: (list) => `可选：${list}。`,
    bounds: (least, most) => `${least} 至 ${most}。`,
    otherwise: (value) => `留空：${value}。`,
    only: (label, choices) => `仅当<i>${label}</i>为：${choices}。`,
    not: (label, choice) => `<i>${label}</i>为“${choice}”时不用。`,
  },
};

/** The help of a node with its properties, before what it says in detail. */
export async function helpPage(name: string, language: EditorLanguage): Promise<string> {
  const file = join(import.meta.dirname, '../../nodes', name, 'locales', language, `${name}.html`);
  const written = readFileSync(file, 'utf8').replace(BETWEEN_CHARACTERS, '');
  const { settings } = await dialogSettings(name);
  const list = new Properties(name, settings, language).list();
  const at = /^<h3>(?:Details|详细|References|参考)<\/h3>$|^<\/script>$/m.exec(written)!.index;
  return (written.slice(0, at) + list + written.slice(at)).replace(LONG_CODE, WRAPPED_CODE);
}

class Properties {
  readonly #name: string;
  readonly #settings: DialogSettings;
  readonly #texts: Tree;
  readonly #words: Words;

  constructor(name: string, settings: DialogSettings, language: EditorLanguage) {
    this.#name = name;
    this.#settings = settings;
    this.#texts = catalogueOf(name, language)[name] as Tree;
    this.#words = WORDS[language];
  }

  list(): string {
    const rows = dialogOrder(this.#name, this.#settings).map((each) => {
      if ('heading' in each) return `</dl>\n<h4>${escaped(this.#text(`heading.${each.heading}`)!)}</h4>\n${LIST}`;
      return KNOWN.has(each.setting) ? undefined : this.#row(each.setting);
    });
    const said = rows.filter((row) => row !== undefined);
    if (said.length === 0) return '';
    const list = `<h3>${this.#words.properties}</h3>\n${LIST}\n${said.join('\n')}\n</dl>\n`;
    // A heading with nothing below it, or before the first.
    return list.replaceAll(`${LIST}\n</dl>\n`, '').replace(/<h4>[^<]*<\/h4>\n(?!<dl)/g, '');
  }

  /** Nothing of a setting that its label says all of: which configuration node it is. */
  #row(name: string): string | undefined {
    const setting = this.#settings[name];
    const hint = this.#text(`hint.${name}`) ?? '';
    const said = [
      setting && this.#where(setting),
      setting && this.#choices(name, setting),
      /^\d+$/.test(hint) ? this.#words.otherwise(hint) : this.#sentence(hint),
      ...(setting ? this.#ofTable(setting, hint) : []),
      this.#sentence(this.#text(`tip.${name}`) ?? ''),
    ].filter((sentence) => sentence !== undefined);
    if (said.length === 0) return undefined;
    const kind = setting === undefined ? '' : ` <span class="property-type">${this.#words.kinds[setting.kind]}</span>`;
    return `  <dt>${this.#label(name)}${kind}</dt>\n  <dd>${said.join(this.#words.marks[1])}</dd>`;
  }

  /** What the hint at the field has not said. */
  #ofTable(setting: DialogSetting, hint: string): (string | undefined)[] {
    const says = (value: number | string) => new RegExp(`(?<![\\w.])${value}(?![\\w.])`).test(hint);
    const { bounds, otherwise, each } = this.#words;
    const { kind } = setting;
    return [
      kind === 'number' && !(says(setting.least) && says(setting.most))
        ? bounds(setting.least, setting.most)
        : undefined,
      (kind === 'number' || kind === 'text') && setting.otherwise !== undefined && !says(setting.otherwise)
        ? otherwise(escaped(String(setting.otherwise)))
        : undefined,
      setting.each === undefined ? undefined : each,
    ];
  }

  #where({ where }: DialogSetting): string | undefined {
    if (where === undefined) return undefined;
    const option = (choice: string) => this.#option(where.setting, choice);
    const label = this.#label(where.setting);
    return 'not' in where
      ? this.#words.not(label, option(where.not))
      : this.#words.only(label, [where.is].flat().map(option).join(this.#words.marks[0]));
  }

  #choices(name: string, setting: DialogSetting): string | undefined {
    const choices = choicesOf(setting);
    if (choices === undefined || choices.length > MOST_CHOICES) return undefined;
    return this.#words.choices(choices.map((choice) => this.#option(name, choice)).join(this.#words.marks[0]));
  }

  #label(name: string): string {
    return escaped(this.#text(`label.${name}`) ?? name);
  }

  #option(name: string, choice: string): string {
    const setting = this.#settings[name];
    const names = setting?.kind === 'choice' ? setting.names : undefined;
    return escaped(names?.[choice] ?? this.#text(`option.${name}.${choice || 'unset'}`) ?? choice);
  }

  /** Begun and ended as a sentence, unless it begins with something to be typed. */
  #sentence(text: string): string | undefined {
    if (text === '') return undefined;
    const begun = text.replace(/^[a-z](?=[a-z]*(?:[\s,;]|:\s))/, (letter) => letter.toUpperCase());
    return escaped(/[.。…]$/.test(begun) ? begun : begun + this.#words.marks[2]);
  }

  #text(path: string): string | undefined {
    let at: string | Tree | undefined = this.#texts;
    for (const part of path.split('.')) at = typeof at === 'object' ? at[part] : undefined;
    return typeof at === 'string' ? at : undefined;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
