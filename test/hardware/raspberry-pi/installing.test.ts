import assert from 'node:assert/strict';
import { FakeRoot } from './fake-root.ts';

const config = 'boot/firmware/config.txt';
const settings = 'etc/offline-charging/station.env';

describe('the installer, about the relay before any program runs', () => {
  let machine: FakeRoot;
  beforeEach(() => {
    machine = new FakeRoot();
    machine.write(config, '# As it came\ndtparam=audio=on');
  });
  afterEach(() => machine.remove());

  it('has the firmware hold the usual line at 0', () => {
    const { status, said } = machine.install();
    assert.equal(status, 0, said);
    assert.match(machine.read(config), /^gpio=27=op,dl$/m);
    assert.match(said, /holds the relay off: gpio=27=op,dl/);
    assert.match(said, /config\.txt was changed: restart the machine/);
  });

  for (const [line, held] of [
    ['RELAY_LINE="GPIO27, active-low"', 'gpio=27=op,dh'],
    ["RELAY_LINE='gpio5,active-low' ", 'gpio=5=op,dh'],
    ['RELAY_LINE=22\nRELAY_ACTIVE_LOW=true', 'gpio=22=op,dh'],
    ['RELAY_LINE = GPIO27,pull-down', 'gpio=27=op,dl,pd'],
    ['RELAY_LINE="GPIO27; 22,active-low; mcp23017:5"\nVEHICLE_LINE="4; 5; 6"', 'gpio=27=op,dl\ngpio=22=op,dh'],
    ['GUARD_RELAYS="a=5,active-low b=27"', 'gpio=5=op,dh\ngpio=27=op,dl'],
  ] as const) {
    it(`reads ${JSON.stringify(line)} as the guard does`, () => {
      machine.write(settings, `${line}\n`);
      machine.install();
      assert.ok(
        machine.read(config).includes(`first moment on.\n${held}\n# offline-charging: end`),
        machine.read(config),
      );
    });
  }

  it('puts the new line in the place of the old one when the relay was moved, and what was there stays', () => {
    machine.install();
    machine.write(settings, 'RELAY_LINE=GPIO5,active-low\n');
    const { said } = machine.install();
    assert.deepEqual(machine.read(config).match(/^gpio=.*$/gm), ['gpio=5=op,dh']);
    assert.match(machine.read(config), /^# As it came\ndtparam=audio=on\n/);
    assert.match(said, /restart the machine/);
    assert.doesNotMatch(machine.install().said, /restart the machine/);
  });

  it('stops before it touches boot settings and services when a pin cannot be read', () => {
    machine.write(settings, 'RELAY_LINE=GPIO27,active_low\n');
    const { status, said } = machine.install();
    assert.equal(status, 1);
    assert.match(said, /RELAY_LINE: "active_low" can't be in .*\[CHIP:\]LINE\[,active-low\]/);
    assert.match(said, /mend the pins in \S*station\.env and run this again; no service was restarted/);
    assert.equal(machine.read(config), '# As it came\ndtparam=audio=on');
    assert.doesNotMatch(machine.asked, /systemctl/);
  });
});
