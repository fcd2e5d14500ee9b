// A synchronization that is typed at a station whose machine's clock is wrong, with and without the leave to set that.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { machineClocks } from '../../../nodes/charging-station/machine-clocks.ts';
import { setMachineClockBy } from '../../../nodes/charging-station/setting-the-clock.ts';
import { chargerFlow, Rig, service, stationNode } from './support.ts';

const SLOT_SECONDS = 300;
/** The machine's clock cannot be set wrong here, so the cloud's is two hours ahead. */
const RIGHT = Math.floor(Date.now() / 1000 / SLOT_SECONDS) + 24;

describe('a synchronization at a station', () => {
  const env = { ...process.env };
  let rig: Rig;
  let server: Server | undefined;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(async () => {
    process.env = { ...env };
    server?.close();
    server = undefined;
    await rig.remove();
  });

  async function clockSetter(answer: string): Promise<number[]> {
    const asked: number[] = [];
    const path = join(rig.folder, 'clock.sock');
    server = createServer((socket) =>
      socket.on('data', (line) => {
        asked.push(Number(/^set-clock 1 (.*)\n$/.exec(String(line))![1]));
        socket.end(answer);
      }),
    );
    await new Promise<void>((resolve) => server!.listen(path, resolve));
    process.env = { ...env, CLOCK_SOCKET: path };
    return asked;
  }
  async function synchronize(): Promise<void> {
    await rig.start(chargerFlow(rig.folder, { station: { ...stationNode(rig.folder), sequence: 'clock' } }));
    await rig.until('the session is ready', () => rig.statuses.get('session')?.text?.includes('idle') === true);
    rig.type(`${service('synchronize', RIGHT)}#`);
    await rig.until('it is synchronized', () => screen() === 'synchronized');
  }
  const screen = () => (rig.last('shownRaw')?.payload as { screen?: string } | undefined)?.screen;

  it('says, when the same digits are typed again, that the station was in step, and not that a new code is needed', async () => {
    await clockSetter('refused: EPERM: clock_settime\n');
    await synchronize();
    rig.type(`${service('synchronize', RIGHT)}#`);
    await rig.until('it says so', () => screen() === 'in-step');
  });

  it('has the machine’s clock set to the station’s time', async () => {
    const asked = await clockSetter('set\n');
    await synchronize();
    await rig.until('it is asked for', () => asked.length === 1);
    const ms = asked[0]! + machineClocks().monotonicMs();
    assert.ok(
      ms >= RIGHT * SLOT_SECONDS * 1000 && ms < RIGHT * SLOT_SECONDS * 1000 + 60_000,
      new Date(ms).toISOString(),
    );
    assert.ok(!rig.warnings().some((warning) => /clock/.test(warning)));
  });

  it('goes on by its offset, and says why, where that is refused', async () => {
    await clockSetter('refused: EPERM: clock_settime\n');
    await synchronize();
    await rig.until('it says so', () => rig.warnings().some((warning) => /EPERM: clock_settime/.test(warning)));
    assert.notEqual(rig.statuses.get('session')?.fill, 'red');
  });

  it('asks nobody where the installer did not see to it, or the clock is right', async () => {
    const clocks = machineClocks();
    const station = { now: () => Date.now() + 3_600_000, clockState: () => assert.fail('nothing was set') };
    for (const socket of [undefined, '', ' '])
      assert.equal(await setMachineClockBy(station, clocks, socket), undefined);
    const right = { ...station, now: () => Date.now() };
    assert.equal(await setMachineClockBy(right, clocks, join(rig.folder, 'nobody.sock')), undefined);
  });
});
