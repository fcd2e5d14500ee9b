import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkBoot } from '../../../../flows/charger/doctor/boot-check.ts';
import { checkLines } from '../../../../flows/charger/doctor/lines-check.ts';
import { say } from '../../../../flows/charger/doctor/words.ts';
import { OnoffDriver } from '../../../../hardware/gpio/onoff.ts';
import { readPin } from '../../../../hardware/gpio/pin.ts';
import {
  BLOCK,
  bootLine,
  bootProblems,
  bootSentence,
  readBootSettings,
} from '../../../../hardware/raspberry-pi/boot-level.ts';
import { layChip, sysfsGpio } from '../../../hardware/gpio/recorded-sysfs.ts';

const header = [{ id: 'gpiochip0', label: 'pinctrl-rp1', lines: 54, names: ['ID_SDA', 'ID_SCL', 'PIN3'] }];
const chips = [...header, { id: 'gpiochip9', label: 'mcp23017', lines: 16, names: [] }];

describe('the doctor, asked what the firmware makes of the pins', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'boot-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, ...lines: readonly string[]): void {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join('\n')}\n`);
  }
  const config = (...lines: readonly string[]) => write('boot/firmware/config.txt', ...lines);
  const model = (name: string) => write('proc/device-tree/model', `${name}\0`.trimEnd());
  const check = (env: Record<string, string>) =>
    checkBoot(chips, { root, env, user: { name: 'whoever', uid: 0, groupIds: [] }, nowMs: 0 });
  const told = (env: Record<string, string>) => check(env).map(({ level, says }) => `${level} ${says}`);
  const relay = 'GPIO5,active-low';

  for (const [what, lines] of Object.entries({
    'as the installer writes it': ['[all]', 'gpio=5=op,dh'],
    'with its pull': ['gpio=5=op,pu,dh'],
    'in a range': ['gpio=4-6,27=op,dh'],
    'option by option': ['gpio=5=op', 'gpio=2-9=dh'],
    'after another line, which it replaces': ['gpio=5=op,dl', 'gpio=5=op,dh'],
    'for this model alone': ['[pi4]', 'gpio=5=op,dl', '[pi5]', 'gpio=5=op,dh'],
    'in a file that is included': ['include relay.txt'],
  })) {
    it(`is content with the relay held off, ${what}`, () => {
      model('Raspberry Pi 5 Model B Rev 1.0');
      write('boot/firmware/relay.txt', 'gpio=5=op,dh');
      config('# Pins', ...lines);
      assert.deepEqual(told({ RELAY_LINE: relay }), ['good boot.held']);
      const wrong = check({ RELAY_LINE: 'GPIO5' });
      assert.deepEqual(
        wrong.map(({ level, says }) => `${level} ${says}`),
        ['wrong boot.held-wrong'],
      );
      assert.match(
        say(wrong[0]!.advice!, 'en', wrong[0]!.values),
        /^Write gpio=5=op,dl under \[all\].*restart the machine/,
      );
    });
  }

  for (const [what, lines, says] of [
    ['no line', [], 'boot.not-held'],
    ['a comment', ['#gpio=5=op,dh'], 'boot.not-held'],
    ['a line for another pin', ['gpio=27=op,dh'], 'boot.not-held'],
    ['a line for another model', ['[pi4]', 'gpio=5=op,dh'], 'boot.not-held'],
    ['a line for none', ['[none]', 'gpio=5=op,dh'], 'boot.not-held'],
    ['a line for some serial number alone', ['[0x12345678]', 'gpio=5=op,dh'], 'boot.not-held'],
    ['the level that is on', ['gpio=5=op,dl'], 'boot.held-wrong'],
    ['no level', ['gpio=5=op'], 'boot.held-wrong'],
    ['an input', ['gpio=5=ip,pu'], 'boot.held-wrong'],
    ['the level that is on, perhaps', ['gpio=5=op,dh', '[gpio4=1]', 'gpio=5=op,dl'], 'boot.held-wrong'],
  ] as const) {
    it(`is not content with ${what}, and says what to write`, () => {
      model('Raspberry Pi 5 Model B Rev 1.0');
      config(...lines);
      const [finding] = check({ RELAY_LINE: relay });
      assert.deepEqual([finding!.level, finding!.says], ['wrong', says]);
      for (const language of ['en', 'zh-CN'] as const)
        assert.match(
          say(finding!.advice!, language, finding!.values),
          /gpio=5=op,dh.*\/boot\/firmware\/config\.txt|\/boot\/firmware\/config\.txt.*gpio=5=op,dh/,
        );
    });
  }

  it('knows the level wherever it was said, and the line by any of its names', () => {
    config('gpio=2=op,dh');
    for (const env of [
      { RELAY_LINE: '2', RELAY_ACTIVE_LOW: 'true' },
      { RELAY_LINE: 'PIN3,active-low' },
      { RELAY_LINE: ' "gpio 2 , active-low" ' },
      { GUARD_RELAYS: 'relay=bcm2,active-low', RELAY_LINE: 'GPIO27' },
    ])
      assert.deepEqual(told(env), ['good boot.held'], JSON.stringify(env));
    assert.deepEqual(told({ RELAY_LINE: '2' }), ['wrong boot.held-wrong']);
  });

  it('says that the firmware holds no expander’s line', () => {
    config('gpio=5=op,dl');
    assert.deepEqual(told({ RELAY_LINE: 'mcp23017:5' }), ['note boot.not-header']);
    assert.equal(bootLine(readPin('mcp23017:5', { name: '' })!, chips), undefined);
  });

  it('finds a contact that the firmware drives, and what is left of a relay that was moved', () => {
    config(BLOCK.begin, '[all]', 'gpio=27=op,dl', BLOCK.end, 'gpio=22=op,dh', 'gpio=6=op,dl');
    assert.deepEqual(told({ RELAY_LINE: 'GPIO22,active-low', VEHICLE_LINE: '6' }), [
      'good boot.held',
      'wrong boot.drives-input',
      'note boot.stale',
    ]);
  });

  it('says so on a Raspberry Pi whose config.txt is not there, and nothing elsewhere', () => {
    assert.deepEqual(told({}), []);
    model('Raspberry Pi 4 Model B Rev 1.4');
    const [finding] = check({ RELAY_LINE: '27,pull-down' });
    assert.equal(finding!.says, 'boot.no-file');
    assert.match(say(finding!.advice!, 'en', finding!.values), /gpio=27=op,dl,pd/);
    write('boot/config.txt', 'gpio=27=op,dl');
    assert.deepEqual(told({}), ['good boot.held']);
  });

  it('says it with the lines, and finds a pull that switches the relay on', async () => {
    const laid = layChip(root);
    const subject = { root, user: { name: 'whoever', uid: 0, groupIds: [] }, nowMs: 0 };
    const lines = async (env: Record<string, string>) => {
      const findings = await checkLines(new OnoffDriver(sysfsGpio(root), laid, root), laid, { ...subject, env });
      return findings.map(({ level, says }) => `${level} ${says}`);
    };
    config('gpio=27=op,dl');
    assert.deepEqual((await lines({})).slice(0, 2), ['good pins.relay-line', 'good boot.held']);
    const wrong = await lines({ RELAY_LINE: 'GPIO5,active-low,pull-down' });
    assert.deepEqual(wrong.slice(0, 2), ['wrong pins.relay-pulled-on', 'wrong boot.not-held']);
  });

  it('has a sentence for the guard’s log and the charger’s', () => {
    config('gpio=27=op,dl');
    const pin = readPin('GPIO27,active-low', { name: 'RELAY_LINE' })!;
    const [problem] = bootProblems([pin], readBootSettings(root)!);
    assert.match(
      bootSentence(problem!),
      /^GPIO27,active-low: \/boot\/firmware\/config\.txt says gpio=27=op,dl, .* Write gpio=27=op,dh under \[all\]/,
    );
    config('');
    assert.match(bootSentence(bootProblems([pin], readBootSettings(root)!)[0]!), /says no gpio=27=…/);
  });
});
