// Settings that cannot be: the station says which in plain words, and sells nothing that it could not deliver.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineKey } from '../../../hardware/gpio/pin.ts';
import { tellBootLevel, tellKernel } from '../../../nodes/charging-station/charging-station.ts';
import type { ChargingStation } from '../../../nodes/charging-station/station-user.ts';
import type { RED, RedNode } from '../../../nodes/shared/red.ts';
import { chargerFlow, code, Rig, type TestNode } from './support.ts';

const variable = (name: string) => `\${${name}}`;

describe('a station with a setting that cannot be', () => {
  let rig: Rig;
  const set = new Set<string>();
  const environment = (name: string, value: string) => {
    process.env[name] = value;
    set.add(name);
  };
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(async () => {
    await rig.remove();
    for (const name of set) delete process.env[name];
    set.clear();
  });

  const screen = () => rig.last('shownRaw')?.payload as { screen: string; values: { fault?: string } } | undefined;
  const shows = (fault: string) => rig.until(`it shows ${fault}`, () => screen()?.values.fault === fault);
  const status = (id: string) => rig.statuses.get(id) ?? {};

  describe('of the relay', () => {
    for (const [what, control, why] of [
      ['a limit that is no number', { leastSeconds: 'abc' }, /"abc"/],
      ['a limit that is no number, behind the guard', { through: 'guard', leastSeconds: 'abc' }, /"abc"/],
      ['a feedback line that cannot be', { feedbackLine: '../x' }, /\.\.\/x/],
      ['no line', { line: '' }, /line/],
      ['a level that is none', { activeLow: 'ture' }, /"ture"/],
      ['a level of the feedback that is none', { feedbackActiveLow: 'maybe' }, /^feedbackActiveLow holds/],
      ['a level after the line that is none', { line: 'relay,active-hgih' }, /"active-hgih"/],
      ['a dialog of a newer version', { version: 2 }, /saved by/],
    ] as const) {
      it(`is out of order with ${what}, and accepts no code`, async () => {
        await rig.start(chargerFlow(rig.folder, { control }));
        await shows('relay-unusable');
        rig.plug(true);
        rig.type(`${code(1)}#`);
        await rig.until('the code is refused', () => screen()?.screen === 'out-of-order');
        assert.equal(status('control').fill, 'red');
        assert.match(status('control').text ?? '', why);
        assert.notEqual(rig.pin('relay'), '1');
        assert.ok(!rig.at('records').some(({ topic }) => topic === 'session-opened'));
      });
    }

    it('says the same to each command', async () => {
      await rig.start(chargerFlow(rig.folder, { control: { leastSeconds: 'abc' } }));
      await shows('relay-unusable');
      assert.equal((await rig.ends('control', { payload: true })).error?.code, 'bad-protection');
      assert.match(status('control').text ?? '', /"abc"/);
    });

    it('sells again by itself once a feedback line that could not be opened is there', async () => {
      mkdirSync(join(rig.folder, 'pins/feedback'), { recursive: true });
      await rig.start(chargerFlow(rig.folder, { control: { feedbackLine: 'feedback' } }));
      await shows('relay-unusable');
      rmdirSync(join(rig.folder, 'pins/feedback'));
      await rig.until('it is ready', () => screen()?.screen === 'idle');
      assert.equal(status('control').fill, 'green');
    });

    it('sells again by itself when a feedback line that was lost is back', async () => {
      await rig.start(chargerFlow(rig.folder, { control: { feedbackLine: 'feedback' } }));
      await rig.until('it is ready', () => status('control').fill === 'green');
      unlinkSync(join(rig.folder, 'pins/feedback'));
      await shows('relay-unusable');
      assert.equal(status('control').fill, 'red');
      await rig.until('it is ready', () => screen()?.screen === 'idle');
      assert.equal(status('control').fill, 'green');
    });

    it('tells a session that was deployed after it', async () => {
      const flow = chargerFlow(rig.folder, { control: { leastSeconds: 'abc' } });
      await rig.start(flow);
      await shows('relay-unusable');
      const before = rig.at('shownRaw').length;
      await rig.deploy(
        flow.map((node) => (node.id === 'session' ? { ...node, name: 'new' } : node)),
        'nodes',
      );
      await rig.until('it says so again', () => rig.at('shownRaw').length > before);
      await shows('relay-unusable');
    });
  });

  it('is out of order when nobody knows which level means a vehicle', async () => {
    await rig.start(chargerFlow(rig.folder, { detect: { activeLow: 'ture' } }));
    await shows('gpio-lost');
    assert.match(status('detect').text ?? '', /"ture"/);
  });

  it('names the variable that a limit came from, and hears no code', async () => {
    environment('HIGHEST_POWER_W', 'abc');
    await rig.start(chargerFlow(rig.folder, { session: { highestPowerW: variable('HIGHEST_POWER_W') } }));
    await rig.until('it is red', () => status('session').fill === 'red');
    assert.match(rig.errors('session').join(), /HIGHEST_POWER_W holds "abc"/);
    assert.equal((await rig.ends('session', { topic: 'vehicle', payload: true })).error, undefined);
    assert.equal((await rig.ends('session', { topic: 'voucher', payload: {} })).error?.code, 'bad-variable');
  });

  it('names the variable of the relay that is wrong', async () => {
    environment('RELAY_LEAST_SECONDS', 'abc');
    await rig.start(chargerFlow(rig.folder, { control: { leastSeconds: variable('RELAY_LEAST_SECONDS') } }));
    await shows('relay-unusable');
    assert.match(rig.errors('control').join(), /RELAY_LEAST_SECONDS holds "abc"/);
  });

  describe('that names a line twice', () => {
    it('knows a line by all its names', () => {
      assert.equal(new Set([17, '17', 'GPIO17', 'gpio17', 'BCM17', 'pinctrl-bcm2711:17'].map(lineKey)).size, 1);
      assert.notEqual(lineKey('relay'), lineKey('vehicle'));
    });

    for (const [what, change] of [
      ['relay and vehicle', { detect: { line: 'relay' } }],
      ['feedback and vehicle', { control: { feedbackLine: 'GPIO17' }, detect: { line: '17' } }],
      ['relay and its feedback', { control: { feedbackLine: 'relay' } }],
    ] as const) {
      it(`is out of order: ${what}`, async () => {
        await rig.start(chargerFlow(rig.folder, change));
        await rig.until('it is out of order', () => screen()?.screen === 'fault');
        assert.match(rig.errors().join(), /is set for two/);
      });
    }

    it('is out of order: the line that the guard holds, and vehicle', async () => {
      environment('RELAY_LINE', 'relay');
      await rig.start(chargerFlow(rig.folder, { control: { through: 'guard' }, detect: { line: 'relay' } }));
      await rig.until('it is out of order', () => screen()?.screen === 'fault');
      assert.match(rig.errors().join(), /is set for two/);
    });

    it('opens the line of a vehicle that was lost and is back', async () => {
      await rig.start(chargerFlow(rig.folder));
      await rig.until('it is ready', () => screen()?.screen === 'idle');
      unlinkSync(join(rig.folder, 'pins/vehicle'));
      await shows('gpio-lost');
      await rig.until('it is ready', () => screen()?.screen === 'idle');
    });

    it('takes a line that was given back at a deploy', async () => {
      await rig.start(chargerFlow(rig.folder));
      await rig.until('it is ready', () => screen()?.screen === 'idle');
      await rig.deploy(chargerFlow(rig.folder, { detect: { closeMs: 31 } }), 'nodes');
      await rig.until('the vehicle is looked for', () => /none/.test(status('detect').text ?? ''));
    });
  });

  it('refuses an id that the cloud gives to no station', async () => {
    await rig.start(chargerFlow(rig.folder, { station: { station: 'CP 1' } }));
    await rig.until('it is red', () => status('session').fill === 'red');
    assert.match(status('session').text ?? '', /id/);
  });
});

