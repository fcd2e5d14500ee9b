// Flows wired by hand in the editor, as docs and help tell it, with every action of the integrator counted: a drag, a wire, a click, a
// field that is filled.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { loadMasterKey } from '../../api/master-key.ts';
import { openLedger } from '../../charging/cloud/ledger.ts';
import { stationKey, voucherCode } from '../../charging/codes/index.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';

const MOST_ACTIONS = 20;
const STATION = 'CP-0001';
const KEY = stationKey(new Uint8Array(32).fill(0x21), STATION, 1);

/** What the cloud gives a station, as one text. */
const terms = { unit: 'min', step: 30, layout: 'compact', sequence: 'counter', slotSeconds: 300, outlets: 1 };
const said = { version: 1, id: STATION, key: Buffer.from(KEY).toString('hex'), keyVersion: 1, ...terms };
const provisioning = `OC1:${Buffer.from(JSON.stringify(said)).toString('base64url')}`;

describe('a flow wired from scratch', function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  let actions = 0;
  before(async () => {
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    editor = await Editor.start();
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await editor.open(page);
    actions = 0;
  });
  afterEach(async () => {
    await page?.close();
    await editor?.end();
  });
  after(() => browser?.close());

  const did = async (work: Promise<unknown>) => {
    actions += 1;
    await work;
  };
  const click = (what: Locator) => did(what.click());
  const prefixes = ['#node-input-', '#node-config-input-'];
  /** The field itself, or that of its typed input. */
  const field = (name: string) =>
    page.locator(
      prefixes.flatMap((prefix) => [`${prefix}${name}:visible`, `${prefix}${name}-typed-field:visible`]).join(),
    );
  const fill = (name: string, value: string) => did(field(name).fill(value));
  const choose = (name: string, value: string) => did(field(name).selectOption(value));
  const chooseTyped = async (name: string, value: string) => {
    // With what it opens one action, as of a list.
    await page.locator(prefixes.map((prefix) => `${prefix}${name}-typed-choice:visible`).join()).click();
    await click(page.locator(`.red-ui-typedInput-options:visible a[value="${value}"]`));
  };
  const node = (type: string) => page.locator('.red-ui-flow-node-group').and(page.locator(`[id="${ids.get(type)}"]`));
  const ids = new Map<string, string>();

  async function drag(type: string, x: number, y: number): Promise<void> {
    actions += 1;
    const from = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await from.scrollIntoViewIfNeeded();
    const chart = (await page.locator('#red-ui-workspace-chart').boundingBox())!;
    const box = (await from.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(chart.x + x - 20, chart.y + y, { steps: 4 });
    await page.mouse.move(chart.x + x, chart.y + y, { steps: 4 });
    await page.mouse.up();
    const id = (await page.evaluate(`RED.nodes.filterNodes({ type: ${JSON.stringify(type)} }).at(-1)?.id`)) as string;
    ids.set(type, id);
    await node(type).waitFor();
  }
  async function wire(from: string, output: number, to: string): Promise<void> {
    actions += 1;
    const centre = async (port: Locator) => {
      const box = (await port.boundingBox())!;
      return [box.x + box.width / 2, box.y + box.height / 2] as const;
    };
    await page.mouse.move(
      ...(await centre(node(from).locator('.red-ui-flow-port-output .red-ui-flow-port').nth(output))),
    );
    await page.mouse.down();
    await page.mouse.move(...(await centre(node(to).locator('.red-ui-flow-port-input .red-ui-flow-port'))), {
      steps: 5,
    });
    await page.mouse.up();
  }
  const edit = async (type: string) => {
    await did(node(type).locator('.red-ui-flow-node').dblclick());
    await page.locator('.red-ui-tray').last().waitFor();
  };
  const done = async (dialog: 'node' | 'node-config' = 'node') => {
    const ok = page.locator(`#${dialog}-dialog-ok`);
    await click(ok);
    await ok.waitFor({ state: 'detached' });
  };
  const add = async (property: string) => {
    await click(page.locator(`#node-input-btn-${property}-add`));
    await page.locator('#node-config-dialog-ok:visible').waitFor();
  };
  const deploy = async () => {
    await click(page.locator('#red-ui-header-button-deploy'));
    await page.getByText('Successfully deployed').waitFor();
  };
  const inOrder = () => assert.ok(actions <= MOST_ACTIONS, `${actions} actions`);
  const pin = (line: string) => {
    const file = join(editor.folder, 'offline-charging/pins', line);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  };

  it(`keypad → verify → relay: at most ${MOST_ACTIONS} actions and one deploy; keys pressed in the dialog close the relay`, async () => {
    await drag('read keypad', 150, 100);
    await drag('verify code', 400, 100);
    await drag('control relay', 650, 100);
    await wire('read keypad', 0, 'verify code');
    await wire('verify code', 0, 'control relay');
    await edit('verify code');
    await add('station');
    await fill('station', STATION);
    await fill('key', provisioning);
    await chooseTyped('driver', 'simulated');
    await fill('gpioFolder', 'offline-charging/pins');
    await done('node-config');
    await done();
    await edit('control relay');
    await choose('through', 'direct');
    await fill('line', 'relay');
    await done();
    await edit('read keypad');
    await done();
    await deploy();
    inOrder();
    const code = voucherCode(KEY, { layout: 'compact', unit: 'min', step: 30, quantity: 1, sequence: 1 });
    await node('read keypad').locator('.red-ui-flow-node').dblclick();
    const row = page.locator('[data-try=press]');
    for (const [keys, words] of [
      ['x', 'Keys are 0 to 9'],
      [code.slice(0, 4), `Stands typed: ${code.slice(0, 4)}`],
      [`${code.slice(4)}#`, 'Pressed; nothing stands typed.'],
    ] as const) {
      await row.locator('input').fill(keys);
      await row.locator('button').click();
      await row.locator('[role=status]', { hasText: words }).waitFor();
    }
    await until('the relay is closed', () => pin('relay') === '1', 20_000);
    assert.doesNotMatch(editor.output, /\[error\]/);
  });

  it(`http in → admit → issue → response: at most ${MOST_ACTIONS} actions and one deploy; it sells a code`, async () => {
    await drag('http in', 150, 100);
    await drag('admit request', 400, 100);
    await drag('issue code', 650, 100);
    await drag('http response', 900, 160);
    await wire('http in', 0, 'admit request');
    await wire('admit request', 0, 'issue code');
    await wire('admit request', 1, 'http response');
    await wire('issue code', 0, 'http response');
    await wire('issue code', 1, 'http response');
    await edit('http in');
    await choose('method', 'post');
    await fill('url', '/charging-requests');
    await done();
    await edit('admit request');
    await add('issuer');
    await done('node-config');
    await done();
    await edit('issue code');
    await done();
    await deploy();
    inOrder();
    // What may be asked of the ledger stands in the dialog of the code issuer.
    await node('issue code').locator('.red-ui-flow-node').dblclick();
    await page.locator('#node-input-btn-issuer-edit').click();
    const row = page.locator('[data-try=ledger]');
    await row.locator('button').click();
    await row.locator('[role=status]', { hasText: 'SQLite' }).waitFor();
    const folder = join(editor.folder, 'offline-charging');
    const masterKey = await loadMasterKey({ masterKeyFile: join(folder, 'master.key') }, {});
    const ledger = await openLedger({ url: `sqlite:${join(folder, 'ledger.sqlite')}`, masterKey });
    await ledger.createStation({ id: STATION });
    await ledger.close();
    const body = JSON.stringify({ station: STATION, amount: 60 });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${editor.url}/charging-requests`, { method: 'POST', headers, body });
    assert.equal(answer.status, 201);
    assert.match(((await answer.json()) as { code: string }).code, /^\d{10}$/);
    const strange = await fetch(`${editor.url}/offline-charging/code-issuer/none/ledger`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    assert.equal(strange.status, 404);
    const foreign = await fetch(`${editor.url}/offline-charging/code-issuer/none/ledger`, {
      method: 'POST',
      body: '{}',
    });
    assert.equal(foreign.status, 415);
  });

  it('the text that the cloud gives, pasted into a station’s dialog, fills it; a wrong one says at once why not', async () => {
    const status = page.locator('#node-config-input-key-said');
    const says = (words: RegExp) => status.filter({ hasText: words }).waitFor();
    const held = () =>
      page.evaluate(
        `Object.fromEntries(${JSON.stringify(FILLED)}.map((name) => [name, $('#node-config-input-' + name).val()]))`,
      );
    const paste = async (text: string) => {
      await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
      await field('key').selectText();
      await page.keyboard.press('Control+V');
    };
    const isMarked = async () => /input-error/.test((await field('key').getAttribute('class')) ?? '');
    const openStation = async () => {
      await page.evaluate(`RED.editor.editConfig('', 'charging station', 'station')`);
      await page.locator('#node-config-dialog-ok').waitFor();
    };
    const address = 'https://example.com/charge/CP-0009';
    const site = { id: 'CP-0009', unit: 'Wh', step: 500, layout: 'wide', slotSeconds: 120, outlets: 4, page: address };
    const textOf = (more: object) =>
      `OC1:${Buffer.from(JSON.stringify({ ...said, ...site, ...more })).toString('base64url')}`;
    const filled = {
      ...{ station: 'CP-0009', unit: 'Wh', step: '500', layout: 'wide', sequence: 'counter' },
      ...{ slotSeconds: '120', outlets: '4' },
    };
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const station = {
      ...{ id: 'station', type: 'charging station', version: 2, driver: 'simulated', gpioFolder: 'pins', unit: 'min' },
      ...{ station: 'CP-0001', step: '30', layout: 'compact', sequence: 'clock', slotSeconds: `\${SLOT_SECONDS}` },
      ...{ outlets: '1', outletNames: 'A; B' },
    };
    await page.evaluate(`RED.nodes.import([${JSON.stringify(station)}], { generateIds: false })`);
    await openStation();
    const before = await held();
    for (const [text, words] of [
      [textOf({}), /of another station, CP-0009, and this one is CP-0001/],
      [textOf({}).slice(0, 100), /cut off/],
      [textOf({ version: 2 }), /newer version/],
      [textOf({ unit: 'kWh' }), /its unit can't be/],
      [address, /an address of the web/],
      ['c3'.repeat(31), /62 hexadecimal digits; a key has 64/],
      ['041873629150', /12 hexadecimal digits/],
      ['a key', /must be 64 hexadecimal digits, or the whole text/],
      [textOf({}), /of another station/],
    ] as const) {
      await paste(text);
      await says(words);
      assert.deepEqual(await held(), before);
      assert.ok(await isMarked());
      assert.ok(await field('step').isEditable());
    }

    await fill('station', 'CP-0009');
    await field('station').press('Tab');
    await says(/Filled from the text of CP-0009[\s\S]*https:\/\/example.com\/charge\/CP-0009/);
    assert.equal(await status.getAttribute('role'), 'status');
    assert.deepEqual(await held(), filled);
    assert.ok(!(await isMarked()));
    for (const name of ['station', 'step', 'slotSeconds', 'outlets'])
      assert.ok(!(await field(name).isEditable()), name);
    assert.ok(await page.locator('#node-config-input-layout-typed-choice').isDisabled());
    await fill('outletNames', 'Left; Right');
    await done('node-config');
    await deploy();
    const flow = readFileSync(join(editor.folder, 'flow.json'), 'utf8');
    assert.doesNotMatch(flow, new RegExp(`OC1|${said.key}`));
    const saved = JSON.parse(flow).find(({ id }: { id: string }) => id === 'station');
    assert.deepEqual({ ...saved, ...filled, outletNames: 'Left; Right' }, saved);

    // As it was saved before dialogs were filled: the text is the key, and anything stands beside it.
    await page.evaluate(`RED.nodes.node('station').step = '30'`);
    await openStation();
    await says(/Filled from the text of CP-0009/);
    assert.deepEqual(await held(), filled);
    await field('key').fill(said.key);
    await until('it may be typed', () => field('step').isEditable());
    assert.equal(await status.innerText(), '');
    assert.deepEqual(await held(), filled);
  });
});

/** What a text says of a station, by the names of the dialog. */
const FILLED = ['station', 'unit', 'step', 'layout', 'sequence', 'slotSeconds', 'outlets'];
