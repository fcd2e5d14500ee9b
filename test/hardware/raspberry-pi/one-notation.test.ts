// Whoever reads a pin reads the same: the flow's nodes, the guard, `guard --off`, the doctor and the installer, each
// given the same line of station.env.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Finding } from '../../../flows/charger/doctor/finding.ts';
import { checkLines } from '../../../flows/charger/doctor/lines-check.ts';
import { pinsCheck } from '../../../flows/charger/doctor/pins-check.ts';
import { say } from '../../../flows/charger/doctor/words.ts';
import { OnoffDriver } from '../../../hardware/gpio/onoff.ts';
import { writePin } from '../../../hardware/gpio/pin.ts';
import { parseSettings } from '../../../hardware/raspberry-pi/settings-file.ts';
import { planRelay } from '../../../nodes/control-relay/settings.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import { layChip, sysfsGpio } from '../gpio/recorded-sysfs.ts';

const program = (path: string) => new URL(`../../../hardware/${path}`, import.meta.url).pathname;

/** As it stands in station.env; the pin that it is, or 'refused'. */
const table: Record<string, string> = {
  'RELAY_LINE=GPIO27': 'GPIO27',
  'RELAY_LINE=27': '27',
  'RELAY_LINE=gpio27': 'GPIO27',
  'RELAY_LINE=BCM27': 'BCM27',
  'RELAY_LINE= GPIO27  ': 'GPIO27',
  'RELAY_LINE=': 'usual',
  'RELAY_LINE=""': 'usual',
  'RELAY_LINE=GPIO27,active-low': 'GPIO27,active-low',
  'RELAY_LINE="GPIO27, active-low"': 'GPIO27,active-low',
  "RELAY_LINE='GPIO27,active-low'": 'GPIO27,active-low',
  'RELAY_LINE=GPIO27 , active-low ': 'GPIO27,active-low',
  'RELAY_LINE=gpio27,ACTIVE-LOW': 'GPIO27,active-low',
  'RELAY_LINE = "GPIO27",active-low': 'GPIO27,active-low',
  'RELAY_LINE=GPIO27\nRELAY_ACTIVE_LOW=true': 'GPIO27,active-low',
  'RELAY_LINE=GPIO27\nRELAY_ACTIVE_LOW="True"': 'GPIO27,active-low',
  'RELAY_LINE=27\nRELAY_ACTIVE_LOW=1': '27,active-low',
  'RELAY_ACTIVE_LOW=true': 'usual,active-low',
  'RELAY_LINE=GPIO27\nRELAY_ACTIVE_LOW=false': 'GPIO27',
  'RELAY_LINE=GPIO27,active-low\nRELAY_ACTIVE_LOW=true': 'GPIO27,active-low',
  'RELAY_LINE=GPIO27,pull-down': 'GPIO27,pull-down',
  'RELAY_LINE=GPIO27,active-low,pull-up': 'GPIO27,active-low,pull-up',
  'RELAY_LINE=GPIO27,pull-up,active-low': 'GPIO27,active-low,pull-up',
  'RELAY_LINE=GPIO17\nRELAY_LINE=GPIO27,active-low': 'GPIO27,active-low',
  '; RELAY_LINE=5\n  RELAY_LINE=GPIO27,\\\nactive-low': 'GPIO27,active-low',
  'GUARD_RELAYS="relay=GPIO27, active-low"\nRELAY_LINE=5': 'GPIO27,active-low',
  'RELAY_LINE=GPIO27,active_low': 'refused',
  'RELAY_LINE=GPIO27,active-hgih': 'refused',
  'RELAY_LINE=GPIO27 active-low': 'refused',
  'RELAY_LINE=GPIO27,': 'refused',
  'RELAY_LINE=GPIO27 # the relay': 'refused',
  'RELAY_LINE=GPIO27;;GPIO22': 'refused',
  'RELAY_LINE=GPIO27;GPIO22,active_low': 'refused',
  'RELAY_LINE="GPIO27; GPIO22,active-low"\nRELAY_ACTIVE_LOW=false': 'refused',
  'RELAY_LINE=GPIO27,active-low\nRELAY_ACTIVE_LOW=false': 'refused',
  'RELAY_LINE=GPIO27\nRELAY_ACTIVE_LOW=ture': 'refused',
  'RELAY_LINE=active-low': 'refused',
};

