// The dialogs of a station that has several outlets: tables with a row an outlet, values from outside, and the picture of the header.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { Integrator } from '../support/integrator.ts';

/** A variable of the environment, as it stands in a dialog. */
const variable = (name: string) => `\${${name}}`;

describe('the dialogs of a station with several outlets', function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  let me: Integrator;
  before(async () => {
    const tab = { id: 'tab', type: 'tab', label: 'site' };
    const station = {
      ...{ id: 'station', type: 'charging station', version: 2, station: 'CP-1', outlets: '3', sequence: 'counter' },
      ...{ unit: 'min', step: '30', layout: 'wide', driver: 'simulated', gpioFolder: 'pins' },
    };
    const node = (id: string, type: string, more: object) => ({
      ...{ id, type, z: 'tab', version: 1, station: 'station', x: 200, y: 80, wires: [] },
      ...more,
    });
    const nodes = [
      node('plug', 'detect vehicle', { by: 'contact', line: '5; 6,active-low; 7' }),
      node('relay', 'control relay', { through: 'guard', relay: 'relay', feedbackLine: '' }),
      node('meter', 'read meter', { meter: 'modbus', port: '/dev/ttyUSB0', unitId: '' }),
      node('direct', 'control relay', { through: 'direct', line: '30; 31', x: 500 }),
      node('session', 'run session', { y: 160 }),
      node('ask', 'inject', { once: true, onceDelay: 0.1, wires: [['state']], y: 240 }),
      node('state', 'simulate station', { does: 'state', x: 500, y: 240 }),
    ];
    const env = { STATION_KEY: '5a'.repeat(32) };
    const starting = Editor.start([tab, station, ...nodes], env, undefined, `lang: 'zh-CN'`);
    [editor, browser] = await Promise.all([starting, launchBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
    await editor.open(page);
    me = new Integrator(page);
  });
  after(async () => {
    await browser?.close();
    await editor?.end();
  });

  const rows = (setting: string) => page.locator(`[data-rows=${setting}] input`);
  const open = async (id: string) => {
    await page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
    await me.atRest('node');
  };
  const saved = async (id: string, setting: string) => {
    await page.locator('#node-dialog-ok').click();
    await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
    return page.evaluate(`RED.nodes.node(${JSON.stringify(id)})[${JSON.stringify(setting)}]`);
  };
  const valid = (id: string, setting: string, value: string) =>
    page.evaluate(`(() => {
      const node = RED.nodes.node(${JSON.stringify(id)});
      return node._def.defaults[${JSON.stringify(setting)}].validate.call(node, ${JSON.stringify(value)}, {});
    })()`);

  it('have a table with a row an outlet, and keep it as one list', async () => {
    await open('plug');
    assert.equal(await page.locator('#node-input-line').isVisible(), false);
    assert.equal(await rows('line').count(), 3);
    assert.deepEqual(await Promise.all((await rows('line').all()).map((row) => row.inputValue())), [
      '5',
      '6,active-low',
      '7',
    ]);
    await rows('line').nth(2).fill('mcp23017:5');
    assert.equal(await saved('plug', 'line'), '5; 6,active-low; mcp23017:5');
    await open('meter');
    for (const [index, address] of ['1', '2', '3'].entries()) await rows('unitId').nth(index).fill(address);
    assert.equal(await saved('meter', 'unitId'), '1; 2; 3');
  });

  it('say what is wrong with the rows', async () => {
    for (const wrong of ['5; 6', '5; 6; 7; 8', '5;; 7', '5; 6; GPIO 5']) {
      assert.match(String(await valid('plug', 'line', wrong)), /\S+ \S+/, wrong);
    }
    assert.equal(await valid('plug', 'line', '5; 6; mcp23017:5'), true);
    assert.equal(await valid('relay', 'feedbackLine', '9;;10'), true);
    for (const wrong of ['9; 10', '9;; 09'])
      assert.match(String(await valid('relay', 'feedbackLine', wrong)), /\S+ \S+/);
    for (const wrong of ['', '1; 2', '1; 2; 248', '1; 2; 2'])
      assert.match(String(await valid('meter', 'unitId', wrong)), /\S+ \S+/, wrong);
    assert.equal(await valid('meter', 'unitId', '1; 2; 247'), true);
  });

  it('say what came of a try in the words of the editor, whatever Node-RED itself speaks', async () => {
    await open('plug');
    const row = page.locator('[data-try=look]');
    await row.locator('button').click();
    await row.locator('[role=status]', { hasText: /^1: no vehicle · 2: .+ · 3: no vehicle$/ }).waitFor();
    await saved('plug', 'line');
  });

  it('say why nothing could be tried, in the words of the station where the node has none', async () => {
    await open('direct');
    const row = page.locator('[data-try=guard]');
    await row.locator('button').click();
    await row.locator('[role=status]', { hasText: /^"Line" holds "30; 31"/ }).waitFor();
    await saved('direct', 'line');
  });

  it('leave what Node-RED itself says in its own language, states too', async () => {
    await page.locator('.red-ui-flow-node-status-label', { hasText: /^空闲$/ }).waitFor();
  });

  describe('have typed inputs where a value may come from outside', () => {
    const typed = (id: string, setting: string) => page.locator(`#node-${id}input-${setting}-typed-field`);
    const openStation = async () => {
      await page.evaluate(`RED.editor.editConfig('', 'charging station', 'station')`);
      await me.atRest('node-config');
    };
    const station = async () => {
      await page.locator('#node-config-dialog-ok').click();
      await page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
      const wanted = ['station', 'outlets', 'unit', 'step', 'driver'];
      return page.evaluate(`(({ ${wanted} }) => ({ ${wanted} }))(RED.nodes.node('station'))`);
    };

    it('that hold what was saved, and save it as it was', async () => {
      await page.evaluate(`Object.assign(RED.nodes.node('station'), { step: '\${STATION_STEP}', unit: '$(MY_UNIT)' })`);
      await openStation();
      assert.equal(await typed('config-', 'station').inputValue(), 'CP-1');
      assert.equal(await typed('config-', 'step').inputValue(), 'STATION_STEP');
      assert.equal(await typed('config-', 'unit').inputValue(), 'MY_UNIT');
      const before = {
        station: 'CP-1',
        outlets: '3',
        unit: '$(MY_UNIT)',
        step: variable('STATION_STEP'),
        driver: 'simulated',
      };
      assert.deepEqual(await station(), before);
    });

    it('that offer the setting’s own variable, and take another', async () => {
      await openStation();
      await me.chooseType('station', 'env');
      assert.equal(await typed('config-', 'station').inputValue(), 'STATION_ID');
      await me.chooseType('driver', 'env');
      assert.equal(await typed('config-', 'driver').inputValue(), 'GPIO_DRIVER');
      await typed('config-', 'driver').fill('A_DRIVER');
      await me.chooseType('step', 'number');
      await typed('config-', 'step').fill('60');
      await me.chooseType('unit', 'choice');
      const after = {
        station: variable('STATION_ID'),
        outlets: '3',
        unit: 'min',
        step: '60',
        driver: variable('A_DRIVER'),
      };
      assert.deepEqual(await station(), after);
      await page.evaluate(`Object.assign(RED.nodes.node('station'), { station: 'CP-1', driver: 'simulated' })`);
    });

    it('that say what is wrong beside the field, to eyes and to screen readers', async () => {
      await openStation();
      const step = typed('config-', 'step');
      await step.fill('0.5');
      await step.press('Tab');
      const [, wrong] = ((await step.getAttribute('aria-describedby')) ?? '').split(' ');
      assert.match(await page.locator(`#${wrong}`).innerText(), /A whole number from 1/);
      assert.equal(await step.getAttribute('aria-invalid'), 'true');
      assert.equal(await page.getByRole('textbox', { name: 'Step' }).inputValue(), '0.5');
      await step.fill('30');
      await step.press('Tab');
      assert.equal(await page.locator(`#${wrong}`).isVisible(), false);
      await station();
    });

    it('of pins too: a row an outlet, or a variable for all', async () => {
      await open('plug');
      assert.equal(await rows('line').count(), 3);
      await me.chooseType('line', 'env');
      assert.equal(await rows('line').count(), 0);
      assert.equal(await typed('', 'line').inputValue(), 'VEHICLE_LINE');
      assert.equal(await saved('plug', 'line'), variable('VEHICLE_LINE'));
      await open('plug');
      await me.chooseType('line', 'text');
      for (const [index, line] of ['5', '6,active-low', 'mcp23017:5'].entries())
        await rows('line').nth(index).fill(line);
      assert.equal(await saved('plug', 'line'), '5; 6,active-low; mcp23017:5');
    });
  });

  describe('show the header beside each pin', () => {
    const opener = (row: number) => page.locator('[aria-controls^=offline-charging-header]:visible').nth(row);
    const panel = () => page.locator('[id^=offline-charging-header]');
    const pin = (name: string) => panel().getByRole('button', { name: new RegExp(`^${name}, pin`) });
    const label = async (name: string) => (await pin(name).getAttribute('aria-label')) ?? '';
    const isOff = async (name: string) => (await pin(name).getAttribute('aria-disabled')) === 'true';
    const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")') as Promise<string>;

    before(async () => {
      // Not deployed: what other nodes of the workspace name counts as it stands there.
      await page.evaluate(
        `Object.assign(RED.nodes.node('relay'), { through: 'direct', line: '22; 23; 24', name: 'contactors' })`,
      );
      writeFileSync(join(editor.folder, 'pins/18'), '1');
      await open('plug');
      await opener(1).click();
      await until('a level is read', async () => (await label('GPIO18')).includes('level 1'));
    });

    it('with what is taken and by whom, what is reserved, and what stands on the wires', async () => {
      assert.equal(
        await panel()
          .getByRole('button', { name: /, pin \d+/ })
          .count(),
        40,
      );
      const taken = { GPIO5: /taken: Outlet 1/, GPIO22: /taken: contactors/, GPIO2: /reserved/, GPIO0: /reserved/ };
      for (const [name, words] of Object.entries(taken)) {
        assert.match(await label(name), words);
        assert.equal(await isOff(name), true, name);
      }
      for (const name of ['GPIO18', 'GPIO27']) assert.equal(await isOff(name), false, name);
      assert.match(await label('GPIO6'), /chosen/);
      assert.equal(await pin('GPIO6').getAttribute('aria-pressed'), 'true');
      writeFileSync(join(editor.folder, 'pins/18'), '0');
      await until('it is read again', async () => (await label('GPIO18')).includes('level 0'));
    });

    it('for keys alone, and for whoever hears it read out', async () => {
      assert.match(await focused(), /^GPIO6, pin 31, chosen/);
      await page.keyboard.press('ArrowDown');
      assert.match(await focused(), /^GPIO13, pin 33, free/);
      await page.keyboard.press('ArrowRight');
      assert.match(await focused(), /^GND, pin 34/);
      await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core') });
      const { violations } = (await page.evaluate(
        `axe.run(document.querySelector('[id^=offline-charging-header]'))`,
      )) as { violations: { id: string }[] };
      assert.deepEqual(
        violations.map(({ id }) => id),
        [],
      );
      await page.keyboard.press('Escape');
      assert.equal(await panel().count(), 0);
      assert.match(await focused(), /header/i);
    });

    it('and take the one that is chosen into the row, with its level', async () => {
      await opener(1).click();
      await pin('GPIO22').dispatchEvent('click');
      assert.equal(await rows('line').nth(1).inputValue(), '6,active-low', 'a pin that is taken');
      await pin('GPIO27').click();
      assert.equal(await panel().count(), 0);
      assert.equal(await saved('plug', 'line'), '5; GPIO27,active-low; mcp23017:5');
    });
  });
});
