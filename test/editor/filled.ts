// A dialog filled by its table (nodes/NAME/settings.ts): each setting that has bounds, wrongly and rightly.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { dialogSettings } from '../../flows/assembly/dialogs.ts';
import type { DialogSetting, DialogSettings } from '../../nodes/shared/dialog.ts';
import type { Integrator } from '../support/integrator.ts';

/** By the names of settings and credentials. */
export type Texts = Readonly<Record<string, string>>;

/** What every text in the reader's language fits. */
interface Spoken {
  readonly word: RegExp;
  readonly sentence: RegExp;
}

/** A text that the setting can't be; undefined where any text will do, or where a list is chosen from. */
function wrongFor(setting: DialogSetting): string | undefined {
  if (setting.kind === 'number') return String(setting.most + 1);
  if (setting.kind === 'text' && (setting.stationId || setting.pattern)) return 'no such';
  return 'needed' in setting && setting.needed ? ' ' : undefined;
}

/** One that it can be, where the table knows one. */
function rightFor(setting: DialogSetting): string | undefined {
  return setting.kind === 'number' ? String(setting.otherwise ?? setting.least) : undefined;
}

type Choice = readonly [setting: string, value: string];
interface Part {
  /** What has to be chosen for these settings to be seen. */
  readonly choice: Choice | undefined;
  readonly settings: Record<string, DialogSetting>;
}

/** The parts of a dialog, first that which is always seen. */
function partsOf(table: DialogSettings): readonly Part[] {
  const parts = new Map<string, Part>([['', { choice: undefined, settings: {} }]]);
  for (const [name, setting] of Object.entries(table)) {
    const choice = choiceFor(table, setting);
    const key = choice?.join('=') ?? '';
    const part = parts.get(key) ?? { choice, settings: {} };
    part.settings[name] = setting;
    parts.set(key, part);
  }
  return [...parts.values()];
}

function choiceFor(table: DialogSettings, { where }: DialogSetting): Choice | undefined {
  if (!where) return undefined;
  const list = table[where.setting]!;
  if ('is' in where) return [where.setting, [where.is].flat()[0]!];
  return [where.setting, (list.kind === 'choice' ? list.choices : []).find((one) => one !== where.not)!];
}

function isTyped({ variable, kind }: DialogSetting): boolean {
  return variable !== undefined && kind !== 'switch';
}

export class Filled {
  readonly #me: Integrator;
  readonly #page: Page;
  readonly #spoken: Spoken;
  readonly #look: (name: string) => Promise<void>;

  constructor(me: Integrator, spoken: Spoken, look: (name: string) => Promise<void>) {
    this.#me = me;
    this.#page = me.page;
    this.#spoken = spoken;
    this.#look = look;
  }

