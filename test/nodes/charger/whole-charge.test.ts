import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chargerFlow, code, Rig, service } from './support.ts';

describe('a charger in Node-RED', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const closed = () => rig.at('records').filter(({ topic }) => topic === 'session-closed');
  const outcome = (entry: string) => {
    rig.type(`${entry}#`);
    return rig.until('it was heard', () => /\w/.test(rig.statuses.get('verify')?.text ?? ''));
  };

  async function charge(sequence: number): Promise<void> {
    rig.plug(true);
    rig.type(`${code(sequence)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    await rig.until('the session knows', () => rig.statuses.get('session')?.text?.includes('charging') === true);
  }

  it('charges a whole time: code, plug, relay on, unplug, relay off, receipt', async () => {
    await rig.start(chargerFlow(rig.folder));
    await charge(1);
    rig.plug(false);
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
    await rig.until('the receipt is there', () => closed().length === 1);
    assert.match((closed()[0]!.payload as { receipt: string }).receipt, /^\d{12}$/);
    assert.ok((rig.last('shown')!.payload as { lines: string[] }).lines.length > 0);
  });

  it('refuses a code that was used, and takes the next', async () => {
    await rig.start(chargerFlow(rig.folder));
    await charge(1);
    rig.plug(false);
    await rig.until('the session is over', () => closed().length === 1);
    await outcome(code(1));
    await rig.until('it is refused', () => rig.statuses.get('verify')?.text?.includes('used') === true);
    assert.equal(rig.pin('relay'), '0');
    await charge(2);
  });

  it('waits for a vehicle, and redeems only then', async () => {
    await rig.start(chargerFlow(rig.folder));
    rig.type(`${code(1)}#`);
    await rig.until('it waits', () => rig.statuses.get('session')?.text?.includes('armed') === true);
    assert.equal(rig.pin('relay'), '0');
    assert.ok(!rig.at('records').some(({ topic }) => topic === 'session-opened'));
    rig.plug(true);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
  });

  it('keeps what came with a message on what it causes', async () => {
    await rig.start(chargerFlow(rig.folder));
    rig.send('keypad', { payload: '123#', trace: 'of the flow' });
    await rig.until('it is shown', () => rig.at('shown').some(({ trace }) => trace === 'of the flow'));
  });

  for (const type of ['full', 'nodes'] as const) {
    it(`a ${type} deploy in the middle of a charge drops the relay`, async () => {
      const flow = chargerFlow(rig.folder);
      await rig.start(flow);
      await charge(1);
      const changed = chargerFlow(rig.folder, { control: { longestHours: '79' } });
      await rig.deploy(changed, type);
      await rig.until('the relay is off', () => rig.pin('relay') === '0');
    });
  }

  it('disabling the relay in the middle of a charge drops it, and nothing more is counted; unplugging gives the receipt', async () => {
    await rig.start(chargerFlow(rig.folder));
    await charge(1);
    await rig.deploy(chargerFlow(rig.folder, { control: { d: true } }), 'nodes');
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
    const written = () => rig.at('records').find(({ topic }) => topic === 'session-checkpoint')?.payload;
    await rig.until('the session waits', () => written() !== undefined);
    rig.plug(false);
    await rig.until('the session is closed', () => closed().length === 1);
    const { receipt, delivered } = closed()[0]!.payload as { receipt: string; delivered: number };
    assert.match(receipt, /^\d{12}$/);
    assert.equal(delivered, (written() as { delivered: number }).delivered);
  });

  it('disabling the detection in the middle of a charge drops the relay; enabled again, the charge goes on', async () => {
    await rig.start(chargerFlow(rig.folder));
    await charge(1);
    await rig.deploy(chargerFlow(rig.folder, { detect: { d: true } }), 'nodes');
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
    await rig.deploy(chargerFlow(rig.folder), 'nodes');
    await rig.until('the relay is on again', () => rig.pin('relay') === '1');
    assert.equal(closed().length, 0);
  });

  it('a detection that is deployed again in the middle of a charge interrupts nothing', async () => {
    await rig.start(chargerFlow(rig.folder));
    await charge(1);
    const before = rig.at('actual').length;
    await rig.deploy(chargerFlow(rig.folder, { detect: { openMs: 30 } }), 'nodes');
    rig.plug(false);
    await rig.until('the session is closed', () => closed().length === 1);
    assert.equal((closed()[0]!.payload as { ended: string }).ended, 'unplugged');
    const on = rig
      .at('actual')
      .slice(before)
      .map(({ payload }) => (payload as { on: boolean }).on);
    assert.ok(on.lastIndexOf(true) < on.indexOf(false), 'the relay opened once');
  });

  it('a fault of a detection that is set right is over', async () => {
    await rig.start(chargerFlow(rig.folder, { detect: { line: '' } }));
    await rig.until('the station is out of order', () => rig.statuses.get('session')?.text?.includes('fault') === true);
    await rig.deploy(chargerFlow(rig.folder), 'nodes');
    await charge(1);
  });

  it('goes on with what was left when everything starts again with the vehicle there', async () => {
    await rig.start(chargerFlow(rig.folder));
    await charge(1);
    await rig.stop();
    assert.equal(rig.pin('relay'), '0');
    await rig.start(chargerFlow(rig.folder));
    await rig.until('the relay is on again', () => rig.pin('relay') === '1');
  });

  it('closes with a receipt when the vehicle has gone meanwhile', async () => {
    await rig.start(chargerFlow(rig.folder));
    await charge(1);
    await rig.stop();
    rig.plug(false);
    await rig.start(chargerFlow(rig.folder));
    await rig.until('the receipt is there', () => closed().length === 1);
    assert.equal(rig.pin('relay'), '0');
  });

  it('tests no relay while a plug goes in, and keeps the code', async () => {
    await rig.start(chargerFlow(rig.folder, { detect: { closeMs: 1_000 } }));
    await rig.until('nothing is plugged in', () => rig.statuses.get('detect')?.fill === 'green');
    rig.plug(true);
    await rig.until('the session hears of it', () => rig.at('vehicle').some(({ settling }) => settling === true));
    rig.type(`${service('test-relay', 1)}#`);
    await rig.until('it is refused', () => JSON.stringify(rig.last('shownRaw')).includes('test-refused'));
    assert.ok(!rig.at('actual').some(({ payload }) => (payload as { on: boolean }).on));
    rig.plug(false);
    await rig.until('it came to nothing', () => rig.last('vehicle')?.settling === undefined);
    rig.type(`${service('test-relay', 1)}#`);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    rig.plug(true);
    await rig.until('the relay is off', () => rig.pin('relay') === '0', 900);
    assert.equal(rig.last('vehicle')?.payload, false);
  });

  it('hears an operator: end-session stops a charge', async () => {
    await rig.start(chargerFlow(rig.folder));
    await charge(5);
    rig.type(`${service('end-session', 6)}#`);
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
  });

  describe('with the relay guard', () => {
    let guard: ChildProcess;
    beforeEach(async () => {
      const program = new URL('../../../hardware/relay/guard-main.ts', import.meta.url).pathname;
      const socket = join(rig.folder, 'guard.sock');
      const pins = join(rig.folder, 'pins');
      const args = [program, '--socket', socket, '--driver', 'simulated', '--folder', pins, '--relay', 'relay=relay'];
      guard = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      await rig.until('the guard listens', () => existsSync(socket));
    });
    afterEach(async () => {
      if (guard.exitCode !== null || guard.signalCode !== null) return;
      const ended = once(guard, 'exit');
      guard.kill();
      await ended;
    });
    const guarded = () =>
      chargerFlow(rig.folder, {
        station: { guardSocket: join(rig.folder, 'guard.sock') },
        control: { through: 'guard', relay: 'relay' },
      });

    it('charges, and says that it holds the lease', async () => {
      await rig.start(guarded());
      await rig.until('the relay is ready', () => rig.statuses.get('control')?.fill === 'green');
      await charge(1);
      rig.plug(false);
      await rig.until('the relay is off', () => rig.pin('relay') === '0');
    });

    it('opens when the minutes are over, also where the voucher came twice at once', async () => {
      const timed = { ...guarded().find(({ id }) => id === 'control')!, wires: [['actual'], []] };
      await rig.start([...guarded().filter(({ id }) => id === 'station' || id === 'actual'), timed]);
      await rig.until('the relay is ready', () => rig.statuses.get('control')?.fill === 'green');
      for (let time = 0; time < 2; time++) rig.send('control', { payload: { unit: 'min', amount: 0.01 } });
      await rig.until('the relay is on', () => rig.pin('relay') === '1');
      await rig.until('the relay is off', () => rig.pin('relay') === '0');
    });

    it('does not hold it against a contact that an order to open was overtaken', async () => {
      const watched = {
        ...guarded().find(({ id }) => id === 'control')!,
        feedbackLine: 'feedback',
        wires: [['actual'], ['records']],
      };
      await rig.start([...guarded().filter(({ id }) => ['station', 'actual', 'records'].includes(id)), watched]);
      await rig.until('the relay is ready', () =>
        rig.at('actual').some(({ payload }) => (payload as { ready: boolean }).ready),
      );
      rig.send('control', { payload: true });
      await rig.until('the relay is on', () => rig.pin('relay') === '1');
      writeFileSync(join(rig.folder, 'pins/feedback'), '1');
      await rig.until('it is seen closed', () => (rig.last('actual')!.payload as { on: boolean }).on);
      for (const payload of [false, true]) rig.send('control', { payload });
      const told = rig.at('actual').length;
      await rig.until('it has told so twice', () => rig.at('actual').length >= told + 3);
      assert.deepEqual(
        rig.at('records').filter(({ payload }) => (payload as { standing: boolean }).standing),
        [],
      );
      assert.equal(rig.pin('relay'), '1');
    });

    it('a full deploy in the middle of a charge drops the relay, and the session goes on after it', async () => {
      await rig.start(guarded());
      await charge(1);
      await rig.deploy(guarded());
      await rig.until('the relay has been off', () =>
        rig.at('actual').some(({ payload }) => !(payload as { on: boolean }).on),
      );
      await rig.until('the relay is on again', () => rig.pin('relay') === '1');
    });

    it('stops the charge with a receipt when the guard is killed, and sells nothing without it', async () => {
      await rig.start(guarded());
      await charge(1);
      guard.kill('SIGKILL');
      await rig.until('the session is closed', () => closed().length === 1);
      await rig.until('the relay node says so', () => rig.statuses.get('control')?.fill === 'red');
      rig.type(`${code(2)}#`);
      await rig.until('it was verified', () => rig.statuses.get('verify')?.text?.includes('accepted') === true);
      assert.ok(
        !rig.at('records').some(({ topic, payload }) => {
          return topic === 'session-opened' && (payload as { sequence: number }).sequence === 2;
        }),
      );
    });
  });
});
