import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { places } from '../../../flows/launcher/environment.ts';
import { readSettings } from '../../../hardware/relay/guard-settings.ts';

const folder = new URL('../../../hardware/raspberry-pi/', import.meta.url).pathname;
const units = ['offline-charging-guard.service', 'offline-charging-charger.service'] as const;
const clock = ['offline-charging-clock.socket', 'offline-charging-clock@.service'] as const;
const panel = 'offline-charging-panel.service';
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const settings = (name: string) => new Set(read(name).split('\n'));
const present = (program: string) => spawnSync(program, ['--version']).status === 0;

describe('the services', () => {
  it('are accepted by systemd', () => {
    if (!present('systemd-analyze')) {
      console.log('      not checked: systemd-analyze is not on this machine (apt-get install systemd)');
      return;
    }
    const copies = mkdtempSync(join(tmpdir(), 'units-'));
    try {
      for (const unit of [...units, ...clock, panel]) {
        // The program is installed on stations only; systemd wants one that is there.
        writeFileSync(
          join(copies, unit),
          read(unit).replaceAll('/opt/offline-charging/bin/offline-charging', '/bin/true'),
        );
      }
      const run = spawnSync(
        'systemd-analyze',
        ['verify', ...[...units, ...clock, panel].map((unit) => join(copies, unit))],
        {
          encoding: 'utf8',
        },
      );
      const ours = run.stderr.split('\n').filter((line) => line.includes('offline-charging'));
      assert.deepEqual(ours, []);
    } finally {
      rmSync(copies, { recursive: true });
    }
  });

  it('never give up on the guard, replace one that hangs, and write its line off however it ended', () => {
    const guard = settings('offline-charging-guard.service');
    for (const line of [
      'Type=notify',
      'Restart=always',
      'StartLimitIntervalSec=0',
      'WatchdogSec=3s',
      'RuntimeDirectoryPreserve=restart',
      'ExecStopPost=/opt/offline-charging/bin/offline-charging guard --off',
    ])
      assert.ok(guard.has(line), line);
  });

  it('start the charger after the guard, and leave it running while the guard is replaced', () => {
    const charger = settings('offline-charging-charger.service');
    assert.ok(charger.has('Wants=offline-charging-guard.service'));
    assert.match(read(units[1]), /^After=offline-charging-guard\.service/m);
    assert.doesNotMatch(read(units[1]), /^(Requires|BindsTo|PartOf)=/m);
  });

  for (const unit of units) {
    it(`give ${unit} its own user and no more than it needs`, () => {
      const lines = settings(unit);
      for (const line of [
        'User=offline-charging',
        'NoNewPrivileges=yes',
        'ProtectSystem=strict',
        'ProtectHome=yes',
        'CapabilityBoundingSet=',
        'DevicePolicy=closed',
        'DeviceAllow=char-gpiochip rw',
        'UMask=0077',
      ])
        assert.ok(lines.has(line), line);
    });
  }

  it('give the panel the screen and this machine alone, whatever becomes of the browser', () => {
    const lines = settings(panel);
    for (const line of [
      'User=offline-charging-panel',
      'Restart=always',
      'StartLimitIntervalSec=0',
      'Wants=offline-charging-charger.service',
      'IPAddressDeny=any',
      'IPAddressAllow=localhost',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'CapabilityBoundingSet=',
      'DevicePolicy=closed',
      'RuntimeDirectory=offline-charging-panel',
      // Neither the key nor the guard's socket is a browser's business.
      'InaccessiblePaths=-/var/lib/offline-charging -/run/offline-charging',
    ])
      assert.ok(lines.has(line), line);
    assert.doesNotMatch(read(panel), /^(Requires|BindsTo|PartOf)=/m);
    const policy = JSON.parse(read('panel-policy.json'));
    assert.deepEqual([policy.URLBlocklist, policy.TranslateEnabled], [['*'], false]);
  });

  it('let the charger alone ask for the clock to be set, of a program that may do nothing else', () => {
    const socket = settings(clock[0]);
    for (const line of ['SocketUser=offline-charging', 'SocketMode=0600', 'Accept=yes'])
      assert.ok(socket.has(line), line);
    const path = /^ListenStream=(.*)$/m.exec(read(clock[0]))![1]!;
    assert.ok(settings(units[1]).has(`Environment=CLOCK_SOCKET=${path}`));
    const program = settings(clock[1]);
    for (const line of [
      'CapabilityBoundingSet=CAP_SYS_TIME',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'PrivateNetwork=yes',
      'DevicePolicy=closed',
      'DeviceAllow=char-rtc rw',
      'RuntimeMaxSec=30s',
      'InaccessiblePaths=-/var/lib/offline-charging -/run/offline-charging',
    ])
      assert.ok(program.has(line), line);
    assert.deepEqual(
      [...program].filter((line) => line.startsWith('DeviceAllow=')),
      ['DeviceAllow=char-rtc rw'],
    );
    assert.match(read('install.sh'), /systemctl enable --quiet \$services "\$clock_socket"/);
  });

  it('keep the charger off every network', () => {
    const charger = settings('offline-charging-charger.service');
    assert.ok(charger.has('IPAddressDeny=any') && charger.has('IPAddressAllow=localhost'));
    assert.ok(settings('offline-charging-guard.service').has('PrivateNetwork=yes'));
  });

  it('give guard and charger the same simulated lines, which both may write', () => {
    const [guard, charger] = units.map(settings) as [Set<string>, Set<string>];
    assert.match(read(units[0]), /^Environment=.* GPIO_FOLDER=\/var\/lib\/offline-charging\/pins$/m);
    assert.ok(guard.has('ReadWritePaths=-/var/lib/offline-charging/pins'));
    assert.match(read('install.sh'), /install -d -m 0700 .* "\$state\/pins"/);
    assert.match(read(units[1]), /^Environment=DATA_DIR=\/var\/lib\/offline-charging /m);
    assert.ok(charger.has('StateDirectory=offline-charging'));
    assert.equal(places({ DATA_DIR: '/var/lib/offline-charging' }).pinsDir, '/var/lib/offline-charging/pins');
  });

  it('run a guard that understands the settings which they hand it', () => {
    const env = Object.fromEntries(
      read('station.env')
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
    const guard = readSettings([], { ...env, GUARD_SOCKET: '/run/offline-charging/guard.sock' });
    assert.deepEqual(guard.relays, { relay: { line: 'GPIO27' } });
    assert.equal(guard.driver, 'auto');
    assert.equal(readSettings(['--off'], env).action, 'off');
    assert.deepEqual(readSettings([], { ...env, RELAY_LINE: 'GPIO5,active-low', GUARD_SOCKET: '/x' }).relays, {
      relay: { line: 'GPIO5', activeLow: true },
    });
  });
});

describe('the installer', () => {
  const script = join(folder, 'install.sh');
  const dryRun = (...args: string[]) => execFileSync('bash', [script, '--dry-run', ...args], { encoding: 'utf8' });

  it('is correct shell', () => {
    assert.equal(spawnSync('bash', ['-n', script]).status, 0);
    if (!present('shellcheck')) {
      console.log('      not checked any further: shellcheck is not on this machine (apt-get install shellcheck)');
      return;
    }
    const root = join(folder, '../..');
    const scripts = globSync(['hardware/raspberry-pi/*.sh', 'test/install/inside.sh', 'test/install/systemctl'], {
      cwd: root,
    });
    const run = spawnSync('shellcheck', ['-x', ...scripts], { encoding: 'utf8', cwd: root });
    assert.equal(run.stdout, '');
  });

  it('says on a dry run all that it would do, and does none of it', () => {
    const said = dryRun();
    for (const part of [
      'useradd --system --user-group',
      'usermod --append --groups gpio,i2c,spi,dialout,input offline-charging',
      'would write: /etc/offline-charging/station.env',
      'would write: /etc/systemd/system/offline-charging-guard.service',
      'systemctl enable --quiet offline-charging-guard.service offline-charging-charger.service',
      'doctor',
    ])
      assert.ok(said.includes(part), `${part}\n${said}`);
    assert.match(said, /node-red@\^\d+\.\d+\.\d+ @flowfuse\/node-red-dashboard@\^\d/);
  });

  it('installs by the very Node that the station runs, so that what is compiled fits it', () => {
    const [runtime, link, programs] = [
      /would run: npm install --prefix \S+\/runtime --ignore-scripts .* node-linux-\w+@\^24\S* npm@\^\d+/,
      /would run: ln -sfn \.\.\/node_modules\/node-linux-\w+\/bin\/node (\S+)\/runtime\/bin\/node/,
      /would run: env PATH=(\S+)\/runtime\/bin:\S+ npm_config_nodedir=\1\/runtime\/headers \1\/runtime\/bin\/node \1\/runtime\/npm\/bin\/npm-cli.js install --prefix \1 .*offline-charging\.tgz/,
    ].map((step) => dryRun().search(step)) as [number, number, number];
    assert.ok(runtime > 0 && runtime < link && link < programs, [runtime, link, programs].join());
    assert.doesNotMatch(dryRun(), /would run: npm install .*offline-charging\.tgz/);
  });

  it('switches from one version to the next in one moment, by a link that is renamed', () => {
    const said = dryRun();
    const [, release] =
      /would run: mv -T \S+\/releases\/\.new \/opt\/offline-charging\/releases\/(\S+)/.exec(said) ?? [];
    assert.ok(release, said);
    assert.ok(said.includes(`ln -sfn releases/${release} /opt/offline-charging/current.new`));
    assert.ok(said.includes('mv -T /opt/offline-charging/current.new /opt/offline-charging/current\n'));
  });

  it('sets up the panel on a screen when asked, and says that it did not where it was not', () => {
    assert.match(dryRun(), /8\. Panel on the screen\n {2}not asked for \(--panel\)/);
    const said = dryRun('--panel');
    for (const part of [
      'apt-get install -y --no-install-recommends cage chromium fonts-dejavu-core fonts-wqy-zenhei',
      'would write: /etc/chromium/policies/managed/offline-charging.json',
      'would write: /etc/systemd/system/offline-charging-panel.service',
      'systemctl enable --quiet offline-charging-panel.service',
    ])
      assert.ok(said.includes(part), `${part}\n${said}`);
  });

  it('refuses a provisioning file that is missing or is none, before it does anything', () => {
    for (const file of ['/nowhere/station.json', join(folder, 'station.env')]) {
      const run = spawnSync('bash', [script, '--dry-run', '--station', file], { encoding: 'utf8' });
      assert.equal(run.status, 1);
      assert.equal(run.stdout, '');
      assert.match(run.stderr, /cannot read|no provisioning file/);
    }
  });

  it('explains itself', () => {
    assert.match(execFileSync('bash', [script, '--help'], { encoding: 'utf8' }), /--station FILE/);
    assert.equal(spawnSync('bash', [script, '--what']).status, 2);
  });
});