  /** Fills the dialog that is open, until each field says that it is wrong. Gives what then is wrong with the node. */
  async wrongly(type: string): Promise<readonly string[]> {
    const table = await tableOf(type);
    for (const choice of await this.#page.locator('[id$="-typed-choice"]:visible').all())
      assert.match(await choice.innerText(), this.#spoken.word, type);
    const wrong: string[] = [];
    for (const { choice, settings } of partsOf(table)) {
      if (choice) await this.#choose(choice, table);
      for (const [name, setting] of Object.entries(settings)) {
        const text = wrongFor(setting);
        if (text === undefined) continue;
        await this.#put(name, setting, text);
        await this.#isSaid(name);
        // What a choice hides is not looked at, but for numbers.
        if (choice === undefined || setting.kind === 'number') wrong.push(name);
      }
      assert.deepEqual(await this.#cut(), [], type);
      await this.#look(`${type} ${choice?.join(' ') ?? ''} wrong`);
    }
    const guarded = `Object.entries(RED.nodes.getType('${type}').credentials ?? {}).filter(([, { validate }]) => validate)`;
    for (const [name] of (await this.#page.evaluate(guarded)) as [string][]) {
      await this.#me.fill(name, 'no such');
      // Only here: the editor looks at no secret of a node whose dialog is shut.
      await this.#isSaid(name);
    }
    return wrong;
  }

  /** @param texts what the table does not know, and what is chosen in the end where that is not the first of a list */
  async rightly(type: string, texts: Texts): Promise<void> {
    const table = await tableOf(type);
    const parts = partsOf(table);
    for (const { choice, settings } of parts) {
      const filled = Object.entries(settings).flatMap(([name, setting]) => {
        const text = setting.kind === 'choice' ? undefined : (texts[name] ?? rightFor(setting));
        return text === undefined ? [] : ([[name, setting, text]] as const);
      });
      if (filled.length > 0 && choice) await this.#choose(choice, table);
      for (const [name, setting, text] of filled) await this.#put(name, setting, text);
    }
    for (const [name, text] of Object.entries(texts)) if (!table[name]) await this.#me.fill(name, text);
    for (const [name, setting] of Object.entries(table)) {
      if (setting.kind !== 'choice') continue;
      const isChosen = texts[name] ?? parts.find(({ choice }) => choice?.[0] === name);
      if (isChosen) await this.#choose([name, texts[name] ?? setting.fresh ?? setting.choices[0]!], table);
    }
  }

  async #put(name: string, setting: DialogSetting, text: string): Promise<void> {
    const isEnv = `$('[id$="input-${name}-typed"]').typedInput('type') === 'env'`;
    if (isTyped(setting) && (await this.#page.evaluate(isEnv)))
      await this.#me.chooseType(name, setting.kind === 'number' ? 'number' : 'text');
    await this.#me.fill(name, text);
  }

  #choose([name, value]: Choice, table: DialogSettings): Promise<void> {
    return isTyped(table[name]!) ? this.#me.chooseTyped(name, value) : this.#me.choose(name, value);
  }

  /** What stands in fields that are too short for it, as a hint where nothing is typed. */
  #cut(): Promise<string[]> {
    return this.#page.evaluate(() => {
      const pen = document.createElement('canvas').getContext('2d')!;
      return [...document.querySelectorAll<HTMLInputElement>('.red-ui-tray input[placeholder]')]
        .filter((field) => {
          const { font, paddingLeft, paddingRight } = getComputedStyle(field);
          pen.font = font;
          const room = field.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
          return field.clientWidth > 0 && pen.measureText(field.placeholder).width > room;
        })
        .map(({ placeholder }) => placeholder);
    });
  }

  /** Below the field, in the theme's colour for errors; a screen reader has it with the field. */
  async #isSaid(name: string): Promise<void> {
    const below = this.#page.locator(`[id$="input-${name}-wrong"]:visible, [id$="input-${name}-said"]:visible`);
    await below.filter({ hasText: this.#spoken.sentence }).waitFor();
    assert.equal(await below.evaluate((said) => getComputedStyle(said).color), await this.#page.evaluate(THEMES_RED));
    const field = this.#me.field(name);
    assert.equal(await field.getAttribute('aria-invalid'), 'true', name);
    const described = (await field.getAttribute('aria-describedby'))?.split(' ');
    assert.ok(described?.includes((await below.getAttribute('id'))!), name);
  }
}

/** The colour that the editor's theme has for errors. */
const THEMES_RED = `(() => {
  const probe = document.createElement('i');
  probe.setAttribute('style', 'color: var(--red-ui-text-color-error)');
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
})()`;

async function tableOf(type: string): Promise<DialogSettings> {
  return (await dialogSettings(type.replaceAll(' ', '-'))).settings;
}

/** Writes pictures into a folder; without one, none. */
export function lookInto(folder: string | undefined, page: Page, prefix: string): (name: string) => Promise<void> {
  return async (name) => {
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${prefix} ${name}.png`.replaceAll(/\s+/g, '_'));
    await page.screenshot({ path, animations: 'disabled' });
  };
}
