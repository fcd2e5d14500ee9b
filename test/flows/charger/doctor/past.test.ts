// The doctor and a memory card that is new, restored, or another station's: what the charger would refuse, it says before.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stationKey } from '../../../../charging/codes/index.ts';
import { Station } from '../../../../charging/station/station.ts';
import type { StationSettings } from '../../../../charging/station/types.ts';
import type { Subject } from '../../../../flows/charger/doctor/finding.ts';
import { pastCheck } from '../../../../flows/charger/doctor/past-check.ts';
import { say } from '../../../../flows/charger/doctor/words.ts';
import { machineClocks } from '../../../../nodes/charging-station/machine-clocks.ts';

const key = (version: number) => stationKey(new Uint8Array(32).fill(7), 'CP-0001', version);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('the doctor looks at what the station remembers', () => {
  let root: string;
  let subject: Subject;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'doctor-past-'));
    mkdirSync(join(root, 'charger'));
    subject = {
      root,
      env: { DATA_DIR: root },
      user: { name: 'whoever', uid: process.getuid!(), groupIds: [] },
      nowMs: Date.now(),
    };
    provision({});
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const folder = () => join(root, 'charger/journal');
  function provision(change: Readonly<Record<string, unknown>>): void {
    const terms = { unit: 'min', step: 30, layout: 'compact', sequence: 'counter', slotSeconds: 300 };
    const given = {
      station: 'CP-0001',
      key: hex(key(1)),
      new: true,
      provisionedAt: new Date().toISOString(),
      ...terms,
    };
    writeFileSync(join(root, 'charger/station.json'), JSON.stringify({ ...given, ...change }));
  }
  /** The station runs for a while. */
  async function lives(change: Partial<StationSettings> = {}): Promise<void> {
    const terms = { unit: 'min', step: 30, layout: 'compact', sequence: 'counter', slotSeconds: 300 } as const;
    const clocks = machineClocks();
    const mark = join(root, 'charger/station.mark');
    const past = { mark, confirmation: `${folder()}.confirmed` };
    mkdirSync(folder(), { recursive: true });
    const station = Station.open(
      { stationId: 'CP-0001', key: key(1), ...terms, ...change },
      { folder: folder(), clocks, past },
    );
    await station.marked();
    station.dispose();
  }
  async function told(): Promise<string[]> {
    const before = bytes();
    const findings = await pastCheck.run(subject);
    assert.deepEqual(bytes(), before, 'it changes nothing');
    for (const { says, values, advice } of findings)
      for (const language of ['en', 'zh-CN'] as const)
        for (const word of [says, ...(advice ? [advice] : [])])
          assert.doesNotMatch(say(word, language, values), /[{}]|undefined/);
    return findings.map(({ level, says }) => `${level} ${says}`);
  }
  const bytes = () =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => [one.name, readFileSync(join(one.parentPath, one.name), 'latin1')]);

  it('and is content with a first start, and with a journal that goes on', async () => {
    assert.deepEqual(await told(), ['note past.first']);
    await lives();
    assert.deepEqual(await told(), ['good past.knows']);
    provision({ new: false });
    assert.deepEqual(await told(), ['good past.knows']);
  });

  it('and says that a card is new or restored, and which button mends it', async () => {
    await lives();
    rmSync(folder(), { recursive: true });
    assert.deepEqual(await told(), ['wrong past.journal-behind']);
    const [finding] = await pastCheck.run(subject);
    assert.match(say(finding!.advice!, 'en', finding!.values), /"New SD card \/ new key".*install\.sh --station FILE/);
    provision({ key: hex(key(2)) });
    assert.deepEqual(await told(), ['note past.first']);
  });

  it('and says that codes were sold under a key that the journal does not know, or that its file is old', async () => {
    provision({ new: false });
    assert.deepEqual(await told(), ['wrong past.key-not-new']);
    provision({ provisionedAt: new Date(Date.now() - 8 * 24 * 3_600_000).toISOString() });
    assert.deepEqual(await told(), ['wrong past.key-file-old']);
    writeFileSync(`${folder()}.confirmed`, '');
    assert.deepEqual(await told(), ['note past.confirmed']);
  });

  it('and finds the journal where the settings say, whatever they name', async () => {
    await lives();
    rmSync(join(root, 'charger/station.mark'));
    assert.deepEqual(await told(), ['good past.knows', 'note past.no-mark']);
    subject = { ...subject, env: { ...subject.env, JOURNAL_FOLDER: 'elsewhere' } };
    assert.deepEqual(await told(), ['note past.first']);
  });

  it('and says that the card is another station’s, or that both snapshots are damaged', async () => {
    await lives({ stationId: 'CP-0002' });
    assert.deepEqual(await told(), ['wrong past.other-station']);
    for (const name of ['snapshot-a', 'snapshot-b']) writeFileSync(join(folder(), name), 'nothing whole');
    assert.deepEqual(await told(), ['wrong past.damaged']);
  });

  it('and leaves what is wrong with the key to the check of the key', async () => {
    writeFileSync(join(root, 'charger/station.json'), 'not JSON');
    assert.deepEqual(await told(), []);
  });
});
