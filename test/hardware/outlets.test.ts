// What a station with several outlets says of each: lists with a row an outlet, and the pins that follow from them.
import assert from 'node:assert/strict';
import { writePin } from '../../hardware/gpio/pin.ts';
import { modbus } from '../../hardware/meter/modbus.ts';
import { outletsOf } from '../../hardware/relay/relay-pins.ts';
import { everyOutlet, forOutlet, readSettings, type SettingError, type Settings } from '../../hardware/settings.ts';
import { FEEDBACK_PIN, PLUG_PIN, readStationPins, sharedLine } from '../../hardware/station-pins.ts';

/** What each outlet reads of a table. */
const each = (outlets: number, table: Settings, said: Readonly<Record<string, string>>) =>
  everyOutlet(outlets).map((at) => {
    const source = (name: string) => (said[name] === undefined ? undefined : { text: said[name] });
    try {
      return readSettings(table, forOutlet(at, table, source)) as Record<string, unknown>;
    } catch (error) {
      return `${(error as SettingError).code}: ${(error as SettingError).values.takes}`;
    }
  });

describe('a setting with a row for each outlet', () => {
  it('gives each outlet its own, with the level that its row says', () => {
    const [first, second, third] = each(3, PLUG_PIN, { line: 'GPIO5; 6,active-low ；mcp23017:7,pull-up', pull: 'down' })
      .slice(0, 2)
      .concat(each(3, PLUG_PIN, { line: '5;6;7,pull-up' }).slice(2));
    assert.deepEqual(first, { line: { line: 'GPIO5', activeLow: false, pull: 'down' } });
    assert.deepEqual(second, { line: { line: '6', activeLow: true, pull: 'down' } });
    assert.deepEqual(third, { line: { line: '7', activeLow: false, pull: 'up' } });
  });

  it('is refused at every outlet where there is a row too few or too many, and where one line is named twice', () => {
    assert.deepEqual(each(2, PLUG_PIN, { line: '5' }), ['rows: 2', 'rows: 2']);
    assert.deepEqual(each(2, PLUG_PIN, { line: '5;6;7' }), ['rows: 2', 'rows: 2']);
    const [first, second, third] = each(3, PLUG_PIN, { line: '5;GPIO 5;6' });
    assert.deepEqual([first, second], ['row-twice: 1, 2', 'row-twice: 1, 2']);
    assert.deepEqual(third, { line: { line: '6', activeLow: false } });
    assert.deepEqual(each(2, PLUG_PIN, { line: '5;' })[1], 'row-empty: 2');
  });

  it('may leave an outlet without where not every outlet has one', () => {
    assert.deepEqual(
      each(3, FEEDBACK_PIN, { feedbackLine: '9;;10' }).map((one) => (one as { feedbackLine?: object }).feedbackLine),
      [{ line: '9', activeLow: false }, undefined, { line: '10', activeLow: false }],
    );
    assert.deepEqual(each(2, FEEDBACK_PIN, {}), [{ feedbackLine: undefined }, { feedbackLine: undefined }]);
  });

  it('asks for the address of each meter where there are several, and never takes the same for two', () => {
    const said = { port: '/dev/ttyUSB0' };
    const addresses = (unitId?: string) =>
      each(2, modbus.settings, unitId === undefined ? said : { ...said, unitId }).map((one) =>
        typeof one === 'string' ? one : one.unitId,
      );
    assert.deepEqual(addresses('1; 0x02'), [1, 2]);
    assert.deepEqual(addresses(), ['row-empty: 1', 'row-empty: 2']);
    assert.deepEqual(addresses('7;07'), ['row-twice: 1, 2', 'row-twice: 1, 2']);
    assert.deepEqual(addresses('1;248'), [1, 'bad-number: 1 … 247']);
  });
});

describe('the pins of a station with several outlets', () => {
  it('are a row an outlet in each variable, and say whose they are', () => {
    const { pins, refused } = readStationPins({
      RELAY_LINE: 'GPIO27,active-low; GPIO22; mcp23017:5',
      VEHICLE_LINE: '4;5;6',
      FEEDBACK_LINE: ';7;',
      METER: 's0',
      METER_LINE: '8;9;10',
    });
    assert.deepEqual(refused, []);
    assert.deepEqual(
      pins.map(({ setting, outlet, pin }) => `${setting} ${outlet} ${writePin(pin)}`),
      [
        ...['RELAY_LINE 1 GPIO27,active-low', 'RELAY_LINE 2 GPIO22', 'RELAY_LINE 3 mcp23017:5'],
        ...['VEHICLE_LINE 1 4', 'VEHICLE_LINE 2 5', 'VEHICLE_LINE 3 6', 'FEEDBACK_LINE 2 7'],
        ...['METER_LINE 1 8,active-low', 'METER_LINE 2 9,active-low', 'METER_LINE 3 10,active-low'],
      ],
    );
    assert.equal(sharedLine(pins), undefined);
  });

  it('are as many as STATION_OUTLETS says, else as there are relays', () => {
    assert.equal(outletsOf({}), 1);
    assert.equal(outletsOf({ RELAY_LINE: '1;2;3' }), 3);
    assert.equal(outletsOf({ RELAY_LINE: '1;2;3', STATION_OUTLETS: '12' }), 12);
    assert.equal(outletsOf({ GUARD_RELAYS: 'relay=27 relay-2=22 lamp=5' }), 2);
    const { refused } = readStationPins({ RELAY_LINE: '27;22', VEHICLE_LINE: '4;5', STATION_OUTLETS: '3' });
    assert.deepEqual(
      refused.map(({ message }) => message),
      ['RELAY_LINE', 'VEHICLE_LINE'].map((name, index) => {
        const value = ['27;22', '4; 5'][index];
        return `${name} holds "${value}": it takes one an outlet, 3 in all, semicolons between them.`;
      }),
    );
  });

  it('of which two are one are told by both names', () => {
    const { pins } = readStationPins({ RELAY_LINE: '27;22', VEHICLE_LINE: '4;GPIO22' });
    const { pin, other } = sharedLine(pins)!;
    assert.deepEqual([pin.setting, pin.outlet, other.setting, other.outlet], ['VEHICLE_LINE', 2, 'RELAY_LINE', 2]);
  });
});