describe('a line of station.env', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pins-'));
    mkdirSync(join(folder, 'pins'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const [line, expected] of Object.entries(table)) {
    it(`${JSON.stringify(line)} is ${expected} to each program`, async () => {
      const variables = parseSettings(line).variables;
      const answers = await Promise.all([
        flow(variables),
        doctor(variables),
        guard(variables, '--off'),
        guard(variables),
        installer(line),
      ]);
      if (expected === 'refused') {
        for (const answer of answers) assert.match(answer, /^refused: .*(RELAY_LINE|RELAY_ACTIVE_LOW)/s);
        for (const answer of answers) assert.match(answer, /LINE\[,active-low\]|true or false|true, false/s);
        return;
      }
      const pin = (otherwise: string) => expected.replace('usual', otherwise);
      const off = expected.includes('active-low') ? 1 : 0;
      const simulated = `${pin('relay').split(',')[0]}=${off}`;
      const pull = expected.includes('pull-') ? (expected.includes('pull-up') ? ',pu' : ',pd') : '';
      assert.deepEqual(answers, [
        pin('GPIO27'),
        pin('GPIO27'),
        simulated,
        simulated,
        `gpio=27=op,${off ? 'dh' : 'dl'}${pull}`,
      ]);
    });
  }

  for (const [line, levels] of Object.entries({
    'RELAY_LINE=GPIO27;GPIO22': [0, 0],
    'RELAY_LINE="GPIO27,active-low; GPIO22,active-low"': [1, 1],
    'RELAY_LINE="GPIO27 ; 22 , active-low"': [0, 1],
    'RELAY_LINE=GPIO27；GPIO22\nRELAY_ACTIVE_LOW=true': [1, 1],
  })) {
    it(`${JSON.stringify(line)} is two relays, each with its own level, to each program`, async () => {
      const variables = parseSettings(line).variables;
      const second = line.includes(' 22') ? '22' : 'GPIO22';
      const pins = ['GPIO27', second].map((name, index) => (levels[index] === 1 ? `${name},active-low` : name));
      const both = { VEHICLE_LINE: 'GPIO17;GPIO18', ...variables };
      assert.equal(await doctor(both), pins.join('; '));
      const off = `${second}=${levels[1]} GPIO27=${levels[0]}`.split(' ').sort().join(' ');
      assert.deepEqual([await guard(variables, '--off'), await guard(variables)], [off, off]);
      const words = levels.map((level) => (level === 1 ? 'dh' : 'dl'));
      assert.equal(await installer(`${line}\nVEHICLE_LINE=17;18`), `gpio=27=op,${words[0]}\ngpio=22=op,${words[1]}`);
      assert.deepEqual(flows(variables), pins);
    });
  }

  it('says where settings that are not there would be named', async () => {
    const args = [program('raspberry-pi/pins-main.ts'), '--env', join(folder, 'none.env')];
    const [error, said] = await new Promise<[{ code?: unknown } | null, string]>((resolve) => {
      execFile(process.execPath, args, (failed, _, stderr) => resolve([failed, stderr]));
    });
    assert.equal(error?.code, 2);
    assert.match(said, /^offline-charging pins: There is no \S+none\.env: say with --env FILE/);
  });

  /** What `control relay` finds at the guard for each of two outlets. */
  function flows(variables: Record<string, string>): string[] {
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      const plans = [1, 2].map((outlet) => planRelay({ through: 'guard' } as never, { outlet, outlets: 2 }));
      assert.deepEqual(
        plans.map(({ relay }) => relay),
        ['relay', 'relay-2'],
      );
      return plans.map(({ guarded }) => writePin(guarded!));
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    }
  }

  /** `control relay`, through the guard and on its own, which must not differ. */
  function flow(variables: Record<string, string>): string {
    const before = { ...process.env };
    // As flows/charger/environment.ts hands it on.
    Object.assign(process.env, { RELAY_LINE: 'GPIO27' }, nonEmpty(variables));
    try {
      const { RELAY_LINE, RELAY_ACTIVE_LOW } = process.env;
      const { guarded } = planRelay({ through: 'guard' } as never);
      if (variables.GUARD_RELAYS) return writePin(guarded!);
      const direct = planRelay({ through: 'direct', line: RELAY_LINE, activeLow: RELAY_ACTIVE_LOW } as never);
      assert.deepEqual(direct.contactor, guarded);
      return writePin(guarded!);
    } catch (error) {
      return `refused: ${(error as Error).message}`;
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    }
  }

  async function doctor(env: Record<string, string>): Promise<string> {
    const root = join(folder, 'root');
    const chips = layChip(root);
    const subject = { root, env, user: { name: 'whoever', uid: 0, groupIds: [] }, nowMs: 0 };
    const [simulated, refused] = await pinsCheck.run({ ...subject, env: { ...env, GPIO_DRIVER: 'simulated' } });
    if (refused) return `refused: ${sentences(refused)}`;
    assert.match(sentences({ ...simulated!, advice: simulated!.says }), /would be \S/);
    const findings = await checkLines(new OnoffDriver(sysfsGpio(root), chips, root), chips, subject);
    const relays = findings.slice(0, env.RELAY_LINE?.normalize('NFKC').split(';').length ?? 1);
    return relays.map(({ values }) => String(values!.pin)).join('; ');
  }

  /** Which line it drives, and how. */
  async function guard(variables: Record<string, string>, ...args: string[]): Promise<string> {
    const pins = join(folder, args.length > 0 ? 'off' : 'pins');
    mkdirSync(pins, { recursive: true });
    const env = { ...variables, GPIO_DRIVER: 'simulated', GPIO_FOLDER: pins, GUARD_SOCKET: join(folder, 'guard.sock') };
    const child = spawn(process.execPath, [program('relay/guard-main.ts'), ...args], {
      env: { ...env, ...COMPILE_CACHE },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const said = text(child.stderr);
    for await (const printed of createInterface(child.stdout)) if (printed.includes(' on /')) child.kill('SIGTERM');
    const [code] = await ended;
    if (code === 2) return `refused: ${await said}`;
    const driven = readdirSync(pins).map((name) => `${name}=${readFileSync(join(pins, name), 'utf8')}`);
    return driven.join(' ');
  }

  /** What install.sh asks. */
  function installer(line: string): Promise<string> {
    const file = join(folder, 'station.env');
    writeFileSync(file, `# The station\n${line}\n`);
    const args = [program('raspberry-pi/pins-main.ts'), '--config-txt', '--env', file];
    return new Promise((resolve) => {
      execFile(process.execPath, args, (error, stdout, stderr) => {
        assert.ok(!error || error.code === 2, stderr);
        resolve(error ? `refused: ${stderr}` : stdout.trim());
      });
    });
  }
});

const nonEmpty = (variables: Record<string, string>) =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
const sentences = ({ says, advice, values }: Finding) => `${say(says, 'en', values)} ${say(advice!, 'en', values)}`;

describe('the settings file', () => {
  it('is read by the rules of systemd, which are not those of a shell', () => {
    const { variables, ignored } = parseSettings(
      [
        '\uFEFF# comment \\',
        'still=comment',
        ';also',
        'A=1 # not a comment',
        '  B = "two words"   ',
        "C='it''s'",
        'D="a\\"b\\$c\\n"x y  ',
        'E=one\\',
        'two',
        'export F=1',
        'G',
        'H=a"b"',
        'A=2',
        '',
      ].join('\r\n'),
    );
    assert.deepEqual(variables, {
      A: '2',
      B: 'two words',
      C: 'its',
      D: 'a"b$c\\nx y',
      E: 'onetwo',
      H: 'a"b"',
    });
    assert.deepEqual(ignored, ['export F']);
  });

  it('that hides a setting from the services is told by the doctor and refused by the installer', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pins-'));
    const file = join(folder, 'station.env');
    writeFileSync(file, 'export RELAY_LINE=GPIO27,active-low\n');
    const child = spawn(process.execPath, [program('raspberry-pi/pins-main.ts'), '--env', file]);
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.deepEqual([code, /export RELAY_LINE/.test(said)], [2, true]);
    const subject = { root: folder, env: {}, user: { name: 'whoever', uid: 0, groupIds: [] }, nowMs: 0 };
    const findings = await pinsCheck.run({ ...subject, ignored: ['export RELAY_LINE'] });
    assert.ok(findings.some(({ level, says }) => level === 'wrong' && says === 'pins.ignored'));
    rmSync(folder, { recursive: true });
  });
});
