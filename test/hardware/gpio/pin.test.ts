import assert from 'node:assert/strict';
import { findLine } from '../../../hardware/gpio/chips.ts';
import { lineKey, type Pin, PinError, readLines, readPin, readPins, writePin } from '../../../hardware/gpio/pin.ts';
import { readRelays } from '../../../hardware/relay/relay-pins.ts';
import { readStationPins, sharedLine } from '../../../hardware/station-pins.ts';

const read = (text: string, level?: string) =>
  readPin(text, { name: 'RELAY_LINE', level: { name: 'RELAY_ACTIVE_LOW', value: level } });
const refusal = (act: () => unknown): PinError => {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof PinError, String(error));
    return error;
  }
  throw new Error('it was read');
};

describe('a pin', () => {
  it('is a line, a level and a pull, on a chip where it says one', () => {
    const whole: Record<string, Pin> = {
      GPIO27: { line: 'GPIO27', activeLow: false },
      '27': { line: '27', activeLow: false },
      'GPIO27,active-low': { line: 'GPIO27', activeLow: true },
      '27,pull-down': { line: '27', activeLow: false, pull: 'down' },
      'GPIO5,active-low,pull-up': { line: 'GPIO5', activeLow: true, pull: 'up' },
      'mcp23017:5': { line: 'mcp23017:5', activeLow: false },
      'gpio-brcmstb@107d508500:3,active-low': { line: 'gpio-brcmstb@107d508500:3', activeLow: true },
      'soc:firmware:2': { line: 'soc:firmware:2', activeLow: false },
      SPI_MISO: { line: 'SPI_MISO', activeLow: false },
      relay: { line: 'relay', activeLow: false },
    };
    for (const [text, pin] of Object.entries(whole)) {
      assert.deepEqual(read(text), pin, text);
      assert.deepEqual(read(writePin(pin)), pin, text);
    }
  });

  it('is the same however people write it', () => {
    const spellings = [
      'GPIO27,active-low',
      ' GPIO27 ,  active-low ',
      'GPIO27, active-low',
      'gpio27,ACTIVE-LOW',
      'Gpio 27 , Active-Low',
      '"GPIO27,active-low"',
      "'GPIO27, active-low'",
      '" gpio27,active-low "',
      'GPIO27,\tactive-low\r',
      'GPIO027,active - low',
      'GPIO27，active-low',
      'ＧＰＩＯ２７，active-low',
    ];
    for (const text of spellings) assert.deepEqual(read(text), { line: 'GPIO27', activeLow: true }, text);
    for (const text of ['', '  ', '""', "' '"]) assert.equal(read(text), undefined);
  });

  it('has the level of its companion where it says none, and is refused where they differ', () => {
    for (const low of ['true', 'TRUE', ' true ', '"true"', '1', 'yes', 'on'])
      assert.equal(read('GPIO27', low)!.activeLow, true, low);
    for (const high of ['false', '0', 'no', 'off', '', undefined]) assert.equal(read('GPIO27', high)!.activeLow, false);
    assert.equal(read('GPIO27,active-low', 'true')!.activeLow, true);
    const contradicts = refusal(() => read('GPIO27,active-low', 'false'));
    assert.equal(contradicts.code, 'pin-contradicts');
    assert.match(contradicts.message, /RELAY_LINE .*RELAY_ACTIVE_LOW=false/);
    assert.match(refusal(() => read('GPIO27', 'ture')).message, /RELAY_ACTIVE_LOW holds "ture".*true or false/);
    const pulled = (value: string) =>
      readPin('GPIO17,pull-up', { name: 'VEHICLE_LINE', pull: { name: 'VEHICLE_PULL', value } });
    assert.equal(pulled('UP')!.pull, 'up');
    assert.equal(refusal(() => pulled('none')).code, 'pin-contradicts');
    assert.match(refusal(() => pulled('high')).message, /VEHICLE_PULL holds "high".*up, down or none/);
  });

  for (const text of [
    'GPIO27,active_low',
    'GPIO27,active-hgih',
    'GPIO27,active-high',
    'GPIO27 active-low',
    'GPIO27-active-low',
    'GPIO27,',
    ',active-low',
    'active-low',
    'active-low,GPIO27',
    'GPIO27,active-low,active-low',
    'GPIO27,pull-up,pull-down',
    'GPIO27,pullup',
    'GPIO27 # relay',
    'GPIO27#relay',
    '"GPIO27',
    `"GPIO27","active-low"`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in a file that nobody filled in
    '${RELAY_LINE}',
    'RELAY_LINE=GPIO27',
    '27 22',
    'GPIO27 GPIO22',
    '2727',
    '-27',
    ':27',
    'mcp23017:',
    'GPIO27;',
    ';GPIO27',
  ]) {
    it(`that is ${JSON.stringify(text)} is refused, with the variable and what is allowed`, () => {
      const error = refusal(() => read(text));
      assert.equal(error.code, 'bad-pin');
      assert.match(error.message, /^RELAY_LINE: .*\[CHIP:\]LINE\[,active-low\]\[,pull-up\|pull-down\]/);
    });
  }

  it('is one of several where outlets are separated by semicolons, and refused where there is one outlet', () => {
    const list = ' GPIO27,active-low ; mcp23017:5,pull-down;22';
    assert.deepEqual(readPins(list, { name: 'RELAY_LINE' }), [
      { line: 'GPIO27', activeLow: true },
      { line: 'mcp23017:5', activeLow: false, pull: 'down' },
      { line: '22', activeLow: false },
    ]);
    const error = refusal(() => read(list));
    assert.equal(error.code, 'pin-list');
    assert.match(error.message, /^RELAY_LINE .*3 pins.*one outlet/);
  });

  it('of a keypad is a line alone, among others', () => {
    assert.deepEqual(readLines('5,6;gpio 13  GPIO19, mcp23017: 2', 'KEYPAD_ROWS'), [
      '5',
      '6',
      'GPIO13',
      'GPIO19',
      'mcp23017:2',
    ]);
    assert.deepEqual(readLines('"5,6"', 'KEYPAD_ROWS'), ['5', '6']);
    assert.deepEqual(readLines(undefined, 'KEYPAD_ROWS'), []);
    assert.match(refusal(() => readLines('5,6,active-low', 'KEYPAD_ROWS')).message, /^KEYPAD_ROWS: "active-low"/);
  });

  it('is known by all its names', () => {
    for (const same of ['27', 'GPIO27', 'bcm27', 'gpio027', 'pinctrl-rp1:27', 'pinctrl-bcm2711:GPIO27', 27])
      assert.equal(lineKey(same), '27');
    assert.equal(lineKey('MCP23017:05'), lineKey('mcp23017:5'));
    assert.notEqual(lineKey('mcp23017:5'), lineKey('5'));
  });

  it('is found on the chip of its label, whatever number that has', () => {
    const chips = [
      { id: 'gpiochip4', label: 'mcp23017', lines: 16, names: ['', 'heater'] },
      { id: 'gpiochip0', label: 'pinctrl-rp1', lines: 54, names: [] },
    ];
    assert.deepEqual(findLine(chips, 'mcp23017:5'), { chip: chips[0], offset: 5 });
    assert.deepEqual(findLine(chips, 'MCP23017:heater'), { chip: chips[0], offset: 1 });
    assert.deepEqual(findLine(chips, 'pinctrl-rp1:GPIO5'), { chip: chips[1], offset: 5 });
    assert.throws(() => findLine(chips, 'mcp23017:16'), { code: 'line-unknown', message: /0 to 15/ });
    assert.throws(() => findLine(chips, 'mcp23017:GPIO5'), { code: 'line-unknown' });
    assert.throws(() => findLine(chips, 'pcf8575:1'), {
      code: 'line-unknown',
      message: /no GPIO chip|No GPIO chip.*mcp23017/,
    });
    assert.throws(() => findLine([...chips, chips[0]!], 'mcp23017:5'), { code: 'line-ambiguous' });
  });
});

