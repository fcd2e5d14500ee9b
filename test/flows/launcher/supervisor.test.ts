import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { SupervisedProcess, type SupervisionOptions } from '../../../flows/launcher/supervisor.ts';

/** Says that it is ready and, each 50 ms, that it is alive. */
const ALIVE = `process.send({ ready: 'here' }); setInterval(() => process.send({ alive: true }), 50);`;

describe('a program kept running', () => {
  const started: ChildProcess[] = [];
  let one: SupervisedProcess;
  const keep = (script: string, options: Partial<SupervisionOptions> = {}) => {
    started.length = 0;
    const start = () => {
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      started.push(child);
      return child;
    };
    one = new SupervisedProcess({ name: 'one', start, firstRestartMs: 10, stopWaitMs: 300, ...options });
  };
  const startedAgain = async () => {
    while (started.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  afterEach(() => one.stop());

  it('is ended when it hangs, and started again', async () => {
    keep(ALIVE, { silenceMs: 750 });
    assert.equal(await one.ready, 'here');
    started[0]!.kill('SIGSTOP');
    await startedAgain();
    assert.equal(started[0]!.signalCode, 'SIGKILL');
  });

  it('is not taken for hung when we were: its words lay there unread', async () => {
    keep(ALIVE, { silenceMs: 750 });
    await one.ready;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(started.length, 1);
    assert.equal(started[0]!.signalCode, null);
  });

  it('is started again only when what its end left to be done is done', async () => {
    const events: string[] = [];
    keep(ALIVE, {
      afterEnd: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        events.push(`tidied, ${started.length} started`);
      },
    });
    await one.ready;
    started[0]!.kill('SIGKILL');
    await startedAgain();
    assert.deepEqual(events, ['tidied, 1 started']);
  });

  it('is tidied up after also when it is stopped, and killed when it does not stop', async () => {
    let tidied = false;
    keep(`process.on('SIGTERM', () => {}); ${ALIVE}`, {
      afterEnd: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        tidied = true;
      },
    });
    await one.ready;
    await one.stop();
    assert.ok(tidied);
    assert.equal(started[0]!.signalCode, 'SIGKILL');
  });

  it('is tried again when it cannot even be started', async () => {
    let tries = 0;
    await new Promise<void>((resolve) => {
      const start = () => {
        tries++;
        if (tries === 2) resolve();
        return spawn('/nowhere/to/be/found');
      };
      one = new SupervisedProcess({ name: 'one', start, firstRestartMs: 10, stopWaitMs: 300 });
    });
    assert.equal(tries, 2);
  });
});
