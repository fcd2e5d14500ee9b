import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { Bench, median, RawClient } from './guards.ts';

describe('a relay under guard', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.remove());

  /** A client that has leased the relay, and closed it. */
  async function closing(): Promise<RawClient> {
    const client = new RawClient(bench.socket);
    client.say({ type: 'lease', relay: 'relay' });
    await client.hear();
    client.say({ type: 'set', id: 1, on: true });
    await client.hear();
    return client;
  }

  it('goes off within 50 ms when its client is killed', async function () {
    this.timeout(60_000);
    await bench.guard();
    const times: number[] = [];
    for (let i = 0; i < 15; i++) {
      const client = await bench.client();
      assert.equal(bench.wire(), '1');
      const killedAt = performance.now();
      client.kill('SIGKILL');
      times.push((await bench.reaches('0')) - killedAt);
    }
    console.log(
      `      kill -9 to off: median ${median(times).toFixed(1)} ms, worst ${Math.max(...times).toFixed(1)} ms`,
    );
    assert.ok(median(times) <= 50, `median ${median(times)} ms`);
  });

  it('goes off within 2.1 s when its client is stopped, and the client can lease it again when it goes on', async () => {
    await bench.guard();
    const client = await bench.client();
    const stoppedAt = performance.now();
    client.kill('SIGSTOP');
    const took = (await bench.reaches('0')) - stoppedAt;
    console.log(`      SIGSTOP to off: ${took.toFixed(0)} ms`);
    assert.ok(took >= 1400 && took <= 2100, `${took} ms`);
    client.kill('SIGCONT');
    client.kill('SIGKILL');
    await once(client, 'exit');
    await bench.client();
  });

  it('goes off when its client hangs in a loop that never ends', async () => {
    await bench.guard();
    const client = await closing();
    assert.equal(bench.wire(), '1');
    const silentSince = performance.now();
    const took = (await bench.reaches('0')) - silentSince;
    assert.ok(took <= 2100, `${took} ms`);
    await client.closed;
  });

  it('stays on as long as the lease is renewed', async () => {
    await bench.guard();
    const client = await closing();
    const until = performance.now() + 3000;
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      client.say({ type: 'renew' });
      const { state } = (await client.hear()) as { state: { on: boolean } };
      assert.equal(state.on, true);
      assert.equal(bench.wire(), '1');
    }
    client.destroy();
    await bench.reaches('0');
  });

  it('goes off before its guard ends, by whatever signal that can be caught', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const guard = await bench.guard();
      const client = await bench.client();
      guard.process.kill(signal);
      const [code] = await once(guard.process, 'exit');
      assert.equal(bench.wire(), '0', signal);
      assert.equal(code, 0, signal);
      client.kill('SIGKILL');
    }
  });

  it('stays on after its guard was killed, and is switched off, before anyone can lease it, by the next', async () => {
    const first = await bench.guard();
    const user = await bench.client();
    first.process.kill('SIGKILL');
    await once(first.process, 'exit');
    // It would lease the relay again, before or after us.
    user.kill('SIGKILL');
    assert.equal(bench.wire(), '1', 'a simulated line keeps its level when its owner dies');

    const second = await bench.guard();
    assert.equal(bench.wire(), '0');
    assert.ok(second.output.some((line) => line.includes('relay: found on, switched off')));
    const client = new RawClient(bench.socket);
    client.say({ type: 'lease', relay: 'relay', protection: { leastSeconds: 10 } });
    const { state } = (await client.hear()) as { state: { wasOn: boolean; readyInMs: number } };
    assert.equal(state.wasOn, true);
    assert.ok(state.readyInMs > 0, 'the contactor needs its pause after it was found on');
    client.destroy();
  });

  it('gets its rest also when its guard is started anew, however it ended, but not after a boot', async () => {
    const protection = { leastSeconds: 100, mostClosings: 0 };
    const leased = async () => {
      const client = new RawClient(bench.socket);
      client.say({ type: 'lease', relay: 'relay', protection });
      const { state } = (await client.hear()) as { state: { readyInMs: number } };
      return { client, readyInMs: state.readyInMs };
    };
    const file = `${bench.socket}.closings`;
    let guard = await bench.guard();
    const { client } = await leased();
    client.say({ type: 'set', id: 1, on: true });
    await client.hear();
    client.say({ type: 'set', id: 2, on: false });
    await client.hear();
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      guard.process.kill(signal);
      await once(guard.process, 'exit');
      guard = await bench.guard();
      const { client, readyInMs } = await leased();
      assert.ok(readyInMs > 90_000 && readyInMs <= 100_000, `${readyInMs} ms after ${signal}`);
      client.destroy();
    }
    const known = readFileSync(file, 'utf8');
    for (const otherwise of [
      known.replace(/"boot":"[^"]+"/, '"boot":"another"'),
      known.slice(0, -5),
      '{"closings":7}',
    ]) {
      guard.process.kill('SIGKILL');
      await once(guard.process, 'exit');
      writeFileSync(file, otherwise);
      guard = await bench.guard();
      const { client, readyInMs } = await leased();
      assert.equal(readyInMs, 0, otherwise);
      client.destroy();
    }
  });

  it('is switched off by `--off`, which is for systemd to run after a guard that died', async () => {
    bench.drive('relay', '1');
    bench.drive('second', '1');
    const off = bench.run(
      `${import.meta.dirname}/../../../hardware/relay/guard-main.ts`,
      ...[
        '--off',
        '--driver',
        'simulated',
        '--folder',
        bench.pins,
        '--relay',
        'relay=relay',
        '--relay',
        'second=second',
      ],
    );
    const [code] = await once(off, 'exit');
    assert.equal(code, 0);
    assert.equal(bench.wire('relay') + bench.wire('second'), '00');
  });

  it('is switched off again when something else switches its line on', async () => {
    await bench.guard();
    bench.drive('relay', '1');
    await bench.reaches('0');
  });

  it('is reported off when something else switches its line off', async () => {
    await bench.guard();
    const client = await closing();
    bench.drive('relay', '0');
    const news = (await client.hear()) as { state: { on: boolean; problem: { code: string } } };
    assert.equal(news.state.on, false);
    assert.equal(news.state.problem.code, 'line-failed');
    client.destroy();
  });

  it('is left to a guard that hangs and hears no more clients, until that is ended', async function () {
    this.timeout(20_000);
    const { process: hung } = await bench.guard();
    const client = await closing();
    hung.kill('SIGSTOP');
    const waiting: Socket[] = [];
    for (let full = false; !full; ) {
      const next = createConnection(bench.socket);
      next.on('error', ({ code }: NodeJS.ErrnoException) => {
        full ||= code === 'EAGAIN';
      });
      waiting.push(next);
      await Promise.race([once(next, 'connect'), once(next, 'close')]).catch(() => {});
    }
    await assert.rejects(bench.guard(), /did not start/);
    assert.equal(bench.wire(), '1', 'no line was touched');
    for (const each of waiting) each.destroy();
    hung.kill('SIGKILL');
    await once(hung, 'exit');
    await bench.guard();
    assert.equal(bench.wire(), '0');
    client.destroy();
  });
});
