import assert from 'node:assert/strict';
import { writeProvisioning } from '../../../charging/codes/provisioning.ts';
import { chargerEnvironment, relayArguments } from '../../../flows/charger/environment.ts';
import {
  listening,
  stationVariables,
  stationVariablesSet,
  VariableError,
} from '../../../flows/launcher/environment.ts';

describe('the variables of the applications', () => {
  it('have the defaults that the README names', () => {
    assert.deepEqual(stationVariables({}), {
      station: 'CP-0001',
      unit: 'min',
      step: 30,
      layout: 'compact',
      sequence: 'clock',
      slotSeconds: 300,
      outlets: 1,
    });
    assert.deepEqual(listening('cloud', {}), { host: '127.0.0.1', port: 1880 });
    assert.deepEqual(listening('charger', {}), { host: '127.0.0.1', port: 1881 });
  });

  it('give a charger the same defaults where they are set to nothing', () => {
    const key = { STATION_KEY: 'ab'.repeat(32) };
    const names = ['RELAY_LINE', 'VEHICLE_LINE', 'RELAY_LEAST_SECONDS', 'RELAY_MOST_CLOSINGS', 'GPIO_DRIVER'] as const;
    const nothing = Object.fromEntries([...names, 'JOURNAL_FOLDER'].map((name) => [name, '']));
    assert.deepEqual(chargerEnvironment('auto', { ...key, ...nothing }), chargerEnvironment('auto', key));
    const given = chargerEnvironment('auto', key);
    assert.deepEqual(
      names.map((name) => given[name]),
      ['GPIO27', 'GPIO17', '10', '10', 'auto'],
    );
  });

  it('of a station with several outlets are wide codes and slots of two minutes, unless they are set', () => {
    const chosen = (env: NodeJS.ProcessEnv) => {
      const { layout, slotSeconds } = stationVariables(env);
      return [layout, slotSeconds];
    };
    assert.deepEqual(chosen({ STATION_OUTLETS: '1' }), ['compact', 300]);
    assert.deepEqual(chosen({ STATION_OUTLETS: '2' }), ['wide', 120]);
    assert.deepEqual(chosen({ STATION_OUTLETS: '20', STATION_LAYOUT: 'long', SLOT_SECONDS: '600' }), ['long', 600]);
    assert.deepEqual(chosen({ STATION_LAYOUT: 'wide' }), ['wide', 300]);
    // So that a station that is there already keeps its own.
    assert.deepEqual([...stationVariablesSet({ STATION_OUTLETS: '12' })], ['outlets']);
  });

  it('give a charger all that the one text of its provisioning says', () => {
    const text = writeProvisioning({
      ...{ station: 'CP-7', key: 'cd'.repeat(32), keyVersion: 2, unit: 'Wh', step: 500, layout: 'wide' },
      ...{ sequence: 'clock', slotSeconds: 120, outlets: 4, page: 'https://shop.example/sub/charge/CP-7', new: true },
    });
    const given = chargerEnvironment('simulated', { STATION_KEY: ` ${text}\n`, STATION_STEP: '30' });
    const { CLOUD_URL, STATION_ID, STATION_KEY, STATION_UNIT, STATION_STEP, STATION_LAYOUT, SLOT_SECONDS } = given;
    assert.deepEqual(
      [CLOUD_URL, STATION_ID, STATION_KEY, STATION_UNIT, STATION_STEP, STATION_LAYOUT, SLOT_SECONDS],
      ['https://shop.example/sub', 'CP-7', 'cd'.repeat(32), 'Wh', '500', 'wide', '120'],
    );
    assert.deepEqual([given.STATION_OUTLETS, given.STATION_KEY_NEW], ['4', 'true']);
    assert.equal(given.RELAY_LINE, 'relay; relay-2; relay-3; relay-4');
    assert.equal(given.VEHICLE_LINE, 'vehicle; vehicle-2; vehicle-3; vehicle-4');
    const relays = ['relay', 'relay-2', 'relay-3', 'relay-4'].flatMap((name) => ['--relay', `${name}=${name}`]);
    assert.deepEqual(relayArguments(given), relays);
    const real = (lines: object) => chargerEnvironment('auto', { STATION_KEY: text, ...lines });
    assert.throws(() => real({}), /RELAY_LINE holds "GPIO27": it takes one an outlet, 4 in all/);
    const RELAY_LINE = '22; 23,active-low; 24; 25';
    assert.throws(() => real({ RELAY_LINE, VEHICLE_LINE: '5;6;7' }), /VEHICLE_LINE holds "5; 6; 7".*4 in all/);
    assert.throws(() => real({ RELAY_LINE, VEHICLE_LINE: '5;6;7;GPIO5' }), /VEHICLE_LINE names "5" .*1, 4/);
    assert.throws(
      () => real({ RELAY_LINE, VEHICLE_LINE: '5;6;7;23' }),
      /VEHICLE_LINE takes another line than RELAY_LINE/,
    );
    const wired = real({ RELAY_LINE, VEHICLE_LINE: '5;6;7;8', FEEDBACK_LINE: '9;;;10' });
    assert.deepEqual(relayArguments(wired).slice(0, 4), ['--relay', 'relay=22', '--relay', 'relay-2=23,active-low']);
    assert.throws(
      () => chargerEnvironment('auto', { STATION_KEY: text.slice(0, 60) }),
      /^Error: STATION_KEY: This provisioning is cut off/,
    );
  });

  it('take station ids of any script, as the codes do', () => {
    for (const id of ['深圳-A61', 'eu:nl:315679', 'CP-0001']) {
      assert.equal(stationVariables({ STATION_ID: id }).station, id);
    }
  });

  for (const [name, value] of [
    ['STATION_ID', "CP'1"],
    ['STATION_ID', '../CP'],
    ['STATION_UNIT', 'kWh'],
    ['STATION_STEP', '0'],
    ['STATION_STEP', '1.5'],
    ['STATION_LAYOUT', 'wide-long'],
    ['STATION_OUTLETS', '0'],
    ['STATION_OUTLETS', '21'],
    ['STATION_SEQUENCE', 'time'],
    ['SLOT_SECONDS', '-1'],
  ] as const) {
    it(`refuse ${name}=${value}, naming the variable`, () => {
      assert.throws(
        () => stationVariables({ [name]: value }),
        (error) => error instanceof VariableError && error.message.startsWith(name),
      );
    });
  }

  describe('of a charger', () => {
    const station = { DATA_DIR: '/nowhere', STATION_KEY: '00'.repeat(32) };
    const matrix = {
      KEYPAD: 'matrix',
      KEYPAD_ROWS: 'GPIO5,GPIO6,GPIO13,GPIO19',
      KEYPAD_COLUMNS: 'GPIO16 GPIO20 GPIO21',
    };

    it('have their defaults where they are empty', () => {
      const empty = { RELAY_LINE: '', VEHICLE_LINE: '', RELAY_LEAST_SECONDS: '', RELAY_MOST_CLOSINGS: '' };
      const found = chargerEnvironment('auto', { ...station, ...empty });
      assert.deepEqual([found.RELAY_LINE, found.VEHICLE_LINE], ['GPIO27', 'GPIO17']);
      assert.deepEqual([found.RELAY_LEAST_SECONDS, found.RELAY_MOST_CLOSINGS], ['10', '10']);
      assert.equal(chargerEnvironment('simulated', { ...station, ...empty }).RELAY_LINE, 'relay');
    });

    for (const [name, given] of [
      ['VEHICLE_LINE', { VEHICLE_LINE: '27' }],
      ['VEHICLE_LINE', { GPIO_DRIVER: 'simulated', VEHICLE_LINE: 'relay' }],
      ['FEEDBACK_LINE', { FEEDBACK_LINE: 'gpio17' }],
      ['FEEDBACK_LINE', { RELAY_LINE: 'GPIO22,active-low', FEEDBACK_LINE: 'GPIO22' }],
      ['METER_LINE', { METER: 's0', METER_LINE: 'GPIO17' }],
      ['KEYPAD_COLUMNS', { ...matrix, KEYPAD_COLUMNS: 'GPIO16,GPIO20,GPIO5' }],
      ['KEYPAD_ROWS', { ...matrix, KEYPAD_ROWS: '5,GPIO5,13,19' }],
    ] as const) {
      it(`refuse ${JSON.stringify(given)}: one line for two`, () => {
        assert.throws(
          () => chargerEnvironment('auto', { ...station, ...given }),
          (error) => error instanceof VariableError && error.message.startsWith(name),
        );
      });
    }

    for (const [name, given] of [
      ['RELAY_LINE', { RELAY_LINE: 'GPIO27,active_low' }],
      ['RELAY_LINE', { RELAY_LINE: 'GPIO27; GPIO22' }],
      ['RELAY_ACTIVE_LOW', { RELAY_ACTIVE_LOW: 'ture' }],
      ['RELAY_LINE', { RELAY_LINE: '27,active-low', RELAY_ACTIVE_LOW: 'false' }],
      ['RELAY_LEAST_SECONDS', { RELAY_LEAST_SECONDS: 'ten' }],
      ['VEHICLE_LINE', { VEHICLE_LINE: 'GPIO17 pull-up' }],
      ['KEYPAD_ROWS', { ...matrix, KEYPAD_ROWS: '5,6,active-low' }],
    ] as const) {
      it(`refuse ${JSON.stringify(given)}, as the guard would`, () => {
        assert.throws(
          () => chargerEnvironment('auto', { ...station, ...given }),
          (error: Error) => error.message.startsWith(name),
        );
      });
    }

    it('hand the relay to its guard whole, wherever its level was said', () => {
      for (const said of [{ RELAY_LINE: '"gpio27, active-low"' }, { RELAY_LINE: 'GPIO27', RELAY_ACTIVE_LOW: 'true' }]) {
        const env = chargerEnvironment('auto', { ...station, ...said });
        assert.deepEqual(relayArguments(env), ['--relay', 'relay=GPIO27,active-low']);
      }
      const several = { GUARD_RELAYS: 'a=5,pull-down b=6' };
      const expected = ['--relay', 'a=5,pull-down', '--relay', 'b=6'];
      assert.deepEqual(relayArguments(chargerEnvironment('auto', { ...station, ...several })), expected);
    });

    it('may name the lines of what is not wired', () => {
      chargerEnvironment('auto', { ...station, METER_LINE: 'GPIO17', KEYPAD_ROWS: '17' });
      chargerEnvironment('auto', { ...station, ...matrix, METER: 's0', METER_LINE: 'GPIO24', FEEDBACK_LINE: 'GPIO22' });
    });
  });
});
