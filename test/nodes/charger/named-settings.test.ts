// A setting that can't be is named as the dialog names it, by the programs as by the editor: who reads the log finds the
// field, and the pin in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GpioError } from '../../../hardware/gpio/errors.ts';
import { notPulledUp } from '../../../hardware/gpio/pull-up.ts';
import { modbus as modbusKind } from '../../../hardware/meter/modbus.ts';
import { s0 } from '../../../hardware/meter/s0.ts';
import { Lines } from '../../../nodes/charging-station/lines.ts';
import type { ChargingStation } from '../../../nodes/charging-station/station-user.ts';
import { planRelay } from '../../../nodes/control-relay/settings.ts';
import { planContact, planPilot, sourceOf } from '../../../nodes/detect-vehicle/settings.ts';
import { openKeypad } from '../../../nodes/read-keypad/settings.ts';
import { meterOf, openMeter } from '../../../nodes/read-meter/settings.ts';
import { SETTINGS as runSession } from '../../../nodes/run-session/settings.ts';
import type { RED, RedNode } from '../../../nodes/shared/red.ts';
import { setting } from '../../../nodes/shared/settings.ts';
import { MOST_CHARACTERS, Status } from '../../../nodes/shared/status.ts';
import { SETTINGS as showDisplay } from '../../../nodes/show-display/settings.ts';

const nodes = new URL('../../../nodes/', import.meta.url).pathname;
type Tree = { readonly [key: string]: string | Tree };
const catalogue = (name: string, language: string): Tree =>
  JSON.parse(readFileSync(join(nodes, name, 'locales', language, `${name}.json`), 'utf8'));

/** Looks words up as Node-RED does: a node's own catalogue, or that of a named namespace; gaps are filled. */
function wordsOf(name: string, language: string): RED['_'] {
  return (key: string, values: object = {}) => {
    const [namespace, path] = key.includes(':') ? key.split(':') : ['', key];
    const file = namespace === '' ? name : namespace!.replace('@offline-charging/node-red/', '');
    let at: string | Tree | undefined = catalogue(file, language);
    for (const part of path!.split('.')) at = typeof at === 'object' ? at[part] : undefined;
    if (typeof at !== 'string') return key;
    return at.replace(/__(\w+?)__/g, (_gap, gap: string) => String((values as Record<string, unknown>)[gap] ?? ''));
  };
}

interface Said {
  readonly sentence: string;
  readonly status: string;
}

function said(name: string, language: string, error: unknown): Said {
  let status = '';
  const node = { status: (shown: { text?: string }) => (status = shown.text ?? '') } as unknown as RedNode;
  const words = new Status({ _: wordsOf(name, language) } as unknown as RED, node, name);
  words.failed(error);
  return { sentence: words.wordsFor(error), status };
}

const charging = { plan: { driver: 'simulated', settings: { unit: 'min' } } } as unknown as ChargingStation;
const meter = (config: object) => openMeter(config as never, s0, charging, {} as never, {} as never);
const modbus = (config: object) => openMeter(config as never, modbusKind, charging, {} as never, {} as never);
const keypad = (config: object) => openKeypad({ keypad: 'matrix', ...config } as never, charging, {} as never);
const contact = (config: object) => planContact({ line: 'vehicle', ...config } as never);
const relay = (config: object) => planRelay({ through: 'direct', line: 'relay', ...config } as never);

const relayAt = (config: object) =>
  planRelay({ through: 'direct', line: '1;2;3', ...config } as never, { outlet: 3, outlets: 3 });

/** Node, setting, what it holds, and the program that reads it. */
const WRONG: readonly (readonly [string, string, string, (config: object) => unknown])[] = [
  ['detect-vehicle', 'by', 'magic', (config) => sourceOf(config as never)],
  ['detect-vehicle', 'line', '', contact],
  ['detect-vehicle', 'line', 'GPIO17,active-hgih', contact],
  ['detect-vehicle', 'line', '17;27', contact],
  ['detect-vehicle', 'line', '17; 27', (config) => planContact(config as never, { outlet: 1, outlets: 3 })],
  ['control-relay', 'feedbackLine', '5; GPIO 6', (config) => relayAt(config)],
  ['detect-vehicle', 'activeLow', 'ture', contact],
  ['detect-vehicle', 'pull', 'sideways', contact],
  ['detect-vehicle', 'openMs', 'soon', contact],
  ['detect-vehicle', 'closeMs', '-1', contact],
  ['detect-vehicle', 'converter', 'mcp9999', (config) => planPilot(config as never)],
  ['detect-vehicle', 'channel', '8', (config) => planPilot(config as never)],
  ['detect-vehicle', 'channel', '0.5', (config) => planPilot(config as never)],
  ['detect-vehicle', 'offeredA', '5', (config) => planPilot(config as never)],
  ['control-relay', 'line', '', relay],
  ['control-relay', 'line', 'GPIO 27 on', relay],
  ['control-relay', 'activeLow', 'ture', relay],
  ['control-relay', 'feedbackLine', 'GPIO5 high', relay],
  ['control-relay', 'feedbackActiveLow', 'maybe', (config) => relay({ feedbackLine: 'GPIO5', ...config })],
  ['control-relay', 'leastSeconds', 'abc', relay],
  ['control-relay', 'mostClosings', '-3', relay],
  ['control-relay', 'windowMinutes', 'abc', relay],
  ['control-relay', 'longestHours', 'abc', relay],
  ['read-meter', 'meter', 'gas', (config) => meterOf(config as never, charging)],
  ['read-meter', 'line', '', meter],
  ['read-meter', 'activeLow', 'ture', (config) => meter({ line: 'GPIO22', ...config })],
  ['read-meter', 'highestPowerW', '0', meter],
  ['read-meter', 'port', '', modbus],
  ['read-meter', 'model', 'sdm999', (config) => modbus({ port: '/dev/ttyUSB0', ...config })],
  ['read-meter', 'unitId', '248', (config) => modbus({ port: '/dev/ttyUSB0', ...config })],
  ['read-keypad', 'keypad', 'drum', (config) => openKeypad(config as never, charging, {} as never)],
  ['read-keypad', 'rows', '5,6,$', keypad],
  ['read-keypad', 'rows', '5,6', keypad],
  ['read-keypad', 'columns', '12', (config) => keypad({ rows: '5,6,13,19', ...config })],
  ['run-session', 'highestPowerW', '0', (config) => setting(config, runSession, 'highestPowerW')],
  ['show-display', 'address', '128', (config) => setting(config, showDisplay, 'address')],
];

