import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debouncedInput } from '../../../hardware/gpio/debounce.ts';
import type { GpioDriver } from '../../../hardware/gpio/driver.ts';
import { GpioError } from '../../../hardware/gpio/errors.ts';
import { openDriver } from '../../../hardware/gpio/open.ts';

describe('simulated GPIO', () => {
  let folder: string;
  let driver: GpioDriver;
  const wire = (line: string) => readFileSync(join(folder, line), 'utf8');
  const drive = (line: string, text: string) => writeFileSync(join(folder, line), text);

  beforeEach(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'pins-')), 'pins');
    driver = await openDriver('simulated', { folder });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** An input, and a promise of each of its next changes. */
  async function input(line: string, options: { activeLow?: boolean } = {}) {
    const changes: boolean[] = [];
    let wake = () => {};
    let lost: GpioError | undefined;
    const opened = await driver.input(line, {
      ...options,
      onChange: (level) => {
        changes.push(level);
        wake();
      },
      onLost: (error) => {
        lost = error;
        wake();
      },
    });
    const heard = () =>
      new Promise<void>((resolve) => {
        if (changes.length > 0 || lost) resolve();
        else wake = resolve;
      });
    return { ...opened, read: () => opened.read(), close: () => opened.close(), changes, heard, lost: () => lost };
  }

  it('makes an input that is missing, at 0', async () => {
    const vehicle = await input('vehicle');
    assert.equal(wire('vehicle'), '0');
    assert.equal(vehicle.read(), false);
    await vehicle.close();
  });

  it('leaves an input as it is found, and tells its changes', async () => {
    drive('vehicle', '1');
    const vehicle = await input('vehicle');
    assert.equal(vehicle.read(), true);
    drive('vehicle', '0\n');
    await vehicle.heard();
    assert.deepEqual(vehicle.changes, [false]);
    await vehicle.close();
  });

  it('turns an active-low input round', async () => {
    const vehicle = await input('vehicle', { activeLow: true });
    assert.equal(vehicle.read(), true);
    drive('vehicle', '1');
    await vehicle.heard();
    assert.deepEqual(vehicle.changes, [false]);
    await vehicle.close();
  });

  it('keeps the last level while `echo 0 >` has emptied the file and not yet written it', async () => {
    drive('vehicle', '1');
    const vehicle = await input('vehicle');
    const file = openSync(join(folder, 'vehicle'), 'w');
    assert.equal(wire('vehicle'), '');
    assert.equal(vehicle.read(), true);
    const other = await input('other');
    drive('other', '1');
    await other.heard();
    assert.deepEqual(vehicle.changes, []);
    writeSync(file, '0\n');
    closeSync(file);
    await vehicle.heard();
    assert.deepEqual(vehicle.changes, [false]);
    await Promise.all([vehicle.close(), other.close()]);
  });

  it('never reports an unplugging that did not happen, whoever rewrites the file how often', async () => {
    drive('vehicle', '1');
    const vehicle = await input('vehicle');
    const script = 'for i in $(seq 500); do echo 1 > "$0"; done; echo 0 > "$0"';
    const shell = spawn('sh', ['-c', script, join(folder, 'vehicle')]);
    await once(shell, 'exit');
    await vehicle.heard();
    assert.deepEqual(vehicle.changes, [false]);
    await vehicle.close();
  });

  it('says so when an input is removed', async () => {
    const vehicle = await input('vehicle');
    rmSync(join(folder, 'vehicle'));
    await vehicle.heard();
    assert.equal(vehicle.lost()?.code, 'line-lost');
    assert.throws(
      () => vehicle.read(),
      (error) => error instanceof GpioError && error.code === 'line-lost',
    );
    await vehicle.close();
  });

  it('is lost when it holds neither 0 nor 1 for longer than a file is being rewritten', async () => {
    drive('vehicle', '1');
    const vehicle = await input('vehicle');
    drive('vehicle', 'x');
    await vehicle.heard();
    assert.deepEqual(vehicle.changes, []);
    assert.equal(vehicle.lost()?.code, 'line-lost');
    assert.match(String(vehicle.lost()?.message), /neither 0 nor 1/);
    await vehicle.close();
  });

  it('opens an input that is just being rewritten, and none that holds neither 0 nor 1', async () => {
    drive('vehicle', '');
    const opening = input('vehicle');
    drive('vehicle', '1');
    const vehicle = await opening;
    assert.equal(vehicle.read(), true);
    await vehicle.close();
    drive('vehicle', 'x');
    await assert.rejects(input('vehicle'), (error) => error instanceof GpioError && error.code === 'line-lost');
  });

  it('holds exactly 0 or 1 on an output, off first', async () => {
    drive('relay', '1\n');
    const relay = await driver.output('relay');
    assert.equal(wire('relay'), '0');
    assert.equal(relay.wasOn, true);
    relay.write(true);
    assert.equal(wire('relay'), '1');
    assert.equal(relay.read(), true);
    await relay.close();
    assert.equal(wire('relay'), '0');
    assert.deepEqual(readdirSync(folder), ['relay']);
  });

  it('makes an active-low output at 1, which is off', async () => {
    const relay = await driver.output('relay', { activeLow: true });
    assert.equal(wire('relay'), '1');
    assert.equal(relay.wasOn, false);
    relay.write(true);
    assert.equal(wire('relay'), '0');
    assert.equal(relay.read(), true);
    await relay.close();
    assert.equal(wire('relay'), '1');
  });

  it('reads back what someone else wrote to an output, and says when it is gone', async () => {
    const relay = await driver.output('relay');
    drive('relay', '1');
    assert.equal(relay.read(), true);
    rmSync(join(folder, 'relay'));
    assert.throws(() => relay.write(true), /gone/);
  });

  it('refuses a line that is no file name', async () => {
    for (const line of ['../relay', 'a/b', '', '.hidden']) {
      await assert.rejects(driver.output(line), (error) => error instanceof GpioError && error.code === 'line-unknown');
    }
  });

  it('tells a debounced input its level at start and at each change', async () => {
    drive('vehicle', '1');
    const levels: boolean[] = [];
    let changed = () => {};
    const next = () => new Promise<void>((resolve) => (changed = resolve));
    const vehicle = await debouncedInput(driver, 'vehicle', {
      openMs: 5,
      closeMs: 10,
      onLevel: (level) => {
        levels.push(level);
        changed();
      },
      onLost: assert.fail,
    });
    assert.deepEqual(levels, [true]);
    for (const text of ['0', '1', '0']) {
      const change = next();
      drive('vehicle', text);
      await change;
    }
    assert.deepEqual(levels, [true, false, true, false]);
    assert.equal(vehicle.level, false);
    await vehicle.close();
  });

  it('tells of an open contact that closes before it is believed, and when that came to nothing', async () => {
    drive('vehicle', '0');
    const told: string[] = [];
    let changed = () => {};
    const next = () => new Promise<void>((resolve) => (changed = resolve));
    const tell = (what: string) => {
      told.push(what);
      changed();
    };
    const vehicle = await debouncedInput(driver, 'vehicle', {
      openMs: 5,
      closeMs: 60,
      onLevel: (level) => tell(level ? 'closed' : 'open'),
      onSettling: (settling) => tell(settling ? 'settling' : 'nothing'),
      onLost: assert.fail,
    });
    for (const text of ['1', '0']) {
      const change = next();
      drive('vehicle', text);
      await change;
    }
    assert.deepEqual(told, ['open', 'settling', 'nothing']);
    let change = next();
    drive('vehicle', '1');
    await change;
    change = next();
    await change;
    assert.deepEqual(told, ['open', 'settling', 'nothing', 'settling', 'closed']);
    await vehicle.close();
  });

  it('tells a debounced input once that its line is lost', async () => {
    let lost = 0;
    await new Promise<void>((resolve, reject) => {
      debouncedInput(driver, 'vehicle', {
        onLevel: () => {},
        onLost: () => {
          lost += 1;
          resolve();
        },
      }).then(() => rmSync(join(folder, 'vehicle')), reject);
    });
    assert.equal(lost, 1);
  });
});
