// Flows wired by hand in the editor, as docs and help tell it, with every action of the integrator counted: a drag, a wire, a click, a
// field that is filled.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { loadMasterKey } from '../../api/master-key.ts';
import { openLedger } from '../../charging/cloud/ledger.ts';
import { stationKey, voucherCode } from '../../charging/codes/index.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { stepsBelow } from '../support/first-minutes.ts';
import { Integrator } from '../support/integrator.ts';

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
  let me: Integrator;
  before(async () => {
    browser = await launchBrowser();
  });
  beforeEach(async () => {
    editor = await Editor.start();
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await editor.open(page);
    me = new Integrator(page);
  });
  afterEach(async () => {
    await page?.close();
    await editor?.end();
  });
  after(() => browser?.close());

  /** As docs/first-minutes.md lists it, in no more actions than allowed and one deploy. */
  const asWritten = (heading: string, test: { title: string }) => {
    assert.deepEqual(me.story, stepsBelow(heading));
    assert.ok(me.actions <= MOST_ACTIONS, `${me.actions} actions`);
    assert.equal(me.story.filter((step) => step === 'Press *Deploy*.').length, 1);
    test.title += `: ${me.actions}`;
  };

  it(`keypad → verify → relay: at most ${MOST_ACTIONS} actions and one deploy; keys pressed in the dialog close the relay`, async function () {
    await me.drag('read keypad', 150, 100);
    await me.drag('verify code', 400, 100);
    await me.drag('control relay', 650, 100);
    await me.wire('read keypad', 0, 'verify code');
    await me.wire('verify code', 0, 'control relay');
    await me.edit('verify code');
    await me.add('station');
    await me.paste('key', provisioning, 'OC1:…');
    await until('the text has filled the dialog', async () => (await me.field('station').inputValue()) === STATION);
    await me.chooseTyped('driver', 'simulated');
    await me.fill('gpioFolder', 'offline-charging/pins');
    await me.done('node-config');
    await me.done();
    await me.edit('control relay');
    await me.choose('through', 'direct');
    await me.fill('line', 'relay');
    await me.done();
    await me.edit('read keypad');
    await me.done();
    await me.deploy();
    asWritten('From scratch: keypad → verify → relay', this.test!);
    const code = voucherCode(KEY, { layout: 'compact', unit: 'min', step: 30, quantity: 1, sequence: 1 });
    await me.edit('read keypad');
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
    await until('the relay is closed', () => editor.pin('relay') === '1', 20_000);
    assert.doesNotMatch(editor.output, /\[error\]/);
  });

  it(`http in → admit → issue → response: at most ${MOST_ACTIONS} actions and one deploy; it sells a code`, async function () {
    await me.drag('http in', 150, 100);
    await me.drag('admit request', 400, 100);
    await me.drag('issue code', 650, 100);
    await me.drag('http response', 800, 260);
    await me.wire('http in', 0, 'admit request');
    await me.wire('admit request', 0, 'issue code');
    await me.wire('admit request', 1, 'http response');
    await me.wire('issue code', 0, 'http response');
    await me.wire('issue code', 1, 'http response');
    await me.edit('http in');
    await me.choose('method', 'post');
    await me.fill('url', '/charging-requests');
    await me.done();
    await me.edit('admit request');
    await me.add('issuer');
    await me.done('node-config');
    await me.done();
    await me.edit('issue code');
    await me.done();
    await me.deploy();
    asWritten('From scratch: http in → admit → issue → response', this.test!);
    // What may be asked of the ledger stands in the dialog of the code issuer.
    await me.edit('issue code');
    await me.editChosen('issuer');
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
    const paste = (text: string) => me.paste('key', text, 'OC1:…');
    const isMarked = async () => /input-error/.test((await me.field('key').getAttribute('class')) ?? '');
    const openStation = async () => {
      await page.evaluate(`RED.editor.editConfig('', 'charging station', 'station')`);
      await me.atRest('node-config');
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
      assert.ok(await me.field('step').isEditable());
    }

    await me.fill('station', 'CP-0009');
    await says(/Filled from the text of CP-0009[\s\S]*https:\/\/example.com\/charge\/CP-0009/);
    assert.equal(await status.getAttribute('role'), 'status');
    assert.deepEqual(await held(), filled);
    assert.ok(!(await isMarked()));
    for (const name of ['station', 'step', 'slotSeconds', 'outlets'])
      assert.ok(!(await me.field(name).isEditable()), name);
    assert.ok(await page.locator('#node-config-input-layout-typed-choice').isDisabled());
    await me.fill('outletNames', 'Left; Right');
    await me.done('node-config');
    await me.deploy();
    const flow = readFileSync(join(editor.folder, 'flow.json'), 'utf8');
    assert.doesNotMatch(flow, new RegExp(`OC1|${said.key}`));
    const saved = JSON.parse(flow).find(({ id }: { id: string }) => id === 'station');
    assert.deepEqual({ ...saved, ...filled, outletNames: 'Left; Right' }, saved);

    // As it was saved before dialogs were filled: the text is the key, and anything stands beside it.
    await page.evaluate(`RED.nodes.node('station').step = '30'`);
    await openStation();
    await says(/Filled from the text of CP-0009/);
    assert.deepEqual(await held(), filled);
    await me.field('key').fill(said.key);
    await until('it may be typed', () => me.field('step').isEditable());
    assert.equal(await status.innerText(), '');
    assert.deepEqual(await held(), filled);
  });

  it('a text that is pasted and *Done* at once is in all fields; one that can’t be keeps the dialog open', async () => {
    const openStation = async () => {
      await page.evaluate(`RED.editor.editConfig('', 'charging station', 'station')`);
      await me.atRest('node-config');
    };
    const station = { id: 'station', type: 'charging station', version: 2, outlets: '1', unit: 'Wh', layout: 'wide' };
    await page.evaluate(`RED.nodes.import([${JSON.stringify(station)}], { generateIds: false })`);
    // A slow Node-RED: what it is asked is answered when the test lets it.
    let answer = () => {};
    const asked = () =>
      new Promise<void>((resolve) => {
        const answered = new Promise<void>((release) => {
          answer = release;
        });
        void page.route('**/offline-charging/charging-station/*/key', async (route) => {
          resolve();
          await answered;
          await route.continue();
        });
      });
    const ok = page.locator('#node-config-dialog-ok');

    await openStation();
    let isAsked = asked();
    await me.paste('key', provisioning.slice(0, 60), 'OC1:…');
    await ok.click();
    await isAsked;
    assert.ok(await ok.isVisible());
    answer();
    await page.locator('#node-config-input-key-said', { hasText: /cut off/ }).waitFor();
    assert.ok(await ok.isVisible());
    await page.unrouteAll({ behavior: 'wait' });

    isAsked = asked();
    await me.paste('key', provisioning, 'OC1:…');
    await ok.click();
    await isAsked;
    assert.ok(await ok.isVisible());
    answer();
    await ok.waitFor({ state: 'detached' });
    await page.unrouteAll({ behavior: 'wait' });
    const saved = await page.evaluate(
      `JSON.stringify(RED.nodes.createCompleteNodeSet({ credentials: false }).find(({ id }) => id === 'station'))`,
    );
    const { station: id, unit, step, layout, slotSeconds } = JSON.parse(saved as string);
    assert.deepEqual(
      { id, unit, step, layout, slotSeconds },
      { id: STATION, unit: 'min', step: '30', layout: 'compact', slotSeconds: '300' },
    );
  });

  it('slots below a minute are no new station’s; a text may say them of one that 0.1.0 made', async () => {
    await page.evaluate(`RED.editor.editConfig('', 'charging station', '_ADD_')`);
    await me.atRest('node-config');
    const wrong = page.locator('#node-config-input-slotSeconds-wrong');
    await me.fill('slotSeconds', '59');
    await wrong.filter({ hasText: 'A whole number from 60 to 86400' }).waitFor();
    const old = `OC1:${Buffer.from(JSON.stringify({ ...said, slotSeconds: 30 })).toString('base64url')}`;
    await me.paste('key', old, 'OC1:…');
    await until('the text has filled the dialog', async () => (await me.field('slotSeconds').inputValue()) === '30');
    await wrong.waitFor({ state: 'hidden' });
    await me.done('node-config');
    const made = `(() => { let it; RED.nodes.eachConfig((one) => { if (one.type === 'charging station') it = one; }); return it; })()`;
    assert.deepEqual(await page.evaluate(`${made}.validationErrors ?? []`), []);
    assert.equal(await page.evaluate(`${made}.slotSeconds`), '30');
    await page.evaluate(`RED.editor.editConfig('', 'charging station', ${made}.id)`);
    await me.atRest('node-config');
    assert.ok(await wrong.isHidden());
  });
});

/** What a text says of a station, by the names of the dialog. */
const FILLED = ['station', 'unit', 'step', 'layout', 'sequence', 'slotSeconds', 'outlets'];
