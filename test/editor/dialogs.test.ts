// Every setting of every dialog, tried through the editor's own validation: Node-RED takes a validator's sentence as an
// error only when the function has two parameters, and nothing but the editor itself shows which are heard.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';

/** Of a setting with a validator: what it must refuse, and what it must take; other settings go along. */
interface Tried {
  readonly wrong: readonly unknown[];
  readonly right: readonly unknown[];
  readonly with?: Readonly<Record<string, unknown>>;
}

/** A variable of the environment, as it stands in a dialog. */
const variable = (name: string) => `\${${name}}`;

const upTo = (least: number, most: number): Tried => ({
  wrong: ['x', least - 1, most + 1, `${most}0`, '1e', '5,5'],
  right: ['', least, most, String(least), variable('A_VARIABLE')],
});
const whole = (least: number, most: number): Tried => {
  const tried = upTo(least, most);
  return { ...tried, wrong: [...tried.wrong, least + 0.5] };
};
const needed = (setting: string, choice: string, right: string): Tried => ({
  wrong: ['', '  '],
  right: [right, variable('A_VARIABLE')],
  with: { [setting]: choice },
});
/** One of a list. */
const oneOf = (...right: readonly string[]): Tried => ({ wrong: ['nothing', 'toString'], right });
/** One that a variable may say. */
const oneOrVariable = (...right: readonly string[]) => oneOf(...right, variable('A_VARIABLE'));
const limit = { wrong: ['x', '-1', '1.5', '12345678'], right: ['', '0', '600', variable('A_VARIABLE')] };

const stationOrMessage = { wrong: ['CP 1', '-a', 'a-', 'CP#1'], right: ['', 'CP-0001', variable('STATION_ID')] };

const SETTINGS: Readonly<Record<string, Readonly<Record<string, Tried>>>> = {
  'charging station': {
    station: {
      wrong: ['', 'CP 1', '-a', 'CP#1', 'a'.repeat(65)],
      right: ['CP-0001', '深圳-A61', variable('STATION_ID')],
    },
    unit: oneOrVariable('min', 'Wh'),
    layout: oneOrVariable('compact', 'wide'),
    sequence: oneOrVariable('clock', 'counter'),
    driver: oneOrVariable('auto', 'simulated'),
    language: oneOrVariable('en', 'zh-CN'),
    step: whole(1, 1_000_000),
    slotSeconds: whole(60, 86_400),
    outlets: whole(1, 20),
    keepSessions: whole(1, 1_000_000),
  },
  'detect vehicle': {
    by: oneOf('contact', 'pilot', 'load'),
    converter: { ...oneOf('mcp3008', 'ads1115'), with: { by: 'pilot' } },
    line: needed('by', 'contact', 'GPIO17'),
    openMs: upTo(0, 60_000),
    closeMs: upTo(0, 60_000),
    address: whole(0, 127),
    channel: whole(0, 7),
    offeredA: { wrong: ['x', 5, 81, '-6'], right: ['', '0', 6, 80, variable('A_VARIABLE')] },
    leastPowerW: upTo(0, 100_000),
    startSeconds: upTo(1, 3600),
    goneSeconds: upTo(1, 86_400),
  },
  'control relay': {
    through: oneOf('guard', 'direct'),
    line: needed('through', 'direct', '27'),
    // Of several outlets, below.
    feedbackLine: { wrong: [], right: ['', 'GPIO5', variable('FEEDBACK_LINE')] },
    leastSeconds: upTo(0, 86_400),
    mostClosings: whole(0, 1000),
    windowMinutes: { wrong: ['x', 0, 1441], right: ['', 0.1, 1440, variable('A_VARIABLE')] },
    longestHours: upTo(0, 1000),
  },
  'read keypad': {
    keypad: oneOrVariable('touch', 'matrix', 'usb'),
    rows: needed('keypad', 'matrix', '5,6,13,19'),
    columns: needed('keypad', 'matrix', '12,16,20'),
  },
  'read meter': {
    meter: oneOrVariable('none', 's0', 'modbus', 'simulated', 'unset'),
    model: { ...oneOrVariable('sdm120'), with: { meter: 'modbus' } },
    line: needed('meter', 's0', '22'),
    impulsesPerKwh: upTo(1, 100_000),
    port: needed('meter', 'modbus', '/dev/ttyUSB0'),
    unitId: whole(1, 247),
    baudRate: whole(300, 1_000_000),
    highestPowerW: upTo(1, 1_000_000),
    simulatedPowerW: upTo(0, 1_000_000),
  },
  'run session': {
    highestPowerW: upTo(1, 1_000_000),
    highestCurrentA: upTo(1, 1000),
    stationPowerW: upTo(1, 10_000_000),
    outletPowerW: upTo(1, 1_000_000),
  },
  'show display': { display: oneOrVariable('page', '16x2', '20x4'), address: whole(0, 127) },
  'verify code': { redeem: oneOf('now', 'session') },
  'simulate station': { does: oneOf('keys', 'plug', 'state') },
  'code issuer': {
    alarmWebhook: {
      wrong: ['example.com', 'ftp://example.com', 'https://'],
      right: ['', 'https://example.com/alarms', variable('ALARM_WEBHOOK')],
    },
    ledger: {
      wrong: ['mysql://x', 'ledger.sqlite', 'sqlite:'],
      right: ['', 'sqlite:/data/l.sqlite', 'postgres://u@h/d', variable('DATABASE_URL')],
    },
    publicCharging: oneOrVariable('no', 'yes'),
    payment: oneOrVariable('no', 'stripe', 'adapter'),
    limitsIn: oneOrVariable('memory', 'database'),
    limitClient: limit,
    limitVisitor: limit,
    limitStation: limit,
    paymentAddress: {
      wrong: ['adapter', 'ftp://x', 'https://'],
      right: ['', 'https://adapter.example', variable('PAYMENT_ADDRESS')],
    },
    vatPercent: { wrong: ['x', '-1', '100', '1.234'], right: ['', '0', '19', '8.1', variable('VAT_PERCENT')] },
  },
  'take payment': { does: oneOf('request', 'hear') },
  'admit request': { call: oneOf('requestCharging') },
  'manage ledger': { does: oneOf('', 'listStations') },
  'issue code': {
    does: oneOf('issue', 'service'),
    station: stationOrMessage,
  },
  'settle receipt': { station: stationOrMessage },
  'read report': { station: stationOrMessage },
};