describe('a setting that cannot be', () => {
  for (const [name, setting, value, read] of WRONG) {
    it(`is named by the label of its field: ${name}, ${setting} = "${value}"`, async () => {
      const error = await (async () => read({ [setting]: value }))().then(
        () => assert.fail('it is taken'),
        (thrown: unknown) => thrown,
      );
      for (const language of ['en-US', 'zh-CN']) {
        const label = wordsOf(name, language)(`${name}.label.${setting}`);
        const quoted = language === 'en-US' ? `"${label}"` : `“${label}”`;
        const { sentence, status } = said(name, language, error);
        assert.ok(sentence.includes(quoted), `${language}: ${sentence}`);
        // Of rows and columns how many there are is said, which is what is wrong.
        if (value !== '' && !/^bad-lines$/.test((error as { code: string }).code))
          assert.ok(sentence.includes(value), `${language}: ${sentence}`);
        assert.doesNotMatch(sentence, /__|对话框中有/);
        assert.ok([...status].length <= MOST_CHARACTERS && !status.includes('…'), status);
        if (!/^bad-lines$/.test((error as { code: string }).code)) assert.ok(status.includes(label), status);
      }
    });
  }

  it('is named by its variable where that holds it, and so is one that stays empty', () => {
    process.env.VEHICLE_ACTIVE_LOW = 'ture';
    try {
      let thrown: unknown;
      try {
        contact({ activeLow: 'ture' });
      } catch (error) {
        thrown = error;
      }
      const { sentence, status } = said('detect-vehicle', 'en-US', thrown);
      assert.equal(sentence, '"ture" in VEHICLE_ACTIVE_LOW says no level: true or false.');
      assert.match(status, /^VEHICLE_ACTIVE_LOW/);
    } finally {
      delete process.env.VEHICLE_ACTIVE_LOW;
    }
    try {
      contact({ line: '' });
    } catch (error) {
      assert.match(said('detect-vehicle', 'en-US', error).sentence, /into "Line" in the dialog.*VEHICLE_LINE/);
    }
  });
});

describe('a GPIO line that cannot be had', () => {
  for (const [code, consumer, user] of [
    ['line-unknown', 'vehicle', 'vehicle'],
    ['line-busy', 'relay feedback', 'relay-feedback'],
    ['line-ambiguous', 'keypad', 'keypad'],
    ['no-pull', 'meter', 'meter'],
  ] as const) {
    it(`is named, with whose it is: ${code}`, async () => {
      const gpio = {
        name: 'gpiod',
        description: 'gpiod',
        setsPulls: true,
        input: () => {
          throw code === 'no-pull'
            ? notPulledUp({ name: 'onoff' } as never, 'GPIO22')
            : new GpioError(code, 'what the driver says');
        },
        output: () => assert.fail(),
      };
      const watched = new Lines(() => assert.fail()).watch(gpio as never);
      const error = await watched.input('GPIO22', { consumer, onChange: () => {}, onLost: () => {} } as never).then(
        () => assert.fail('it opens'),
        (thrown: unknown) => thrown,
      );
      for (const language of ['en-US', 'zh-CN']) {
        const { sentence, status } = said('detect-vehicle', language, error);
        const whose = wordsOf('charging-station', language)(`charging-station.line.${user}`);
        assert.ok(sentence.includes('GPIO22') && sentence.includes(whose), sentence);
        assert.ok(status.includes('GPIO22') && [...status].length <= MOST_CHARACTERS, status);
      }
    });
  }
});

describe('a setting of the station that cannot be', () => {
  for (const language of ['en-US', 'zh-CN']) {
    it(`is named by the label of its field in ${language}`, () => {
      const { errors, label } = catalogue('charging-station', language)['charging-station'] as {
        readonly [part: string]: Readonly<Record<string, string>>;
      };
      for (const [code, setting] of Object.entries({
        'bad-unit': 'unit',
        'bad-step': 'step',
        'bad-layout': 'layout',
        'bad-sequence': 'sequence',
        'bad-slot': 'slotSeconds',
        'bad-keep': 'keepSessions',
        'bad-driver': 'driver',
        'bad-station-key': 'key',
      })) {
        const quoted = language === 'en-US' ? `"${label![setting]}"` : `“${label![setting]}”`;
        assert.ok(errors![code]!.includes(quoted), `${code}: ${errors![code]}`);
      }
    });
  }
});
