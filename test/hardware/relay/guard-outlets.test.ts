// One guard for the relays of twenty outlets: each leased by itself, and all off when it matters.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDriver } from '../../../hardware/gpio/open.ts';
import { Guard } from '../../../hardware/relay/guard.ts';
import { CONTACTOR } from '../../../hardware/relay/protection.ts';
import { encode, type GuardStatus, MessageReader, MOST_STATUS_BYTES } from '../../../hardware/relay/protocol.ts';
import { guardedRelay, type Relay } from '../../../hardware/relay/relay.ts';
import { nameAt } from '../../../hardware/relay/relay-pins.ts';
import { connectTo } from '../../../hardware/relay/socket.ts';
import { Bench } from './guards.ts';

const NAMES = Array.from({ length: 20 }, (_, index) => nameAt('relay', index + 1));
const FREE = { leastSeconds: 0, mostClosings: 0 };

describe('the relay guard of twenty outlets', () => {
  let bench: Bench;
  let guard: Guard | undefined;
  let relays: Relay[] = [];
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.close()));
    await guard?.stop();
    guard = undefined;
    await bench.remove();
  });

  const pins = NAMES.map((name, index) => (index % 2 === 1 ? `${name}=${name},active-low` : `${name}=${name}`));
  const args = pins.flatMap((pin) => ['--relay', pin]);
  /** Which are on, each by its own level. */
  const on = () => NAMES.filter((name, index) => bench.wire(name) === String(1 - (index % 2)));
  const lease = (protection = FREE) => NAMES.map((relay) => guardedRelay({ socket: bench.socket, relay, protection }));
  async function start(minimum?: typeof CONTACTOR, log: string[] = []) {
    const lines = NAMES.map((line, index) => [line, { line, activeLow: index % 2 === 1 }] as const);
    const driver = await openDriver('simulated', { folder: bench.pins });
    guard = await Guard.start({
      socket: bench.socket,
      driver,
      relays: Object.fromEntries(lines),
      ...(minimum && { minimum }),
      againMs: 20,
      log: (message) => log.push(message),
    });
  }

  it('moves the one relay that is told, at its own level', async () => {
    await start();
    relays = lease();
    await relays[11]!.set(true);
    assert.deepEqual(on(), ['relay-12']);
    await Promise.all(relays.map((relay) => relay.set(true)));
    assert.deepEqual(on(), NAMES);
    await relays[4]!.set(false);
    assert.deepEqual(on(), NAMES.toSpliced(4, 1));
    await relays[7]!.close();
    assert.deepEqual(on(), NAMES.toSpliced(7, 1).toSpliced(4, 1));
  });

  it('gives each contactor its own rest', async () => {
    await start(CONTACTOR);
    relays = lease();
    await relays[0]!.set(true);
    await relays[0]!.set(false);
    await assert.rejects(relays[0]!.set(true), { code: 'not-ready' });
    await relays[1]!.set(true);
    assert.deepEqual(on(), ['relay-2']);
  });

  it('lets all go within its patience when their client is killed, and when it is killed itself', async () => {
    const process = (await bench.guard(...args)).process;
    const clients = await Promise.all(NAMES.slice(0, 3).map((name) => bench.client(name)));
    assert.equal(on().length, 3);
    clients[0]!.kill('SIGKILL');
    await bench.reaches('0', 'relay');
    assert.deepEqual(on(), ['relay-2', 'relay-3']);
    const gone = once(process, 'exit');
    process.kill('SIGKILL');
    await gone;
    for (const client of clients) client.kill('SIGKILL');
    assert.deepEqual(on(), ['relay-2', 'relay-3'], 'lines keep their level when their owner dies');
    const program = `${import.meta.dirname}/../../../hardware/relay/guard-main.ts`;
    const off = bench.run(program, '--off', '--driver', 'simulated', '--folder', bench.pins, ...args);
    assert.deepEqual((await once(off, 'exit'))[0], 0);
    assert.deepEqual(on(), []);
  });

  it('guards the others where one line cannot be had, and takes that one, off first, as soon as it can', async () => {
    // Lines of simulated hardware are files: a folder in the place of one is a line that nobody can have.
    const path = join(bench.pins, 'relay-3');
    mkdirSync(path);
    const log: string[] = [];
    await start(undefined, log);
    relays = lease();
    await relays[1]!.set(true);
    await assert.rejects(relays[2]!.set(true), { code: 'line-failed' });
    assert.deepEqual(Object.keys(guard!.status.relays).sort(), NAMES.toSorted());
    assert.equal(guard!.status.relays['relay-3']?.problem?.code, 'line-failed');
    assert.ok(guard!.healthy, 'it is not started anew, which would let go of the others');
    assert.equal(log.filter((line) => /^relay-3: The relay's line failed/.test(line)).length, 1, 'said once');
    rmdirSync(path);
    writeFileSync(path, '1');
    await bench.reaches('0', 'relay-3');
    await new Promise<void>((resolve) => {
      const leased = () => relays[2]!.state.lease && resolve();
      relays[2]!.onChange(leased);
      leased();
    });
    await relays[2]!.set(true);
    assert.deepEqual(on(), ['relay-2', 'relay-3']);
  });

  it('does not begin where none can be had, and says why', async () => {
    for (const name of NAMES) mkdirSync(join(bench.pins, name));
    await assert.rejects(start(), /relay/);
  });

  it('tells of all of them in one answer, however long', async () => {
    await start();
    relays = lease();
    await Promise.all(relays.map((relay) => relay.set(true)));
    const socket = connectTo(bench.socket);
    socket.setEncoding('utf8');
    socket.write(encode({ type: 'status' }));
    const reader = new MessageReader(MOST_STATUS_BYTES);
    let told: GuardStatus | undefined;
    for await (const chunk of socket) {
      for (const message of reader.read(chunk as string)) told ??= (message as { status: GuardStatus }).status;
      if (told) break;
    }
    socket.destroy();
    assert.deepEqual(Object.keys(told!.relays), NAMES);
    assert.ok(Object.values(told!.relays).every(({ on: isOn, held }) => isOn && held));
  });
});