interface Validated {
  readonly valid: boolean;
  readonly said: string;
}

describe('the dialogs, through the editor’s own validation', function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  before(async () => {
    [editor, browser] = await Promise.all([Editor.start(), launchBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await editor.open(page);
  });
  after(async () => {
    await browser?.close();
    await editor?.end();
  });

  /** All else in the dialog is right, so that what is said is about the one setting. */
  const others = (type: string) =>
    Object.fromEntries(
      Object.entries(SETTINGS[type]!).map(([name, { right }]) => [name, right.find((value) => value !== '')]),
    );

  /** What the editor makes of one setting. */
  function validated(type: string, settings: Readonly<Record<string, unknown>>, tried: string): Promise<Validated> {
    return page.evaluate(
      `((type, settings, tried) => {
        const { defaults, category } = RED.nodes.getType(type);
        const node = { id: RED.nodes.id(), type, ...(category !== 'config' && { z: RED.workspaces.active(), x: 0, y: 0, wires: [] }) };
        for (const [name, { value }] of Object.entries(defaults)) node[name] = value;
        const { nodes } = RED.nodes.import([{ ...node, ...settings }], { generateIds: false });
        const [made] = nodes;
        RED.editor.validateNode(made);
        const label = defaults[tried].label ?? tried;
        const found = (made.validationErrors ?? []).filter((one) => one === label || !Object.hasOwn(defaults, one));
        RED.nodes.remove(made.id);
        return { valid: found.length === 0, said: found.join(' ') };
      })(${JSON.stringify(type)}, ${JSON.stringify(settings)}, ${JSON.stringify(tried)})`,
    );
  }

  const described = () =>
    page.evaluate(`(() => {
      const found = {};
      for (const type of ${JSON.stringify(TYPES)}) {
        const { defaults, credentials = {} } = RED.nodes.getType(type);
        for (const [name, rule] of [...Object.entries(defaults), ...Object.entries(credentials)]) {
          if (rule.validate) (found[type] ??= {})[name] = rule.validate.length;
        }
      }
      return found;
    })()`) as Promise<Record<string, Record<string, number>>>;

  it('each validator is of the kind whose sentence the editor hears, and each is tried below', async () => {
    const found = await described();
    for (const [type, rules] of Object.entries(found)) {
      for (const [name, parameters] of Object.entries(rules)) {
        assert.equal(parameters, 2, `${type}: ${name}`);
        // Credentials are never in what can be imported.
        if (!CREDENTIALS.has(name)) assert.ok(SETTINGS[type]?.[name], `${type}: ${name} is not tried`);
      }
    }
    for (const [type, settings] of Object.entries(SETTINGS)) {
      for (const name of Object.keys(settings)) assert.ok(found[type]?.[name], `${type}: ${name} has no validator`);
    }
  });

  it('are Chinese where the editor is: the palette’s category, a station to be added, choices, and what is wrong', async () => {
    const chinese = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await chinese.addInitScript("localStorage.setItem('editor-language', 'zh-CN')");
    await editor.open(chinese);
    await chinese.locator('#red-ui-palette-header-offline_charging', { hasText: '离线充电' }).waitFor();
    await chinese.evaluate(`(() => {
      const z = RED.workspaces.active();
      RED.nodes.import([{ id: 'zh', type: 'control relay', version: 1, z, x: 99, y: 99, wires: [[], []] }], { generateIds: false });
      RED.editor.edit(RED.nodes.node('zh'));
    })()`);
    await chinese.locator('#node-dialog-ok').waitFor();
    assert.match(await chinese.locator('#node-input-station option').first().innerText(), /充电桩/);
    assert.match(await chinese.locator('#node-input-feedbackActiveLow-typed-choice').innerText(), /1 表示闭合/);
    await chinese.locator('#node-input-leastSeconds-typed-field').fill('-1');
    await chinese.locator('#node-input-leastSeconds-typed-field').press('Tab');
    await chinese.locator('#node-input-leastSeconds-typed-wrong', { hasText: /[一-龥]/ }).waitFor();
    await chinese.close();
  });

  for (const [type, settings] of Object.entries(SETTINGS)) {
    for (const [name, { wrong, right, with: along }] of Object.entries(settings)) {
      it(`${type}: ${name} is refused with a sentence when it is wrong, and taken when it is right`, async () => {
        for (const value of wrong) {
          const { valid, said } = await validated(type, { ...others(type), ...along, [name]: value }, name);
          assert.equal(valid, false, `${JSON.stringify(value)} is taken`);
          assert.match(said, /\S+ \S+/, `${JSON.stringify(value)}: no sentence`);
        }
        for (const value of right) {
          const { said } = await validated(type, { ...others(type), ...along, [name]: value }, name);
          assert.equal(said, '', JSON.stringify(value));
        }
      });
    }
  }
});

describe('the dialogs of a station with several outlets', function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
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
    ];
    const env = { STATION_KEY: '5a'.repeat(32) };
    const starting = Editor.start([tab, station, ...nodes], env, undefined, `lang: 'zh-CN'`);
    [editor, browser] = await Promise.all([starting, launchBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
    await editor.open(page);
  });
  after(async () => {
    await browser?.close();
    await editor?.end();
  });

  const rows = (setting: string) => page.locator(`[data-rows=${setting}] input`);
  const open = async (id: string) => {
    await page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
    await page.locator('#node-dialog-ok').waitFor();
    // Once it has slid in, it takes the focus from whatever had it.
    await page.locator('.red-ui-tray-body :focus').waitFor();
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

  describe('have typed inputs where a value may come from outside', () => {
    const typed = (id: string, setting: string) => page.locator(`#node-${id}input-${setting}-typed-field`);
    const types = (setting: string) =>
      page
        .locator('.form-row')
        .filter({ has: page.locator(`[id$="input-${setting}"]`) })
        .locator('.red-ui-typedInput-type-select');
    const chooseType = async (setting: string, type: string) => {
      const option = page.locator(`.red-ui-typedInput-options:visible a[value=${type}]`);
      // A dialog that is still sliding in shuts what was opened too early.
      await until('the types are offered', async () => {
        if (!(await option.isVisible())) await types(setting).click();
        return option.isVisible();
      });
      await option.click();
    };
    const openStation = async () => {
      await page.evaluate(`RED.editor.editConfig('', 'charging station', 'station')`);
      await page.locator('#node-config-dialog-ok').waitFor();
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
      await chooseType('station', 'env');
      assert.equal(await typed('config-', 'station').inputValue(), 'STATION_ID');
      await chooseType('driver', 'env');
      assert.equal(await typed('config-', 'driver').inputValue(), 'GPIO_DRIVER');
      await typed('config-', 'driver').fill('A_DRIVER');
      await chooseType('step', 'number');
      await typed('config-', 'step').fill('60');
      await chooseType('unit', 'choice');
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
      await chooseType('line', 'env');
      assert.equal(await rows('line').count(), 0);
      assert.equal(await typed('', 'line').inputValue(), 'VEHICLE_LINE');
      assert.equal(await saved('plug', 'line'), variable('VEHICLE_LINE'));
      await open('plug');
      await chooseType('line', 'text');
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

const CREDENTIALS: ReadonlySet<string> = new Set(['masterKey', 'alarmSecret', 'key']);

const TYPES = [
  ...['charging station', 'read keypad', 'verify code', 'detect vehicle', 'read meter', 'run session'],
  ...['control relay', 'show display', 'simulate station'],
  ...['code issuer', 'admit request', 'take payment', 'issue code', 'settle receipt', 'read report', 'manage ledger'],
];
