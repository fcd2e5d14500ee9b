// Setting the machine's clock: what the kernel is told, what passes over the socket, and who may not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestClock, requestedFrom, requestLine } from '../../../hardware/linux/clock-request.ts';
import { rtcTime, setMachineClock } from '../../../hardware/linux/machine-clock.ts';

const AT = Date.UTC(2026, 10, 22, 12, 34, 56, 499);
const BUILT = Date.UTC(2026, 5, 1);

describe('the machine’s clock', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'machine-clock-'));
    mkdirSync(join(root, 'dev'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is told to a clock chip as linux/rtc.h has it', () => {
    const time = rtcTime(AT);
    assert.equal(time.length, 36);
    const fields = Array.from({ length: 9 }, (_, i) => time.readInt32LE(i * 4));
    assert.deepEqual(fields, [56, 34, 12, 22, 10, 126, 0, 0, 0]);
    assert.equal(rtcTime(AT + 1).readInt32LE(0), 57, 'to the nearest second');
  });

  it('is set, and its chip after it', () => {
    writeFileSync(join(root, 'dev/rtc1'), '');
    const told: unknown[] = [];
    const libc = {
      setClock: (ms: number) => void told.push(ms),
      ioctl: (_fd: number, request: number, argument: Uint8Array | number) => {
        told.push(request, Buffer.from(argument as Uint8Array).readInt32LE(0));
        return 0;
      },
    };
    assert.equal(
      setMachineClock(libc, () => AT, 'rtc1', root),
      undefined,
    );
    assert.deepEqual(told, [AT, 0x4024700a, 56]);
  });

  it('is set also where the chip is not there, or takes no time, and that is said', () => {
    const set: number[] = [];
    const refusing = () => {
      throw new Error('EINVAL: ioctl');
    };
    const libc = { setClock: (ms: number) => void set.push(ms), ioctl: refusing };
    assert.equal(
      setMachineClock(libc, () => AT, undefined, root),
      undefined,
    );
    assert.match(setMachineClock(libc, () => AT, 'rtc0', root)!.message, /ENOENT/);
    writeFileSync(join(root, 'dev/rtc0'), '');
    assert.match(setMachineClock(libc, () => AT, 'rtc0', root)!.message, /EINVAL/);
    assert.equal(set.length, 3);
  });

  it('is not touched, nor its chip, where that is not permitted', () => {
    writeFileSync(join(root, 'dev/rtc0'), '');
    const setClock = () => {
      throw new Error('EPERM: clock_settime');
    };
    const ioctl = () => assert.fail('the chip must keep the machine’s time');
    assert.throws(() => setMachineClock({ setClock, ioctl }, () => AT, 'rtc0', root), /EPERM/);
  });

  it('is asked for by the monotonic clock, from the build of the program to 30 years after', () => {
    assert.equal(requestedFrom(requestLine(AT - 5_000.25), 5_000.25, BUILT), AT - 5_000.25);
    for (const line of [
      '',
      'set-clock 1',
      'set-clock 2 5',
      'set-clock 1 1e15',
      'set-clock 1 NaN',
      'date -s now',
      requestLine(0),
    ])
      assert.throws(() => requestedFrom(line, 5_000, BUILT), RangeError, line);
    assert.throws(() => requestedFrom(requestLine(BUILT - 1), 0, BUILT), RangeError);
    assert.throws(() => requestedFrom(requestLine(BUILT + 31 * 366 * 86_400_000), 0, BUILT), RangeError);
  });

  it('is left alone by the program that is asked for something else, which says so', () => {
    const program = new URL('../../../hardware/raspberry-pi/clock-main.ts', import.meta.url).pathname;
    for (const input of ['set-clock 1 0\n', 'x'.repeat(500), '']) {
      const { status, stdout } = spawnSync(process.execPath, [program], { input, encoding: 'utf8' });
      assert.equal(status, 1);
      assert.match(stdout, /^refused: It must be "set-clock 1 MS"/);
    }
  });

  it('is left alone by the kernel where the program has not the right, which is said', () => {
    const program = new URL('../../../hardware/raspberry-pi/clock-main.ts', import.meta.url).pathname;
    const now = Date.now() - Number(process.hrtime.bigint()) / 1e6;
    // Nobody's rights, whoever runs the test; and were they more, the time that it is.
    const nobody = process.getuid!() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const options = { input: requestLine(now), encoding: 'utf8', ...nobody } as const;
    const { status, stdout } = spawnSync(process.execPath, [program], options);
    assert.equal(stdout, 'refused: EPERM: clock_settime\n');
    assert.equal(status, 1);
  });

  describe('asked for over a socket', () => {
    let server: Server | undefined;
    const path = () => join(root, 'clock.sock');
    afterEach(() => server?.close());

    async function answering(answer: string | undefined): Promise<string[]> {
      const heard: string[] = [];
      server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          heard.push(String(chunk));
          if (answer !== undefined) socket.end(answer);
        });
      });
      await new Promise<void>((resolve) => server!.listen(path(), resolve));
      return heard;
    }

    it('is set, or its chip is not', async () => {
      const heard = await answering('set\n');
      assert.equal(await requestClock(path(), AT), undefined);
      assert.deepEqual(heard, [requestLine(AT)]);
      server!.close();
      await answering('set, but not the clock chip: EINVAL: ioctl\n');
      assert.equal(await requestClock(path(), AT), 'EINVAL: ioctl');
    });

    for (const [why, answer, reason] of [
      ['it is refused', 'refused: EPERM: clock_settime\n', /EPERM: clock_settime/],
      ['nobody answers', undefined, /did not answer/],
    ] as const) {
      it(`is not set where ${why}`, async () => {
        await answering(answer);
        await assert.rejects(requestClock(path(), AT, 200), { code: 'clock-not-set', message: reason });
      });
    }

    it('is not set where nobody is there', async () => {
      await assert.rejects(requestClock(path(), AT), { code: 'clock-not-set', message: /ENOENT/ });
    });
  });
});
