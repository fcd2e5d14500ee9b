import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chargerEnvironment } from '../../../flows/charger/environment.ts';
import { parseSettings } from '../../../hardware/raspberry-pi/settings-file.ts';
import { readSettings } from '../../../hardware/relay/guard-settings.ts';

const root = new URL('../../../', import.meta.url).pathname;
const text = readFileSync(join(root, 'hardware/raspberry-pi/station.env'), 'utf8');
const set = Object.keys(parseSettings(text).variables);
const commented = [...text.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name!);

/** What the station's programs are told by others than the station's owner. */
const OTHERS = new Set([
  // The cloud's; the charger's process drops them.
  'MASTER_KEY',
  'MASTER_KEY_FILE',
  'MASTER_KEY_COMMAND',
  'DATABASE_URL',
  'CLOUD_PORT',
  // systemd's, the login's, Node's.
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'RUNTIME_DIRECTORY',
  'HOME',
  'LANG',
  'LC_ALL',
  'LC_MESSAGES',
  // Where `offline-charging update` unpacks, in its tests.
  'UPDATE_FOLDER',
]);

/** Of everything that runs on a station: `env.NAME`, `{ NAME } = process.env`, `'NAME'` as an argument, `${NAME}`. */
function read(): Set<string> {
  const files = globSync(
    [
      'flows/{launcher,server,shared}/*.ts',
      'api/*.ts',
      'flows/charger/**/*.{ts,json}',
      'hardware/**/*.{ts,sh}',
      'nodes/{charging-station,read-keypad,verify-code,detect-vehicle,read-meter,run-session,control-relay,show-display,shared}/*.ts',
      'charging/station/**/*.ts',
    ],
    // `npm start` and its help are not what a station runs; the installer's own words are no settings.
    {
      cwd: root,
      exclude: [
        'flows/launcher/start.ts',
        'flows/launcher/help.ts',
        'hardware/raspberry-pi/{install,programs,pack-station}.sh',
      ],
    },
  );
  const names = new Set<string>();
  for (const file of files) {
    const source = readFileSync(join(root, file), 'utf8');
    const found = [
      ...source.matchAll(/\b(?:env|environment|rest|variables)\.([A-Z][A-Z_0-9]+)\b/g),
      ...source.matchAll(/\b(?:env|environment), '([A-Z][A-Z_0-9]+)'/g),
      // In the tables of settings.
      ...source.matchAll(/\bvariable: '([A-Z][A-Z_0-9]+)'/g),
      // In a flow, or in a shell script with its default; in TypeScript it would be a constant.
      ...(/\.ts$/.test(file) ? [] : source.matchAll(/"\$\{([A-Z][A-Z_0-9]+)\}"|\$\{([A-Z][A-Z_0-9]+):-/g)),
      // What a node of a flow takes from the environment.
      ...source.matchAll(/"to": "([A-Z][A-Z_0-9]+)",\s*"tot": "env"/g),
      ...[...source.matchAll(/const \{([^}]+)\} = (?:process\.)?env\b/g)].flatMap(([, inside]) => [
        ...inside!.matchAll(/\b([A-Z][A-Z_0-9]+)\b/g),
      ]),
    ];
    for (const [, name, other] of found) names.add((name ?? other)!);
  }
  return names;
}

describe('station.env', () => {
  it('has every variable that a program on the station reads, and none that no program reads', () => {
    const wanted = [...read()].filter(
      (name) => (!OTHERS.has(name) && name.includes('_')) || ['HOST', 'KEYPAD', 'METER', 'LANGUAGE'].includes(name),
    );
    assert.ok(wanted.length > 40, wanted.join());
    assert.deepEqual([...new Set([...set, ...commented])].toSorted(), [...new Set(wanted)].toSorted());
  });

  it('has each once', () => {
    const all = [...set, ...commented];
    assert.deepEqual(
      all.filter((name, index) => all.indexOf(name) !== index),
      [],
    );
  });

  it('is accepted by charger and guard as it is, and with every comment taken away', () => {
    const folder = mkdtempSync(join(tmpdir(), 'station-env-'));
    try {
      for (const file of [text, text.replace(/^#([A-Z_]+=)/gm, '$1')]) {
        const { variables, ignored } = parseSettings(file);
        assert.deepEqual(ignored, []);
        const env = { ...variables, DATA_DIR: folder, STATION_KEY: 'ab'.repeat(32) };
        const charger = chargerEnvironment('auto', env);
        assert.equal(charger.RELAY_LINE, 'GPIO27');
        assert.equal(charger.STATION_LAYOUT, 'compact');
        assert.equal(readSettings([], { ...env, GUARD_SOCKET: '/run/guard.sock' }).driver, 'auto');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is shell that any tool may read, too', () => {
    execFileSync('bash', ['-n', join(root, 'hardware/raspberry-pi/station.env')]);
  });
});
