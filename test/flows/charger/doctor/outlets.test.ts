// The doctor at a station with several outlets: it knows from the station's file how many there are, and names each.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devicesCheck } from '../../../../flows/charger/doctor/devices-check.ts';
import { examine, report } from '../../../../flows/charger/doctor/doctor.ts';
import { checkLines } from '../../../../flows/charger/doctor/lines-check.ts';
import { OnoffDriver } from '../../../../hardware/gpio/onoff.ts';
import { exportLine, layChip, sysfsGpio } from '../../../hardware/gpio/recorded-sysfs.ts';

describe('the doctor of several outlets', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'doctor-outlets-'));
    mkdirSync(join(root, 'data/charger'), { recursive: true });
    const terms = { unit: 'min', step: 30, layout: 'wide', sequence: 'clock', slotSeconds: 120, outlets: 3 };
    const station = { station: 'CP-3', key: 'ab'.repeat(32), ...terms };
    writeFileSync(join(root, 'data/charger/station.json'), JSON.stringify(station), { mode: 0o600 });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const subjectOf = (env: Readonly<Record<string, string>>) => ({
    ...{ root, env: { DATA_DIR: join(root, 'data'), ...env } },
    ...{ user: { name: 'whoever', uid: process.getuid!(), groupIds: [] }, nowMs: 0 },
  });

  it('says which lists have not a row for each, in both languages', async () => {
    const env = { GPIO_DRIVER: 'simulated', RELAY_LINE: '27; 22', VEHICLE_LINE: '4;5;4', FEEDBACK_LINE: '6;;' };
    const sections = await examine(subjectOf(env));
    const english = report(sections, 'en');
    assert.match(english, /✗ RELAY_LINE holds “27; 22”: it takes one an outlet, 3 in all/);
    assert.match(english, /✗ VEHICLE_LINE names “4” for the outlets 1, 3: each needs its own/);
    assert.doesNotMatch(english, /FEEDBACK_LINE/);
    assert.match(report(sections, 'zh-CN'), /✗ RELAY_LINE 的值“27; 22”：每个插座一项，共 3 项/);
  });

  it('looks at each relay and each contact, and begins with whose it is', async () => {
    const chips = layChip(root);
    // As the charger, which runs, has left one of them.
    exportLine(root, 512 + 5, { direction: 'in', value: '1' });
    const env = { STATION_OUTLETS: '3', RELAY_LINE: '27; 22; 99', VEHICLE_LINE: '4; 5; 22' };
    const findings = await checkLines(new OnoffDriver(sysfsGpio(root), chips, root), chips, subjectOf(env));
    const lines = report([{ title: 'pins', findings }], 'en').split('\n');
    const said = (start: string) =>
      assert.ok(
        lines.some((line) => line.startsWith(start)),
        `${start}\n${lines.join('\n')}`,
      );
    said('  ✓ Outlet 1: The relay is on line 27');
    said('  ✓ Outlet 2: The relay is on line 22');
    said('  ✗ RELAY_LINE 3');
    said('  ✓ Outlet 1: The plug contact');
    said('  ✓ Outlet 2: The plug contact');
    said('  ✗ Line 22 is given to RELAY_LINE 2, VEHICLE_LINE 3');
  });

  it('says what is wrong with the addresses of their meters', async () => {
    const told = async (METER_ADDRESS: string) =>
      report(
        [
          {
            title: 'devices',
            findings: await devicesCheck.run(subjectOf({ STATION_OUTLETS: '3', METER: 'modbus', METER_ADDRESS })),
          },
        ],
        'en',
      );
    assert.match(await told('1; 2'), /METER_ADDRESS holds “1; 2”: it takes one an outlet, 3 in all/);
    assert.match(await told('1; 2; 2'), /METER_ADDRESS names “2” for the outlets 2, 3/);
    assert.match(await told('1; 2; 250'), /250/);
    assert.doesNotMatch(await told('1; 2; 3'), /METER_ADDRESS/);
  });
});
