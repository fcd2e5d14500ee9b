// What the display says of a journal that cannot be opened, by why: an operator who is called must know what to bring.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shortWords, words } from '../../../charging/station/conversation/words.ts';
import { fingerprintOf } from '../../../charging/station/number-lines.ts';
import { Station } from '../../../charging/station/station.ts';
import { machineClocks } from '../../../nodes/charging-station/machine-clocks.ts';
import { chargerFlow, KEY, Rig } from './support.ts';

const SETTINGS = {
  stationId: 'CP-0001',
  key: KEY,
  unit: 'min',
  step: 30,
  layout: 'compact',
  sequence: 'counter',
  slotSeconds: 300,
} as const;

describe('the display of a station whose journal cannot be opened', () => {
  const env = { ...process.env };
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(async () => {
    process.env = { ...env };
    await rig.remove();
  });

  const folder = () => join(rig.folder, 'journal');
  const provisioned = (isNew: boolean, given: string) => {
    process.env = { ...env, JOURNAL_FOLDER: folder(), STATION_KEY: Buffer.from(KEY).toString('hex') };
    process.env.STATION_KEY_NEW = String(isNew);
    process.env.STATION_KEY_GIVEN = given;
  };
  const CAUSES: Readonly<Record<string, readonly [cause: () => void, screen: string, whatToDo: RegExp]>> = {
    'is behind its mark': [
      () => {
        const mark = {
          kind: 'offline-charging journal mark 1',
          station: 'CP-0001',
          key: fingerprintOf(KEY),
          generation: 9,
        };
        writeFileSync(`${folder()}.mark`, JSON.stringify(mark));
      },
      'fault-card',
      /New SD card\/new key/,
    ],
    'does not know a key that is used': [
      () => provisioned(false, new Date().toISOString()),
      'fault-card',
      /New SD card\/new key/,
    ],
    'does not know the key of an old file': [
      () => provisioned(true, '2026-01-01T00:00:00Z'),
      'fault-key-file',
      /save it anew/,
    ],
    'is of another station': [
      () => {
        mkdirSync(folder());
        Station.open({ ...SETTINGS, stationId: 'CP-0002' }, { folder: folder(), clocks: machineClocks() }).dispose();
      },
      'fault-other-card',
      /this station's card/,
    ],
    'is damaged': [
      () => {
        mkdirSync(folder());
        writeFileSync(join(folder(), 'journal.sqlite'), 'no journal at all');
      },
      'fault',
      /Storage failed/,
    ],
  };
  for (const [what, [cause, screen, whatToDo]] of Object.entries(CAUSES)) {
    it(`that ${what} says so, and what to do, on both kinds of display and in both languages`, async () => {
      cause();
      await rig.start(chargerFlow(rig.folder));
      await rig.until('it is shown', () => rig.at('shownRaw').length > 0);
      const shown = rig.last('shownRaw')!.payload as Parameters<typeof words>[0] & { screen: string };
      assert.equal(shown.screen, screen);
      const { values } = shown;
      const name = screen as Parameters<typeof words>[0]['name'];
      assert.match(words({ name, values }, 'en').join(' '), whatToDo);
      for (const language of ['en', 'zh-CN'] as const) {
        assert.ok(words({ name, values }, language).length > 1);
        assert.ok(shortWords({ name, values }, language).every((line) => line !== ''));
      }
    });
  }
});