describe("a station's pins", () => {
  it('are the usual ones where nothing is said, with the level that is said alone', () => {
    const { pins } = readStationPins({ RELAY_LINE: ' ', RELAY_ACTIVE_LOW: 'true' });
    assert.deepEqual(
      pins.map(({ setting, pin }) => `${setting} ${writePin(pin)}`),
      ['RELAY_LINE GPIO27,active-low', 'VEHICLE_LINE GPIO17'],
    );
    assert.deepEqual(readRelays({ GPIO_DRIVER: 'simulated' }), { relay: { line: 'relay', activeLow: false } });
  });

  it('are all read by one notation', () => {
    const { pins, refused } = readStationPins({
      VEHICLE_LINE: 'gpio 17',
      VEHICLE_ACTIVE_LOW: 'true',
      VEHICLE_PULL: 'up',
      FEEDBACK_LINE: 'mcp23017:3 , active-low',
      METER: 's0',
      METER_LINE: '24',
      KEYPAD: 'matrix',
      KEYPAD_ROWS: '5;6',
    });
    assert.deepEqual(refused, []);
    assert.deepEqual(
      pins.map(({ setting, pin }) => `${setting} ${writePin(pin)}`),
      [
        'RELAY_LINE GPIO27',
        'VEHICLE_LINE GPIO17,active-low,pull-up',
        'FEEDBACK_LINE mcp23017:3,active-low',
        'METER_LINE 24,active-low',
        'KEYPAD_ROWS 5,active-low,pull-up',
        'KEYPAD_ROWS 6,active-low,pull-up',
      ],
    );
    assert.equal(sharedLine(pins), undefined);
  });

  it('of several relays are named, and told apart at the blanks before a name', () => {
    const relays = readRelays({ GUARD_RELAYS: 'a = GPIO27, active-low  b=GPIO 22;c=mcp23017:1', RELAY_LINE: '5' });
    assert.deepEqual(
      Object.entries(relays).map(([name, pin]) => `${name} ${writePin(pin)}`),
      ['a GPIO27,active-low', 'b GPIO22', 'c mcp23017:1'],
    );
    assert.throws(() => readRelays({ GUARD_RELAYS: 'a=27 b=GPIO27' }), /Line GPIO27 is given to two relays/);
  });

  it('that cannot be read are all told', () => {
    const { refused } = readStationPins({ RELAY_LINE: '27,', VEHICLE_LINE: '17,', FEEDBACK_LINE: 'x y' });
    assert.deepEqual(
      refused.map(({ message }) => message.split(' ')[0]),
      ['RELAY_LINE:', 'VEHICLE_LINE:', 'FEEDBACK_LINE:'],
    );
  });
});
