import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import fc from 'fast-check';
import { openDriver } from '../../../hardware/gpio/open.ts';
import { Guard } from '../../../hardware/relay/guard.ts';
import { connectTo } from '../../../hardware/relay/socket.ts';
import { Bench, RawClient } from './guards.ts';

interface State {
  readonly on: boolean;
  readonly readyInMs: number;
  readonly wasOn: boolean;
}

describe('the relay guard', () => {
  let bench: Bench;
  let guard: Guard;
  const start = async (options: Partial<Parameters<typeof Guard.start>[0]> = {}) => {
    const driver = await openDriver('simulated', { folder: bench.pins });
    guard = await Guard.start({
      socket: bench.socket,
      driver,
      relays: { relay: { line: 'relay' }, second: { line: 'second', activeLow: true } },
      ...options,
    });
    return guard;
  };
  const leased = async (relay = 'relay', protection: object = { leastSeconds: 0, mostClosings: 0 }) => {
    const client = new RawClient(bench.socket);
    client.say({ type: 'lease', relay, protection });
    assert.equal((await client.hear()).type, 'granted');
    return client;
  };
  const set = async (client: RawClient, on: boolean, id = 1) => {
    client.say({ type: 'set', id, on });
    return client.hear();
  };

  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(async () => {
    await guard?.stop();
    await bench.remove();
  });

  it('listens where only its own user can reach it', async () => {
    const socket = join(bench.folder, 'run/deep/guard.sock');
    await start({ socket });
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    assert.equal(statSync(join(bench.folder, 'run/deep')).mode & 0o777, 0o700);
  });

  it('listens in a folder whose path is longer than a socket address', async () => {
    const folder = join(bench.folder, 'd'.repeat(120));
    mkdirSync(folder);
    bench.socket = join(folder, 'guard.sock');
    await start();
    const client = await leased();
    await set(client, true);
    assert.equal(bench.wire(), '1');
    client.destroy();
  });

  it('has every line off before it listens', async () => {
    bench.drive('relay', '1');
    bench.drive('second', '0');
    await start();
    assert.equal(bench.wire('relay'), '0');
    assert.equal(bench.wire('second'), '1');
    assert.deepEqual(guard.foundOn, ['relay', 'second']);
  });

  it('replaces a socket file that a dead guard left behind', async () => {
    const dead = createServer().listen(bench.socket);
    await once(dead, 'listening');
    execFileSync('cp', ['-a', bench.socket, `${bench.socket}.kept`]);
    await new Promise((resolve) => dead.close(resolve));
    execFileSync('mv', [`${bench.socket}.kept`, bench.socket]);
    await start();
    (await leased()).destroy();
  });

  it('does not start beside another guard, nor touch the lines that the other holds', async () => {
    await start();
    const client = await leased();
    await set(client, true);
    const driver = await openDriver('simulated', { folder: bench.pins });
    await assert.rejects(Guard.start({ socket: bench.socket, driver, relays: { relay: { line: 'relay' } } }), {
      code: 'EADDRINUSE',
    });
    assert.equal(bench.wire(), '1');
    assert.equal((await set(client, false)).type, 'done');
  });

  it('whose socket was taken away is not well, but while its clients hold all leases, so that it is started anew', async () => {
    await start();
    const clients = [await leased('relay'), await leased('second')];
    assert.ok(guard.healthy);
    rmSync(bench.socket);
    assert.ok(guard.healthy, 'who charges goes on');
    clients[1]!.destroy();
    while (guard.status.relays.second!.held) await tick();
    assert.equal(guard.healthy, false);
    const other = createServer().listen(bench.socket);
    await once(other, 'listening');
    assert.equal(guard.healthy, false, 'nor where somebody else listens');
    other.close();
    clients[0]!.destroy();
  });

  it('leaves no socket where it can have no line', async () => {
    await assert.rejects(start({ relays: { wrong: { line: '../wrong' }, worse: { line: '../worse' } } }));
    assert.equal(existsSync(bench.socket), false);
  });

  it('opens the line that it has when another one can’t be had', async () => {
    bench.drive('relay', '1');
    await start({ relays: { relay: { line: 'relay' }, wrong: { line: '../wrong' } } });
    assert.equal(bench.wire(), '0');
  });

  it('switches on and off for whoever holds the lease, and says so when it is done', async () => {
    await start();
    const client = await leased();
    const on = (await set(client, true, 7)) as { type: string; id: number; state: State };
    assert.deepEqual([on.type, on.id, on.state.on], ['done', 7, true]);
    assert.equal(bench.wire(), '1');
    const off = (await set(client, false, 8)) as { id: number; state: State };
    assert.deepEqual([off.id, off.state.on], [8, false]);
    assert.equal(bench.wire(), '0');
  });

  it('keeps several relays apart', async () => {
    await start();
    const [one, other] = [await leased('relay'), await leased('second')];
    await set(one, true);
    await set(other, true);
    assert.equal(bench.wire('relay') + bench.wire('second'), '10');
    one.destroy();
    await bench.reaches('0', 'relay');
    assert.equal(bench.wire('second'), '0', 'the active-low relay stays on');
    await set(other, false);
    assert.equal(bench.wire('second'), '1');
  });

  it('refuses a second client for one relay and leaves it to the first', async () => {
    await start();
    const first = await leased();
    await set(first, true);
    const second = new RawClient(bench.socket);
    second.say({ type: 'lease', relay: 'relay' });
    const refusal = await second.hear();
    assert.equal(refusal.type, 'refused');
    assert.equal(refusal.code, 'held');
    assert.match(String(refusal.message), /Another client holds the relay "relay"/);
    await second.closed;
    assert.equal(bench.wire(), '1');
    first.destroy();
    await bench.reaches('0');
    (await leased()).destroy();
  });

  it('refuses a relay that it does not have, and names those it has', async () => {
    await start();
    const client = new RawClient(bench.socket);
    client.say({ type: 'lease', relay: 'kettle' });
    const refusal = await client.hear();
    assert.equal(refusal.code, 'unknown-relay');
    assert.match(String(refusal.message), /relay, second/);
    await client.closed;
  });

  it('tells a client that the relay had been on when the guard started, until one has heard it', async () => {
    bench.drive('relay', '1');
    await start();
    const first = new RawClient(bench.socket);
    first.say({ type: 'lease', relay: 'relay' });
    assert.equal(((await first.hear()).state as State).wasOn, true);
    first.destroy();
    await first.closed;
    const second = await leasedSoon();
    assert.equal(second.state.wasOn, true);
    second.client.say({ type: 'renew' });
    await second.client.hear();
    second.client.destroy();
    await second.client.closed;
    assert.equal((await leasedSoon()).state.wasOn, false);
  });

  /** The guard may hear of the last client's end a moment after that client does. */
  async function leasedSoon(protection?: object) {
    for (;;) {
      const client = new RawClient(bench.socket);
      client.say({ type: 'lease', relay: 'relay', protection });
      const answer = await client.hear();
      if (answer.type === 'granted') return { client, state: answer.state as State };
      await client.closed;
    }
  }

  it('keeps the pause between closings whatever client asks, and tells how long it is', async () => {
    await start();
    const client = await leased('relay', {});
    await set(client, true);
    await set(client, false);
    const failed = (await set(client, true)) as { type: string; code: string; state: State };
    assert.equal(failed.type, 'failed');
    assert.equal(failed.code, 'not-ready');
    assert.ok(failed.state.readyInMs > 9000 && failed.state.readyInMs <= 10_000);
    client.destroy();
    await client.closed;
    const again = await leasedSoon();
    assert.ok(again.state.readyInMs > 8000, 'a new client does not begin anew');
    assert.equal((await set(again.client, true)).type, 'failed');
    assert.equal(bench.wire(), '0');
  });

  it('keeps its own pause where a client asks for none', async () => {
    await start({ minimum: { leastSeconds: 5, mostClosings: 0, windowSeconds: 0, longestOnSeconds: 0 } });
    const client = await leased('relay', { leastSeconds: 0, mostClosings: 0 });
    await set(client, true);
    await set(client, false);
    assert.equal((await set(client, true)).type, 'failed');
  });

  it('switches off by itself after the longest time on, and says why', async () => {
    await start({ minimum: { leastSeconds: 0, mostClosings: 0, windowSeconds: 0, longestOnSeconds: 0.05 } });
    const client = await leased();
    await set(client, true);
    const news = (await client.hear()) as { type: string; state: State & { problem: { code: string } } };
    assert.equal(news.type, 'state');
    assert.equal(news.state.on, false);
    assert.equal(news.state.problem.code, 'longest-on');
    assert.equal(bench.wire(), '0');
    assert.equal((await set(client, true)).type, 'done');
  });

  describe('drops a client and switches its relay off when the client says', () => {
    const garbage: Record<string, string | Uint8Array> = {
      'no JSON': 'on please\n',
      'half a message and then another': '{"type":"set"\n{"type":"renew"}\n',
      'a number': '42\n',
      null: 'null\n',
      'an unknown message': '{"type":"reboot"}\n',
      'a set without an id': '{"type":"set","on":true}\n',
      'a set to 1': '{"type":"set","id":1,"on":1}\n',
      'a second lease': '{"type":"lease","relay":"second"}\n',
      'bytes that are no text': Uint8Array.from([0xff, 0xfe, 0, 10]),
      'an endless line': 'x'.repeat(1e6),
      'an endless message': `{"type":"renew","padding":"${'x'.repeat(10_000)}"}\n`,
    };
    for (const [what, words] of Object.entries(garbage)) {
      it(what, async () => {
        await start();
        const client = await leased();
        await set(client, true);
        assert.equal(bench.wire(), '1');
        client.sayRaw(words);
        const refusal = await client.hear();
        assert.equal(refusal.type, 'refused');
        assert.equal(refusal.code, 'bad-request');
        assert.equal(bench.wire(), '0');
        await client.closed;
        (await leasedSoon()).client.destroy();
      });
    }

    it('a protection that makes no sense', async () => {
      await start();
      const client = new RawClient(bench.socket);
      client.say({ type: 'lease', relay: 'relay', protection: { leastSeconds: -1 } });
      const refusal = await client.hear();
      assert.equal(refusal.code, 'bad-request');
      assert.match(String(refusal.message), /leastSeconds/);
    });
  });

  it('reads a message that arrives byte by byte, and several that arrive at once', async () => {
    await start();
    const client = await leased();
    for (const byte of '{"type":"set","id":1,"on":true}\n') {
      client.sayRaw(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await client.hear()).id, 1);
    client.sayRaw('{"type":"renew"}\n{"type":"set","id":2,"on":false}\n{"type":"renew"}\n');
    assert.deepEqual(
      [(await client.hear()).type, (await client.hear()).id, (await client.hear()).type],
      ['state', 2, 'state'],
    );
  });

  it('tells anyone its status without a lease', async () => {
    await start();
    const client = await leased();
    await set(client, true);
    const asker = new RawClient(bench.socket);
    asker.say({ type: 'status' });
    const { status } = (await asker.hear()) as {
      status: { driver: string; relays: Record<string, State & { held: boolean }> };
    };
    assert.match(status.driver, /^simulated: /);
    assert.deepEqual([status.relays.relay!.on, status.relays.relay!.held], [true, true]);
    assert.deepEqual([status.relays.second!.on, status.relays.second!.held], [false, false]);
    asker.destroy();
  });

  it('switches off for a client that asks for its status again and again, and renews nothing', async () => {
    await start();
    const client = await leased();
    await set(client, true);
    const asking = setInterval(() => client.say({ type: 'status' }), 100);
    await bench.reaches('0');
    clearInterval(asking);
  });

  it('switches off for a client that renews, and does not read what it is told', async () => {
    await start();
    const client = connectTo(bench.socket).on('error', () => {});
    const say = (message: unknown, times = 1) => client.write(`${JSON.stringify(message)}\n`.repeat(times));
    say({ type: 'lease', relay: 'relay', protection: { leastSeconds: 0, mostClosings: 0 } });
    say({ type: 'set', id: 1, on: true });
    await bench.reaches('1');
    const renewing = setInterval(() => say({ type: 'renew' }, 1000), 100);
    await bench.reaches('0');
    clearInterval(renewing);
    client.destroy();
  });

  it('does not wait for a client that connects and says nothing', async () => {
    await start();
    const client = new RawClient(bench.socket);
    await client.closed;
  });

  it('keeps what it promises through a thousand random events', async function () {
    this.timeout(60_000);
    await start();
    type Step = 'lease' | 'on' | 'off' | 'renew' | 'garbage' | 'vanish' | 'end' | 'rival';
    const steps = fc.constantFrom<Step>('lease', 'on', 'on', 'on', 'off', 'renew', 'garbage', 'vanish', 'end', 'rival');
    const [events] = fc.sample(fc.array(steps, { minLength: 1000, maxLength: 1000 }), { numRuns: 1, seed: 20261122 });
    let client: RawClient | undefined;
    let wanted = false;
    for (const [i, event] of events!.entries()) {
      const holder = client ?? (await leasedSoon({ leastSeconds: 0, mostClosings: 0 })).client;
      if (!client) wanted = false;
      client = holder;
      switch (event) {
        case 'on':
        case 'off':
          wanted = event === 'on';
          assert.equal((await set(client, wanted, i)).id, i);
          break;
        case 'renew':
          client.say({ type: 'renew' });
          assert.equal(((await client.hear()).state as State).on, wanted);
          break;
        case 'rival': {
          const rival = new RawClient(bench.socket);
          rival.sayRaw('{"type":"lease","relay":"relay"}\n{"type":"set","id":1,"on":true}\n');
          assert.equal((await rival.hear()).type, 'refused');
          await rival.closed;
          break;
        }
        case 'lease':
          break;
        case 'garbage':
          client.sayRaw('\u0000}{\n');
          await client.closed;
          client = undefined;
          break;
        case 'vanish':
        case 'end':
          if (event === 'end') client.end();
          else client.destroy();
          await client.closed;
          client = undefined;
          await bench.reaches('0');
          break;
      }
      assert.equal(bench.wire(), client && wanted ? '1' : '0', `after ${event}, the ${i}th`);
      assert.equal(bench.wire('second'), '1');
    }
    client?.destroy();
  });

  it('goes on when its socket’s folder is full of other things', async () => {
    writeFileSync(bench.socket, 'a file that is no socket');
    await start();
    (await leased()).destroy();
  });
});