describe('the pins of a station', () => {
  it('say which driver they are opened by', async () => {
    const rig = new Rig();
    try {
      await rig.start(chargerFlow(rig.folder));
      const { charging } = rig.node('station') as TestNode & { charging: ChargingStation };
      const told: string[] = [];
      const leave = charging.join({ onFault() {}, onPins: (description) => told.push(description) });
      await charging.gpio();
      leave();
      assert.deepEqual(told, ['simulated']);
    } finally {
      await rig.remove();
    }
  });

  it('of a machine without GPIO say so on the display too, and once', async () => {
    if (existsSync('/dev/gpiochip0') || existsSync('/sys/class/gpio')) return;
    const rig = new Rig();
    try {
      await rig.start(chargerFlow(rig.folder, { station: { driver: 'auto' } }));
      const shown = (id: string) => (rig.last(id)?.payload as { screen?: string } | undefined)?.screen;
      await rig.until('it shows so', () => shown('shownRaw') === 'fault' && shown('shown') === 'fault');
      assert.equal(rig.statuses.get('session')?.fill, 'red');
    } finally {
      await rig.remove();
    }
    for (const language of ['en-US', 'zh-CN']) {
      const file = new URL(
        `../../../nodes/charging-station/locales/${language}/charging-station.json`,
        import.meta.url,
      );
      assert.doesNotMatch(JSON.parse(readFileSync(file, 'utf8'))['charging-station'].errors['no-gpio'], /__detail__/);
    }
  });

  it('warn of a kernel that keeps the outputs of a dead program, and of no other', () => {
    const warned: string[] = [];
    const red = { _: (key: string, values?: object) => `${key} ${JSON.stringify(values)}` } as unknown as RED;
    const node = { warn: (text: string) => warned.push(text) } as unknown as RedNode;
    tellKernel(red, node, { outputsAfterDeath: 'released', source: 'pinctrl_rp1.persist_gpio_outputs=N' });
    tellKernel(red, node, { outputsAfterDeath: 'unknown' });
    assert.equal(warned.length, 0);
    tellKernel(red, node, { outputsAfterDeath: 'kept', source: 'pinctrl_rp1.persist_gpio_outputs=Y' });
    assert.match(warned.join(), /outputs-kept.*persist_gpio_outputs=Y/);
  });

  it('warns at each start of a firmware that knows the relay as it was before the settings were changed', () => {
    const warned: string[] = [];
    const red = { _: (key: string, values?: object) => `${key} ${JSON.stringify(values)}` } as unknown as RED;
    const node = { warn: (text: string) => warned.push(text) } as unknown as RedNode;
    const root = mkdtempSync(join(tmpdir(), 'boot-'));
    mkdirSync(join(root, 'boot'));
    writeFileSync(join(root, 'boot/config.txt'), 'gpio=27=op,dl\n');
    try {
      tellBootLevel(red, node, {}, root);
      process.env.RELAY_LINE = 'GPIO27';
      tellBootLevel(red, node, {}, root);
      assert.deepEqual(warned, [], 'no variable names the relay, or the firmware holds it off');
      process.env.RELAY_ACTIVE_LOW = 'true';
      tellBootLevel(red, node, {}, root);
      assert.match(warned.join(), /boot-level.*"GPIO27,active-low".*"gpio=27=op,dl".*"gpio=27=op,dh"/);
    } finally {
      delete process.env.RELAY_LINE;
      delete process.env.RELAY_ACTIVE_LOW;
      rmSync(root, { recursive: true });
    }
  });
});
