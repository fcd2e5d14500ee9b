import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { readSettings } from '../../../hardware/relay/guard-settings.ts';
import { CONTACTOR, UNPROTECTED } from '../../../hardware/relay/protection.ts';
import { Bench, RawClient } from './guards.ts';

const given = ['--socket', '/run/guard.sock', '--relay', 'relay=17'];

describe("the guard's command line", () => {
  it('names relays, their lines and which are active low', () => {
    const settings = readSettings([...given, '--relay', 'second=GPIO27,active-low'], {});
    assert.deepEqual(settings.relays, { relay: { line: '17' }, second: { line: 'GPIO27', activeLow: true } });
    assert.deepEqual([settings.driver, settings.socket], ['auto', '/run/guard.sock']);
    assert.deepEqual(settings.minimum, CONTACTOR);
    const simulated = readSettings([...given, '--driver', 'simulated'], {});
    assert.deepEqual(simulated.minimum, UNPROTECTED);
  });

  it('is completed by the environment, and goes before it', () => {
    const environment = {
      GUARD_SOCKET: '/env.sock',
      GPIO_DRIVER: 'simulated',
      GPIO_FOLDER: '/pins',
      GUARD_RELAYS: 'a=1,active-low  b=2',
    };
    const settings = readSettings([], environment);
    assert.deepEqual(settings.relays, { a: { line: '1', activeLow: true }, b: { line: '2' } });
    assert.deepEqual([settings.socket, settings.driver, settings.folder], ['/env.sock', 'simulated', '/pins']);
    assert.deepEqual(Object.keys(readSettings(given, environment).relays), ['relay']);
    assert.equal(readSettings(['--driver', 'onoff'], environment).driver, 'onoff');
    assert.deepEqual(readSettings([], { GUARD_SOCKET: '/s', RELAY_LINE: 'GPIO17' }).relays, {
      relay: { line: 'GPIO17' },
    });
  });

  it('holds a relay for each outlet that RELAY_LINE names, each with its own level', () => {
    const RELAY_LINE = 'GPIO27,active-low; 22 ;mcp23017:5';
    assert.deepEqual(readSettings([], { GUARD_SOCKET: '/s', RELAY_LINE }).relays, {
      relay: { line: 'GPIO27', activeLow: true },
      'relay-2': { line: '22' },
      'relay-3': { line: 'mcp23017:5' },
    });
    const twenty = Array.from({ length: 20 }, (_, index) => `mcp23017:${index}`).join(';');
    const relays = readSettings([], { GUARD_SOCKET: '/s', RELAY_LINE: twenty, RELAY_ACTIVE_LOW: 'true' }).relays;
    assert.equal(Object.keys(relays).at(-1), 'relay-20');
    assert.ok(Object.values(relays).every(({ activeLow }) => activeLow));
    for (const [wrong, says] of [
      ['27;22;GPIO27', /RELAY_LINE names GPIO27 twice/],
      ['27;;22', /RELAY_LINE: "" can't be in "27;;22"/],
      ['27;22,active-hgih', /"active-hgih" can't be in/],
    ] as const) {
      assert.throws(() => readSettings([], { GUARD_SOCKET: '/s', RELAY_LINE: wrong }), says);
    }
  });

  it('without anything set takes what the charger takes: GPIO27 by auto', () => {
    for (const unset of [{}, { RELAY_LINE: '', GPIO_DRIVER: '', GUARD_RELAYS: '', GPIO_FOLDER: '' }]) {
      const settings = readSettings([], { ...unset, GUARD_SOCKET: '/s' });
      assert.deepEqual([settings.relays, settings.driver], [{ relay: { line: 'GPIO27' } }, 'auto']);
    }
    const simulated = readSettings([], { GUARD_SOCKET: '/s', GPIO_DRIVER: 'simulated', DATA_DIR: '/data' });
    assert.deepEqual([simulated.relays, simulated.folder], [{ relay: { line: 'relay' } }, '/data/pins']);
  });

  it('sets the protection that no client can loosen', () => {
    const { minimum } = readSettings([...given, '--least-seconds', '10', '--most-closings', '10'], {});
    assert.deepEqual(minimum, CONTACTOR);
    const longest = readSettings([...given, '--longest-on-seconds', '28800', '--window-seconds', '60'], {}).minimum;
    assert.deepEqual([longest.longestOnSeconds, longest.windowSeconds], [28800, 60]);
  });

  const wrong: Record<string, { args: string[]; says: RegExp }> = {
    'no socket': { args: ['--relay', 'relay=17'], says: /No socket is given/ },
    'a relay without a line': { args: [...given, '--relay', 'second'], says: /--relay second is not of the form/ },
    'a misspelt option of a relay': {
      args: [...given, '--relay', 'b=2,active_low'],
      says: /"active_low" can't be in .*LINE\[,active-low\]/,
    },
    'one line for two relays': { args: [...given, '--relay', 'b=17'], says: /Line 17 is given to two relays/ },
    'one relay twice': { args: [...given, '--relay', 'relay=18'], says: /Relay relay is given twice/ },
    'a driver that nobody knows': { args: [...given, '--driver', 'pigpio'], says: /auto, simulated, onoff, gpiod/ },
    'a number that is none': { args: [...given, '--least-seconds', 'ten'], says: /leastSeconds/ },
    'an unknown option': { args: [...given, '--relays', 'b=2'], says: /--relays/ },
  };
  for (const [what, { args, says }] of Object.entries(wrong)) {
    it(`says what is wrong with ${what}`, () => assert.throws(() => readSettings(args, {}), says));
  }

  it('ends with 2 and a word on --help when it is wrong, with 1 when there is no GPIO', async () => {
    const bench = new Bench();
    const program = `${import.meta.dirname}/../../../hardware/relay/guard-main.ts`;
    const usage = bench.run(program, '--relay', 'relay');
    const [said, [code]] = await Promise.all([text(usage.stderr!), once(usage, 'exit')]);
    assert.equal(code, 2);
    assert.match(said, /offline-charging-guard: .*See --help/);
    const help = bench.run(program, '--help');
    assert.match(await text(help.stdout!), /--relay NAME=LINE/);
    const nothing = bench.run(program, '--socket', bench.socket, '--driver', 'simulated', '--relay', 'relay=relay');
    const [why, [failure]] = await Promise.all([text(nothing.stderr!), once(nothing, 'exit')]);
    assert.equal(failure, 1);
    assert.match(why, /set GPIO_FOLDER/);
    await bench.remove();
  });

  it('prints the status of a guard that runs, and says when none does', async () => {
    const bench = new Bench();
    const program = `${import.meta.dirname}/../../../hardware/relay/guard-main.ts`;
    await bench.guard();
    const status = bench.run(program, '--status', '--socket', bench.socket);
    const answer = JSON.parse(await text(status.stdout!)) as { status: { relays: Record<string, { on: boolean }> } };
    assert.equal(answer.status.relays.relay!.on, false);
    const nobody = bench.run(program, '--status', '--socket', `${bench.socket}.none`);
    const [why, [code]] = await Promise.all([text(nobody.stderr!), once(nobody, 'exit')]);
    assert.equal(code, 1);
    assert.match(why, /ENOENT/);
    await bench.remove();
  });
});

describe('the contactor’s rest', () => {
  it('is the guard’s own minimum from the environment, whatever its command line says besides', () => {
    const minimum = (env: Record<string, string>, ...args: string[]) => readSettings([...given, ...args], env).minimum;
    const simulated = { GPIO_DRIVER: 'simulated' };
    const set = { RELAY_LEAST_SECONDS: '15', RELAY_MOST_CLOSINGS: '4' };
    for (const env of [set, { ...set, ...simulated }]) {
      assert.deepEqual(minimum(env), { ...CONTACTOR, leastSeconds: 15, mostClosings: 4 });
      const looser = minimum(env, '--least-seconds', '0', '--most-closings', '0', '--window-seconds', '1');
      assert.deepEqual([looser.leastSeconds, looser.mostClosings, looser.windowSeconds], [15, 4, 600]);
      const stricter = minimum(env, '--least-seconds', '20', '--most-closings', '2');
      assert.deepEqual([stricter.leastSeconds, stricter.mostClosings], [20, 2]);
    }
    assert.deepEqual(minimum({ RELAY_LEAST_SECONDS: ' ', RELAY_MOST_CLOSINGS: '' }), CONTACTOR);
    assert.deepEqual(minimum({ RELAY_LEAST_SECONDS: '0', RELAY_MOST_CLOSINGS: '0' }), UNPROTECTED);
    assert.equal(minimum({ RELAY_MOST_CLOSINGS: '0.5' }).mostClosings, 1);
    for (const [name, value] of [
      ['RELAY_LEAST_SECONDS', 'ten'],
      ['RELAY_LEAST_SECONDS', '-1'],
      ['RELAY_MOST_CLOSINGS', '1001'],
    ] as const)
      assert.throws(() => minimum({ [name]: value }), new RegExp(`^RangeError: ${name} takes a number from 0`));
  });

  it('holds against 200 orders of a client that asks for none, and over a guard that is killed and started anew', async () => {
    const bench = new Bench();
    bench.environment = { RELAY_LEAST_SECONDS: '60', RELAY_MOST_CLOSINGS: '3' };
    const closings = async () => {
      const client = new RawClient(bench.socket);
      const none = { leastSeconds: 0, mostClosings: 0, windowSeconds: 0, longestOnSeconds: 0 };
      client.say({ type: 'lease', relay: 'relay', protection: none });
      assert.equal((await client.hear()).type, 'granted');
      let closed = 0;
      for (let id = 1; id <= 400; id++) {
        client.say({ type: 'set', id, on: id % 2 === 1 });
        const answer = await client.hear();
        if (id % 2 === 1 && answer.type === 'done') closed += 1;
        if (id % 2 === 1 && answer.type === 'failed') assert.equal(answer.code, 'not-ready');
      }
      client.destroy();
      return closed;
    };
    const first = await bench.guard();
    assert.equal(await closings(), 1);
    let guard = first;
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const gone = once(guard.process, 'exit');
      guard.process.kill(signal);
      await gone;
      guard = await bench.guard();
      assert.equal(await closings(), 0);
    }
    await bench.remove();
  });

  it('counts from the moment at which `guard --off` finds the relay of a dead guard on', async () => {
    const bench = new Bench();
    bench.environment = { RELAY_LEAST_SECONDS: '60', GPIO_DRIVER: 'simulated', GPIO_FOLDER: bench.pins };
    bench.drive('relay', '1');
    const program = `${import.meta.dirname}/../../../hardware/relay/guard-main.ts`;
    const off = bench.run(program, '--off', '--socket', bench.socket);
    await once(off, 'exit');
    assert.equal(bench.wire(), '0');
    await bench.guard();
    const client = new RawClient(bench.socket);
    client.say({ type: 'lease', relay: 'relay' });
    const { state } = (await client.hear()) as { state: { readyInMs: number } };
    assert.ok(state.readyInMs > 50_000, String(state.readyInMs));
    client.destroy();
    await bench.remove();
  });
});
