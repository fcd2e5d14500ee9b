// Every setting of every dialog, tried through the editor's own validation: Node-RED takes a validator's sentence as an
// error only when the function has two parameters, and nothing but the editor itself shows which are heard.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';

const root = new URL('../../', import.meta.url).pathname;

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
    // As saved: 0.1.0 took shorter ones.
    slotSeconds: whole(1, 86_400),
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
      // A password would leave with an exported flow.
      wrong: ['mysql://x', 'ledger.sqlite', 'sqlite:', 'postgres://u:pw@h/d', 'postgresql://u@h/d?password=pw'],
      right: ['', 'sqlite:/data/l.sqlite', 'postgres://u@h1:5432,h2:5432/d', variable('DATABASE_URL')],
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

/** All nodes of all examples, once each, with nothing that runs. */
function examples(): readonly object[] {
  const nodes = globSync('nodes/*/examples/*.json', { cwd: root }).flatMap(
    (file) => JSON.parse(readFileSync(`${root}${file}`, 'utf8')) as { id: string; type: string }[],
  );
  const once = new Map(nodes.map((node) => [node.id, node]));
  return [...once.values()].map((node) => (node.type === 'tab' ? { ...node, disabled: true } : node));
}

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
    [editor, browser] = await Promise.all([Editor.start(examples()), launchBrowser()]);
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
        const found = (made.validationErrors ?? []).filter((one) => one.startsWith(defaults[tried].label + ': '));
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

  it('no line of a node’s help is wider than the sidebar', async () => {
    await page.evaluate("RED.sidebar.show('help')");
    for (const type of TYPES) {
      await page.evaluate(`RED.sidebar.help.show(${JSON.stringify(type)})`);
      const help = page.locator('.red-ui-help:visible', { hasText: type }).last();
      const wide = await help.evaluate((shown) =>
        [...shown.querySelectorAll<HTMLElement>('*')]
          .filter((one) => one.getBoundingClientRect().right > shown.getBoundingClientRect().right + 1)
          .map(({ innerText }) => innerText),
      );
      assert.deepEqual(wide, [], type);
    }
  });

  it('no two nodes of an example lie on each other, as wide as the editor draws them', async () => {
    const found = await page.evaluate(`(async () => {
      const tabs = [];
      RED.nodes.eachWorkspace(({ id, label }) => tabs.push({ id, label }));
      const touching = [];
      for (const { id, label } of tabs) {
        RED.workspaces.show(id);
        await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
        const nodes = RED.nodes.filterNodes({ z: id });
        if (nodes.some(({ w }) => !(w > 0))) touching.push(label + ': not drawn');
        nodes.forEach((one, at) => nodes.slice(at + 1).forEach((other) => {
          const apart = Math.abs(one.x - other.x) - (one.w + other.w) / 2;
          const below = Math.abs(one.y - other.y) - (one.h + other.h) / 2;
          if (apart < 8 && below < 0) touching.push(label + ': ' + [one, other].map(({ name, type }) => name || type).join(', '));
        }));
      }
      return { tabs: tabs.length, touching };
    })()`);
    assert.deepEqual(found, { tabs: 9, touching: [] });
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

const CREDENTIALS: ReadonlySet<string> = new Set(['masterKey', 'alarmSecret', 'key']);

const TYPES = [
  ...['charging station', 'read keypad', 'verify code', 'detect vehicle', 'read meter', 'run session'],
  ...['control relay', 'show display', 'simulate station'],
  ...['code issuer', 'admit request', 'take payment', 'issue code', 'settle receipt', 'read report', 'manage ledger'],
];
