import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDriver } from '../../../hardware/gpio/open.ts';
import { directRelay, guardedRelay, type Relay, RelayError, type RelayState } from '../../../hardware/relay/relay.ts';
import { Bench, RawClient } from './guards.ts';

const rejectsWith = (code: string) => (error: unknown) => error instanceof RelayError && error.code === code;

/** Resolves with the first state, the present one or a later one, of which this is true. */
const until = (relay: Relay, true_: (state: RelayState) => boolean) =>
  new Promise<RelayState>((resolve) => {
    if (true_(relay.state)) return resolve(relay.state);
    const end = relay.onChange((state) => {
      if (!true_(state)) return;
      end();
      resolve(state);
    });
  });

describe('a guarded relay', () => {
  let bench: Bench;
  const relays: Relay[] = [];
  const relay = (protection: object = { leastSeconds: 0, mostClosings: 0 }) => {
    const opened = guardedRelay({ socket: bench.socket, relay: 'relay', protection });
    relays.push(opened);
    return opened;
  };
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((opened) => opened.close()));
    await bench.remove();
  });

  it('is on when it says so, and off when it says so', async () => {
    await bench.guard();
    const opened = relay();
    await opened.set(true);
    assert.equal(bench.wire(), '1');
    assert.deepEqual(opened.state, { on: true, lease: true, readyInMs: 0, wasOn: false });
    await opened.set(false);
    assert.equal(bench.wire(), '0');
    assert.equal(opened.state.on, false);
  });

  it('keeps its lease by itself', async () => {
    await bench.guard();
    const opened = relay();
    await opened.set(true);
    const changes: RelayState[] = [];
    opened.onChange((state) => changes.push(state));
    await new Promise((resolve) => setTimeout(resolve, 2600));
    assert.deepEqual(changes, []);
    assert.equal(bench.wire(), '1');
  });

  it('is off once it is closed', async () => {
    await bench.guard();
    const opened = relay();
    await opened.set(true);
    await opened.close();
    assert.equal(bench.wire(), '0');
    await assert.rejects(opened.set(true), rejectsWith('closed'));
  });

  it('carries out an order that came while the guard was still starting', async () => {
    const opened = relay();
    const [done] = await Promise.all([opened.set(true), bench.guard()]);
    assert.equal(done, undefined);
    assert.equal(bench.wire(), '1');
  });

  it('does not say that it is off when there is no guard to confirm it', async () => {
    const opened = relay();
    await assert.rejects(opened.set(false), rejectsWith('guard-away'));
    assert.equal(opened.state.problem?.code, 'guard-away');
    assert.match(opened.state.problem!.message, /start it/);
  });

  it('takes the last of two orders', async () => {
    const opened = relay();
    const first = assert.rejects(opened.set(true), rejectsWith('superseded'));
    const second = opened.set(false);
    await bench.guard();
    await Promise.all([first, second]);
    assert.equal(bench.wire(), '0');
  });

  it('says that its guard is gone, finds the next one, and stays off until it is told', async () => {
    const first = await bench.guard();
    const opened = relay();
    await opened.set(true);
    first.process.kill('SIGKILL');
    const away = await until(opened, ({ lease }) => !lease);
    assert.deepEqual([away.on, away.problem?.code], [false, 'guard-away']);
    await bench.guard();
    const back = await until(opened, ({ lease }) => lease);
    assert.deepEqual([back.on, back.wasOn, back.problem], [false, true, undefined]);
    assert.equal(bench.wire(), '0');
    await opened.set(true);
    assert.equal(bench.wire(), '1');
  });

  it('believes nothing of a guard that hangs', async () => {
    const guard = await bench.guard();
    const opened = relay();
    await opened.set(true);
    guard.process.kill('SIGSTOP');
    const away = await until(opened, ({ lease }) => !lease);
    assert.equal(away.on, false);
    guard.process.kill('SIGCONT');
    await bench.reaches('0');
    await until(opened, ({ lease }) => lease);
  });

  it('says who has the relay when another client holds it, and gets it afterwards', async () => {
    await bench.guard();
    const rival = new RawClient(bench.socket);
    rival.say({ type: 'lease', relay: 'relay' });
    await rival.hear();
    const opened = relay();
    const held = await until(opened, ({ problem }) => problem !== undefined);
    assert.equal(held.problem?.code, 'held');
    await assert.rejects(opened.set(true), rejectsWith('held'));
    await until(opened, ({ lease }) => lease);
  });

  it('tells how long the contactor needs, and when it is ready', async () => {
    await bench.guard();
    const opened = relay({ leastSeconds: 0.4, mostClosings: 0 });
    await opened.set(true);
    await opened.set(false);
    await assert.rejects(
      opened.set(true),
      (error) => rejectsWith('not-ready')(error) && (error as RelayError).readyInMs > 0,
    );
    assert.ok(opened.state.readyInMs > 0);
    await until(opened, ({ readyInMs }) => readyInMs === 0);
    await opened.set(true);
    assert.equal(bench.wire(), '1');
  });

  it('says that its line failed', async () => {
    await bench.guard();
    const opened = relay();
    await opened.set(true);
    rmSync(join(bench.pins, 'relay'));
    const failed = await until(opened, ({ problem }) => problem !== undefined);
    assert.deepEqual([failed.on, failed.problem?.code], [false, 'line-failed']);
    await assert.rejects(opened.set(false), rejectsWith('line-failed'));
    bench.drive('relay', '1');
    await bench.reaches('0');
    await until(opened, ({ problem }) => problem === undefined);
    await opened.set(true);
  });
});

