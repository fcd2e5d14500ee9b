import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GpioError } from '../../../hardware/gpio/errors.ts';
import { exportedLine, OnoffDriver } from '../../../hardware/gpio/onoff.ts';
import { exportLine, layChip, sysfsGpio } from './recorded-sysfs.ts';

const MINE = { consumer: 'vehicle', onChange() {}, onLost() {} };
const busy = (says: RegExp) => (error: unknown) =>
  error instanceof GpioError && error.code === 'line-busy' && says.test(error.message);

describe('lines through sysfs', () => {
  let root: string;
  let driver: OnoffDriver;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sysfs-'));
    driver = new OnoffDriver(sysfsGpio(root), layChip(root), root);
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const folder = (number: number) => join(root, `sys/class/gpio/gpio${number}`);

  it('are refused when this program uses them already, with what for', async () => {
    const relay = await driver.output('GPIO27', { consumer: 'relay' });
    await assert.rejects(driver.input(27, MINE), busy(/Line 27 .*as the output "relay"/));
    await assert.rejects(driver.output('27'), busy(/as the output "relay"/));
    assert.equal(readFileSync(join(folder(539), 'direction'), 'utf8'), 'out');
    await relay.close();
    const plug = await driver.input('GPIO27', MINE);
    await assert.rejects(driver.output(27), busy(/as the input "vehicle"/));
    await plug.close();
  });

  it('are switched off before they are let go of', async () => {
    const written: number[] = [];
    class Recording extends sysfsGpio(root) {
      override writeSync(value: 0 | 1): void {
        written.push(value);
        super.writeSync(value);
      }
    }
    const relay = await new OnoffDriver(Recording, layChip(root), root).output('GPIO27', { consumer: 'relay' });
    relay.write(true);
    await relay.close();
    assert.deepEqual(written.slice(-2), [1, 0]);
  });

  it('are no inputs while another program, such as the relay guard, drives them', async () => {
    exportLine(root, 539, { direction: 'out', value: '1' });
    await assert.rejects(driver.input('GPIO27', MINE), busy(/output of another program.*echo 539/));
    assert.equal(readFileSync(join(folder(539), 'direction'), 'utf8'), 'out');
    assert.deepEqual(exportedLine('GPIO27', root), { output: true, high: true });
  });

  it('are found on an expander that comes late, and comes back under another number', async () => {
    await assert.rejects(driver.input('mcp23017:5', MINE), /No GPIO chip has the label "mcp23017"/);
    layChip(root, 570, 'mcp23017', 16);
    const first = await driver.input('mcp23017:5', MINE);
    assert.ok(existsSync(folder(575)));
    await first.close();
    rmSync(join(root, 'sys/class/gpio/gpiochip570'), { recursive: true });
    layChip(root, 586, 'mcp23017', 16);
    const again = await driver.input('mcp23017:5', MINE);
    assert.ok(existsSync(folder(591)));
    await again.close();
  });

  it('stay exported when they were before', async () => {
    exportLine(root, 529, { direction: 'in', value: '1' });
    const plug = await driver.input('GPIO17', MINE);
    assert.equal(plug.read(), true);
    await plug.close();
    assert.ok(existsSync(folder(529)));
    const own = await driver.input('GPIO18', MINE);
    await own.close();
    assert.ok(!existsSync(folder(530)));
    assert.equal(exportedLine('GPIO18', root), undefined);
  });
});
