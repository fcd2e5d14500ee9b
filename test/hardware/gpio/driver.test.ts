import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriverName } from '../../../hardware/gpio/driver.ts';
import { EdgeWatcher } from '../../../hardware/gpio/edges.ts';
import { GpioError } from '../../../hardware/gpio/errors.ts';
import { openDriver } from '../../../hardware/gpio/open.ts';
import {
  EVENT_SIZE,
  IOCTL,
  lineConfig,
  lineRequest,
  lineValues,
  newChipInfo,
  newLineInfo,
} from '../../../hardware/gpio/uapi.ts';
import { loadLibc } from '../../../hardware/linux/libc.ts';

const code = (expected: string) => (error: unknown) => error instanceof GpioError && error.code === expected;

describe('opening a GPIO driver', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'machine-'));
    mkdirSync(join(root, 'dev'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  for (const name of ['auto', 'gpiod', 'onoff'] as const) {
    it(`with ${name} says that a machine has no GPIO, and simulates nothing`, async () => {
      await assert.rejects(openDriver(name, { root, folder: root }), code('no-gpio'));
      await assert.rejects(openDriver(name, { root, folder: root }), /GPIO_DRIVER=simulated/);
    });
  }

  it('with simulated needs a folder', async () => {
    await assert.rejects(openDriver('simulated'), code('no-folder'));
  });

  it('with a name that nobody knows says which there are', async () => {
    await assert.rejects(openDriver('pigpio' as DriverName), {
      name: 'TypeError',
      message: /auto, simulated, onoff, gpiod/,
    });
  });

  it('passes over what only looks like a chip', async () => {
    writeFileSync(join(root, 'dev/gpiochip0'), '');
    await assert.rejects(openDriver('gpiod', { root }), code('no-gpio'));
  });
});

describe("the kernel's GPIO structures", () => {
  it('have the sizes that are part of the ioctl numbers', () => {
    const size = (request: number) => (request >>> 16) & 0x3fff;
    assert.equal(newChipInfo().length, size(IOCTL.chipInfo));
    assert.equal(newLineInfo(3).length, size(IOCTL.lineInfo));
    assert.equal(lineRequest(3, 'relay', lineConfig(0n, true)).length, size(IOCTL.requestLine));
    assert.equal(lineConfig(0n).length, size(IOCTL.setConfig));
    assert.equal(lineValues(true).length, size(IOCTL.getValues));
  });
});

describe('waiting for edges', () => {
  let folder: string;
  const event = (rising: boolean) => {
    const bytes = Buffer.alloc(EVENT_SIZE);
    bytes.writeUInt32LE(rising ? 1 : 2, 8);
    return bytes;
  };
  const fifo = (name: string) => {
    execFileSync('mkfifo', [join(folder, name)]);
    return openSync(join(folder, name), constants.O_RDWR);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edges-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('tells each line its own edges, also those that came before it asked', async () => {
    const watcher = new EdgeWatcher(await loadLibc());
    const files = [fifo('a'), fifo('b')];
    const heard: string[] = [];
    let done = () => {};
    const all = new Promise<void>((resolve) => (done = resolve));
    writeSync(files[0]!, Buffer.concat([event(true), event(false)]));
    for (const [i, file] of files.entries()) {
      watcher.add(file, {
        onEdge: (level) => heard.push(`${i}${level ? '+' : '-'}`) === 4 && done(),
        onGone: assert.fail,
      });
    }
    writeSync(files[1]!, event(true));
    writeSync(files[0]!, event(true));
    await all;
    assert.deepEqual(
      heard.filter((edge) => edge.startsWith('0')),
      ['0+', '0-', '0+'],
    );
    assert.deepEqual(
      heard.filter((edge) => edge.startsWith('1')),
      ['1+'],
    );
    for (const file of files) {
      await watcher.remove(file);
      closeSync(file);
    }
  });

  it('tells of a line that is gone, once', async () => {
    const watcher = new EdgeWatcher(await loadLibc());
    execFileSync('mkfifo', [join(folder, 'a')]);
    const keeper = openSync(join(folder, 'a'), constants.O_RDWR);
    const file = openSync(join(folder, 'a'), constants.O_RDONLY);
    const gone = new Promise<Error>((resolve) => watcher.add(file, { onEdge: () => assert.fail(), onGone: resolve }));
    closeSync(keeper);
    assert.match((await gone).message, /gone/);
    await watcher.remove(file);
    closeSync(file);
  });

  it('does not hold up the end of the process', async () => {
    execFileSync('mkfifo', [join(folder, 'a')]);
    const here = import.meta.dirname;
    const script = `
      import { constants, openSync } from 'node:fs';
      import { EdgeWatcher } from '${here}/../../../hardware/gpio/edges.ts';
      import { loadLibc } from '${here}/../../../hardware/linux/libc.ts';
      new EdgeWatcher(await loadLibc()).add(openSync(process.argv[1], constants.O_RDWR), { onEdge() {}, onGone() {} });
      setTimeout(() => { process.send?.(process.hrtime()); process.exit(7); }, 50);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, join(folder, 'a')], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [sent] = (await once(child, 'message')) as [[number, number]];
    const [exit] = await once(child, 'exit');
    const [seconds, nanoseconds] = process.hrtime(sent);
    assert.equal(exit, 7);
    assert.ok(seconds + nanoseconds / 1e9 < 4, 'it waited for the sleep of the poll to end');
  });
});
