import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS as ofStation, planStation } from '../../../nodes/charging-station/settings.ts';
import { MIGRATIONS as ofRelay, planRelay } from '../../../nodes/control-relay/settings.ts';
import { MIGRATIONS as ofVehicle, planContact, planLoad } from '../../../nodes/detect-vehicle/settings.ts';
import { MIGRATIONS as ofMeter } from '../../../nodes/read-meter/settings.ts';
import type { NodeConfig } from '../../../nodes/shared/red.ts';
import { migrated } from '../../../nodes/shared/versions.ts';
import { dialogNames, registered } from '../../support/dialogs.ts';

const saved = (settings: object) => ({ id: 'n', type: 'a node', ...settings }) as NodeConfig;

const dialogs = registered(dialogNames);
/** The version that a dialog saves today. */
const versionOf = (type: string) => dialogs[type]!.defaults.version!.value;

describe('a saved configuration', () => {
  it('of 0.1.0, which has no version, means what it meant', () => {
    const config = saved({
      line: 'GPIO17',
      openMs: '30',
      closeMs: `\${A_VARIABLE}`,
      startSeconds: '',
      goneSeconds: 90,
    });
    assert.deepEqual(migrated(config, ofVehicle), config);
    const meter = saved({ meter: 's0', line: '22', impulsesPerKwh: '800', highestPowerW: '7400' });
    assert.deepEqual(migrated(meter, ofMeter), meter);
  });

  it('of 0.1.0 with a number that the dialog no longer takes goes on with the nearest one', () => {
    const vehicle = migrated(saved({ line: '17', closeMs: 120_000, startSeconds: '0' }), ofVehicle);
    assert.equal(planContact(vehicle).closeMs, 60_000);
    assert.equal(planLoad(vehicle).startSeconds, 1);
    const relay = migrated(saved({ leastSeconds: '100000', windowMinutes: '0', mostClosings: '2.5' }), ofRelay);
    const { protection } = planRelay(relay);
    assert.deepEqual([protection.leastSeconds, protection.windowSeconds, protection.mostClosings], [86_400, 6, 2]);
  });

  it('with what 0.1.0 refused is refused still', () => {
    assert.equal((migrated(saved({ step: '0' }), ofStation) as { step?: unknown }).step, '0');
    assert.throws(() => planContact(migrated(saved({ line: '17', openMs: '-1' }), ofVehicle)), { code: 'bad-number' });
    assert.throws(() => planRelay(migrated(saved({ leastSeconds: 'soon' }), ofRelay)), { code: 'bad-protection' });
  });

  it('of today stays as it is', () => {
    const config = saved({ version: 1, closeMs: '120000' });
    assert.equal(migrated(config, ofVehicle), config);
    assert.throws(() => planContact({ ...config, line: '17' }), { code: 'bad-number' });
  });

  it('of a station from before it had outlets has one, whatever a variable says', () => {
    process.env.STATION_OUTLETS = '12';
    try {
      for (const version of [undefined, 1]) {
        const config = { station: 'CP-1', step: '30', ...(version && { version }) };
        const { outlets, outletNames } = planStation(migrated(saved(config), ofStation), 'ab'.repeat(32), '/data');
        assert.deepEqual([outlets, outletNames], [1, ['']]);
      }
    } finally {
      delete process.env.STATION_OUTLETS;
    }
  });

  for (const version of [2, '7', 'x', -1, 1.5]) {
    it(`of version ${version} is refused with a sentence, not guessed at`, () => {
      assert.throws(
        () => migrated(saved({ version }), ofVehicle),
        (error: { code: string; message: string }) =>
          error.code === 'config-newer' &&
          error.message.includes(String(version)) &&
          /update the pack/.test(error.message),
      );
    });
  }
});

describe('the flows and examples that are shipped', () => {
  const root = join(import.meta.dirname, '../../..');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const ours = new Set(Object.keys(manifest['node-red'].nodes).map((name) => name.replaceAll('-', ' ')));
  for (const file of globSync(['nodes/*/examples/*.json', 'flows/{cloud,charger}/**/flow.json'], { cwd: root })) {
    it(`carry the version of each of our nodes: ${file}`, () => {
      const flow = JSON.parse(readFileSync(join(root, file), 'utf8')) as { type: string; version?: unknown }[];
      const nodes = flow.filter(({ type }) => ours.has(type));
      assert.ok(nodes.length > 0);
      for (const { type, version } of nodes) assert.equal(version, versionOf(type), type);
    });
  }
});