describe('a relay without a guard', () => {
  let bench: Bench;
  let relay: Relay;
  const open = async (protection: object = {}) => {
    const driver = await openDriver('simulated', { folder: bench.pins });
    relay = await directRelay({ driver, line: 'relay', protection });
    return relay;
  };
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(async () => {
    await relay.close().catch(() => {});
    await bench.remove();
  });

  it('is off first, holds no lease, and is off when it is closed', async () => {
    bench.drive('relay', '1');
    await open({ leastSeconds: 0 });
    assert.equal(bench.wire(), '0');
    assert.deepEqual(relay.state, { on: false, lease: false, readyInMs: 0, wasOn: true });
    await relay.set(true);
    assert.equal(bench.wire(), '1');
    await relay.close();
    assert.equal(bench.wire(), '0');
    await assert.rejects(relay.set(true), rejectsWith('closed'));
  });

  it('follows the same rules as the guard', async () => {
    await open();
    await relay.set(true);
    await relay.set(false);
    await assert.rejects(relay.set(true), rejectsWith('not-ready'));
    assert.ok(relay.state.readyInMs > 9000);
  });

  it('remembers its closings when it is opened anew, as a redeploy does, and those of no other line', async () => {
    await open();
    await relay.set(true);
    await relay.close();
    await open();
    await assert.rejects(relay.set(true), rejectsWith('not-ready'));
    assert.equal(bench.wire(), '0');
    const driver = await openDriver('simulated', { folder: bench.pins });
    const other = await directRelay({ driver, line: 'other' });
    await other.set(true);
    await other.close();
  });

  it('goes off by itself after its longest time on', async () => {
    await open({ longestOnSeconds: 0.05 });
    await relay.set(true);
    const off = await until(relay, ({ on }) => !on);
    assert.equal(off.problem?.code, 'longest-on');
    assert.equal(bench.wire(), '0');
  });

  it('stays on when its process is killed: that is what the guard is for', async () => {
    const script = `
      import { openDriver } from '${import.meta.dirname}/../../../hardware/gpio/open.ts';
      import { directRelay } from '${import.meta.dirname}/../../../hardware/relay/relay.ts';
      const driver = await openDriver('simulated', { folder: process.argv[1] });
      await (await directRelay({ driver, line: 'relay' })).set(true);
      console.log('on');`;
    const child = bench.run('--input-type=module', '-e', script, bench.pins);
    await once(child.stdout!, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(bench.wire(), '1');
    await open();
    assert.equal(bench.wire(), '0');
    assert.equal(relay.state.wasOn, true);
  });
});
