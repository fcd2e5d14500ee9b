// What an integrator does in the editor with mouse and keys. Each act ends when what it opened or closed has come to rest, so that
// nothing of it lies in the way of the next.
import type { Locator, Page } from 'playwright-core';
import { until } from './applications.ts';

const PREFIXES = ['#node-input-', '#node-config-input-'];

export class Integrator {
  readonly page: Page;
  /** Drags, wires, clicks and fields that were filled, a sentence each, in the words on the screen. */
  readonly story: string[] = [];
  readonly #ids = new Map<string, string>();

  constructor(page: Page) {
    this.page = page;
  }

  get actions(): number {
    return this.story.length;
  }

  async #did(sentence: string, work: Promise<unknown>): Promise<void> {
    this.story.push(sentence);
    await work;
  }

  async click(what: Locator): Promise<void> {
    await this.#did(`Press *${(await what.innerText()).trim()}*.`, what.click());
  }

  /** What a field goes by in its dialog. */
  async #label(name: string): Promise<string> {
    const row = this.page.locator('.form-row:visible').filter({ has: this.page.locator(`[id$="input-${name}"]`) });
    return (await row.locator('label').first().innerText()).trim();
  }

  /** The id of the node of that type that was dragged in last. */
  id(type: string): string {
    return this.#ids.get(type)!;
  }

  node(type: string): Locator {
    return this.page.locator(`.red-ui-flow-node-group[id="${this.id(type)}"]`);
  }

  async drag(type: string, x: number, y: number): Promise<void> {
    this.story.push(`Drag in *${type}*.`);
    const from = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await from.scrollIntoViewIfNeeded();
    const chart = (await this.page.locator('#red-ui-workspace-chart').boundingBox())!;
    await this.page.mouse.move(...(await centre(from)));
    await this.page.mouse.down();
    await this.page.mouse.move(chart.x + x - 20, chart.y + y, { steps: 4 });
    await this.page.mouse.move(chart.x + x, chart.y + y, { steps: 4 });
    await this.page.mouse.up();
    const found = `RED.nodes.filterNodes({ type: ${JSON.stringify(type)} }).at(-1)?.id`;
    this.#ids.set(type, (await this.page.evaluate(found)) as string);
    await this.node(type).waitFor();
  }

  async wire(from: string, output: number, to: string): Promise<void> {
    this.story.push(output === 0 ? `Wire *${from}* to *${to}*.` : `Wire output ${output + 1} of *${from}* to *${to}*.`);
    const ports = this.node(from).locator('.red-ui-flow-port-output .red-ui-flow-port');
    await this.page.mouse.move(...(await centre(ports.nth(output))));
    await this.page.mouse.down();
    const input = this.node(to).locator('.red-ui-flow-port-input .red-ui-flow-port');
    await this.page.mouse.move(...(await centre(input)), { steps: 5 });
    await this.page.mouse.up();
  }

  async edit(type: string): Promise<void> {
    await this.#did(`Open *${type}*.`, this.node(type).locator('.red-ui-flow-node').dblclick());
    await this.atRest('node');
  }

  /** When that dialog is built and has slid in: a click on what still moves may begin on it and end beside it, and then is none. */
  async atRest(dialog: 'node' | 'node-config'): Promise<void> {
    await this.#still(dialog);
    // It takes the keys from whatever had them.
    await this.page.locator('.red-ui-tray-body :focus').waitFor();
  }

  async #still(dialog: 'node' | 'node-config'): Promise<void> {
    await this.page.locator(`#${dialog}-dialog-ok:visible`).waitFor();
    await this.page.waitForFunction(DIALOG_STANDS);
  }

  /** The dialog of a new configuration node, from that of a node that needs one. */
  async add(property: string): Promise<void> {
    const label = await this.#label(property);
    await this.#did(`Add a new *${label}*.`, this.page.locator(`#node-input-btn-${property}-add`).click());
    await this.atRest('node-config');
  }

  /** The dialog of the configuration node that is chosen in that of a node. */
  async editChosen(property: string): Promise<void> {
    await this.click(this.page.locator(`#node-input-btn-${property}-edit`));
    await this.atRest('node-config');
  }

  /** The field itself, or that of its typed input. */
  field(name: string): Locator {
    return this.page.locator(
      PREFIXES.flatMap((prefix) => [`${prefix}${name}:visible`, `${prefix}${name}-typed-field:visible`]).join(),
    );
  }

  /** Leaves the field as well. */
  async fill(name: string, value: string): Promise<void> {
    await this.#did(`Type \`${value}\` into *${await this.#label(name)}*.`, this.field(name).fill(value));
    await this.field(name).press('Tab');
  }

  /** From the clipboard, as it was copied elsewhere. */
  async paste(name: string, value: string, told: string): Promise<void> {
    const label = await this.#label(name);
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.page.evaluate((copied) => navigator.clipboard.writeText(copied), value);
    await this.field(name).selectText();
    await this.#did(`Paste \`${told}\` into *${label}*.`, this.page.keyboard.press('Control+V'));
  }

  async choose(name: string, value: string): Promise<void> {
    const option = await this.field(name).locator(`option[value="${value}"]`).textContent();
    await this.#did(`Choose *${option}* for *${await this.#label(name)}*.`, this.field(name).selectOption(value));
  }

  /** One of the list of a typed input. */
  chooseTyped(name: string, value: string): Promise<void> {
    return this.#option(
      name,
      this.page.locator(PREFIXES.map((prefix) => `${prefix}${name}-typed-choice:visible`).join()),
      value,
    );
  }

  /** How a value is given: `env`, or what the setting itself is. */
  chooseType(name: string, type: string): Promise<void> {
    const row = this.page.locator('.form-row').filter({ has: this.page.locator(`[id$="input-${name}"]`) });
    return this.#option(name, row.locator('.red-ui-typedInput-type-select'), type);
  }

  async #option(name: string, list: Locator, value: string): Promise<void> {
    const option = this.page.locator(`.red-ui-typedInput-options:visible a[value="${value}"]`);
    // A dialog that is still sliding in shuts what was opened too early.
    await until(`${value} is offered`, async () => {
      if (!(await option.isVisible())) await list.click();
      return option.isVisible();
    });
    // With what opened it one action, as of a list.
    const words = (await option.innerText()).trim();
    await this.#did(`Choose *${words}* for *${await this.#label(name)}*.`, option.click());
  }

  async done(dialog: 'node' | 'node-config' = 'node'): Promise<void> {
    const ok = this.page.locator(`#${dialog}-dialog-ok`);
    const isAbove = (await this.page.locator('.red-ui-tray-breadcrumbs li').count()) > 1;
    await this.click(ok);
    await ok.waitFor({ state: 'detached' });
    if (isAbove) await this.#still('node');
    else await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  async deploy(): Promise<void> {
    await this.click(this.page.locator('#red-ui-header-button-deploy'));
    await this.page.waitForFunction('!RED.nodes.dirty()');
    await this.#keysToFlow();
  }

  /** What the editor says of what was done is clicked away, and keys go to the flow again. */
  async #sweep(): Promise<void> {
    const said = this.page.locator('.red-ui-notification:visible');
    while ((await said.count()) > 0) {
      await said.first().click();
      await said.first().waitFor({ state: 'detached' });
    }
    await this.#keysToFlow();
  }

  /** As the editor does when a dialog is shut. */
  #keysToFlow(): Promise<void> {
    return this.page.locator('#red-ui-workspace-chart').focus();
  }

  /** All nodes of the flow. */
  async selectAll(): Promise<void> {
    await this.page.locator('#red-ui-workspace-chart').click({ position: { x: 20, y: 20 } });
    await this.page.keyboard.press('Control+a');
  }

  /** Copies what is selected, and puts the copy where the mouse clicks. */
  async copyAndPaste(x: number, y: number): Promise<void> {
    await this.page.keyboard.press('Control+c');
    await this.page.keyboard.press('Control+v');
    const chart = (await this.page.locator('#red-ui-workspace-chart').boundingBox())!;
    await this.page.mouse.move(chart.x + x - 20, chart.y + y - 20);
    await this.page.mouse.move(chart.x + x, chart.y + y, { steps: 3 });
    await this.page.mouse.down();
    await this.page.mouse.up();
    await this.#sweep();
  }

  /** An action of the editor's list of them. */
  async act(words: string): Promise<void> {
    await this.page.keyboard.press('Control+Shift+P');
    const list = this.page.locator('#red-ui-actionList');
    await list.locator('input').pressSequentially(words);
    await list.locator('li.selected', { hasText: new RegExp(`^${words}$`, 'i') }).waitFor();
    await this.page.keyboard.press('Enter');
    await list.waitFor({ state: 'hidden' });
    await this.#sweep();
  }

  /** All flows as the export dialog copies them. */
  async exportAll(): Promise<string> {
    await this.page.keyboard.press('Control+e');
    await this.page.locator('#red-ui-clipboard-dialog-export-rng-full').click();
    const text = await this.page.locator('#red-ui-clipboard-dialog-export-text').inputValue();
    await this.page.locator('#red-ui-clipboard-dialog-export').click();
    await this.page.locator('#red-ui-clipboard-dialog').waitFor({ state: 'hidden' });
    await this.#keysToFlow();
    return text;
  }

  async import(text: string): Promise<void> {
    await this.page.keyboard.press('Control+i');
    const field = this.page.locator('#red-ui-clipboard-dialog-import-text');
    await field.fill(text);
    await field.press('End');
    await this.page.locator('#red-ui-clipboard-dialog-ok:enabled').click();
    await this.page.locator('#red-ui-clipboard-dialog').waitFor({ state: 'hidden' });
    await this.#sweep();
  }
}

/** At the edge of the screen, where it slides to. */
const DIALOG_STANDS = `(() => {
  const dialog = [...document.querySelectorAll('.red-ui-tray')].at(-1);
  return dialog.style.right === '0px' && dialog.getAnimations().length === 0;
})()`;

async function centre(what: Locator): Promise<readonly [number, number]> {
  const box = (await what.boundingBox())!;
  return [box.x + box.width / 2, box.y + box.height / 2];
}
