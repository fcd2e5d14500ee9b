import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, closeSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { notifier } from '../../../hardware/relay/notify.ts';
import { Bench } from './guards.ts';

/** The other end: what systemd would hear. */
class Manager {
  readonly #file: number;
  readonly #recv: (...args: unknown[]) => number;

  constructor(path: string) {
    const library = koffi.load(null);
    this.#file = library.func('int socket(int, int, int)')(1, 2, 0);
    const address = Buffer.concat([Buffer.from([1, 0]), Buffer.from(path), Buffer.alloc(1)]);
    assert.equal(library.func('int bind(int, void *, unsigned int)')(this.#file, address, address.length), 0);
    this.#recv = library.func('intptr_t recv(int, void *, size_t, int)');
  }

  /** The next datagram, waited for so long; undefined: there was none. */
  async hear(patienceMs = 10_000): Promise<string | undefined> {
    const buffer = Buffer.alloc(256);
    const until = performance.now() + patienceMs;
    while (performance.now() < until) {
      const length = this.#recv(this.#file, buffer, buffer.length, 0x40);
      if (length >= 0) return buffer.toString('utf8', 0, length);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return undefined;
  }

  close(): void {
    closeSync(this.#file);
  }
}

describe('a guard under systemd', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.remove());

  it('says that it is ready, that it is alive, and that it stops', async () => {
    const path = join(bench.folder, 'notify');
    const manager = new Manager(path);
    Object.assign(process.env, { NOTIFY_SOCKET: path, WATCHDOG_USEC: '100000' });
    try {
      const guard = await bench.guard();
      assert.equal(await manager.hear(), 'READY=1');
      assert.equal(await manager.hear(), 'WATCHDOG=1');
      assert.equal(await manager.hear(), 'WATCHDOG=1');
      guard.process.kill('SIGTERM');
      let last: string | undefined = '';
      while (last !== 'STOPPING=1') last = await manager.hear();
    } finally {
      delete process.env.NOTIFY_SOCKET;
      delete process.env.WATCHDOG_USEC;
      manager.close();
    }
  });

  it('falls silent when a relay does not go off, so that systemd starts it anew', async () => {
    const path = join(bench.folder, 'notify');
    const manager = new Manager(path);
    Object.assign(process.env, { NOTIFY_SOCKET: path, WATCHDOG_USEC: '40000' });
    try {
      const guard = await bench.guard();
      renameSync(join(bench.pins, 'relay'), join(bench.pins, 'gone'));
      while (!guard.output.some((line) => line.includes('failed'))) await once(guard.process.stdout!, 'data');
      let heard = 0;
      while ((await manager.hear(300)) !== undefined) heard += 1;
      assert.ok(heard < 100, 'it says that it is alive all the same');
    } finally {
      delete process.env.NOTIFY_SOCKET;
      delete process.env.WATCHDOG_USEC;
      manager.close();
    }
  });

  it('has nobody to tell without NOTIFY_SOCKET', async () => {
    assert.equal(await notifier({}), undefined);
  });

  it('is watched twice as often as systemd asks, and not for another process', async () => {
    const environment = { NOTIFY_SOCKET: join(bench.folder, 'nobody'), WATCHDOG_USEC: '10000000' };
    const systemd = (await notifier(environment))!;
    assert.equal(systemd.watchdogMs, 5000);
    systemd.tell('READY=1');
    assert.equal((await notifier({ ...environment, WATCHDOG_PID: '1' }))!.watchdogMs, undefined);
  });

  it('uses systemd-notify where datagrams can’t be had', async () => {
    const tool = join(bench.folder, 'systemd-notify');
    const told = join(bench.pins, 'told');
    writeFileSync(tool, `#!/bin/sh\necho "$1 $NOTIFY_SOCKET" > ${told}.new && mv ${told}.new ${told}\n`);
    chmodSync(tool, 0o755);
    const environment = { NOTIFY_SOCKET: '/run/systemd/notify', PATH: `${bench.folder}:${process.env.PATH}` };
    const systemd = (await notifier(environment, () => Promise.reject(new Error('no koffi'))))!;
    const watcher = watch(bench.pins);
    const moved = new Promise<void>((resolve) => watcher.on('change', (_, name) => name === 'told' && resolve()));
    systemd.tell('READY=1');
    await moved;
    watcher.close();
    assert.equal(readFileSync(told, 'utf8'), 'READY=1 /run/systemd/notify\n');
  });
});
