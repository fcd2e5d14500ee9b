// A station's dialog takes the one text of its provisioning as its key, terms and all.
import assert from 'node:assert/strict';
import { type StationProvisioning, writeProvisioning } from '../../../charging/codes/provisioning.ts';
import { serveKey } from '../../../nodes/charging-station/key-reading.ts';
import { type ChargingStationConfig, planStation } from '../../../nodes/charging-station/settings.ts';
import type { RED } from '../../../nodes/shared/red.ts';

const GIVEN: StationProvisioning = {
  ...{ station: 'CP-7', key: 'cd'.repeat(32), keyVersion: 2, unit: 'Wh', step: 500, layout: 'wide', sequence: 'clock' },
  ...{ slotSeconds: 120, outlets: 4, new: false, provisionedAt: '2026-11-29T12:00:00.000Z' },
};
const config = { type: 'charging station', unit: 'min', step: '30', layout: 'compact', slotSeconds: '300' };
const plan = (key: unknown, station?: string) =>
  planStation(
    { ...config, ...(station !== undefined && { station }) } as unknown as ChargingStationConfig,
    key,
    '/data',
  );

describe('the outlets of a charging station', () => {
  const planned = (said: object) =>
    planStation({ ...config, station: 'CP-7', ...said } as unknown as ChargingStationConfig, GIVEN.key, '/data');

  it('are one where nothing is said, and 1 to 20, each with its name where it has one', () => {
    for (const said of [
      {},
      { outlets: '' },
      { outlets: `\${STATION_OUTLETS}`, outletNames: `\${STATION_OUTLET_NAMES}` },
    ]) {
      assert.deepEqual([planned(said).outlets, planned(said).outletNames], [1, ['']]);
    }
    const { outlets, outletNames } = planned({ outlets: '4', outletNames: ' Left；; Right ' });
    assert.deepEqual([outlets, outletNames], [4, ['Left', '', 'Right', '']]);
    assert.equal(planned({ outlets: '20' }).outletNames.length, 20);
  });

  it('are refused with a sentence where the number or the names cannot be', () => {
    for (const outlets of ['0', '21', '1.5', 'x', '-1']) {
      assert.throws(() => planned({ outlets }), { code: 'bad-outlets' });
    }
    for (const outletNames of ['a; b; c', 'a name that is far too long', 'a\u0007']) {
      assert.throws(() => planned({ outlets: '2', outletNames }), { code: 'bad-outlet-names' });
    }
  });
});

describe('the key of a charging station', () => {
  it('may be the one text that the cloud gives: its terms hold, and what it says of the key', () => {
    for (const station of [undefined, 'CP-7']) {
      const { settings, key, past, outlets } = plan(writeProvisioning(GIVEN), station);
      assert.deepEqual(settings, {
        ...{ stationId: 'CP-7', unit: 'Wh', step: 500, layout: 'wide', sequence: 'clock', slotSeconds: 120 },
        keyVersion: 2,
      });
      assert.equal(outlets, 4);
      assert.equal(Buffer.from(key!).toString('hex'), GIVEN.key);
      assert.deepEqual(past.provisioned, { isNew: false, atMs: Date.parse(GIVEN.provisionedAt!) });
    }
  });

  it('alone leaves the terms to the dialog', () => {
    const { settings } = plan(GIVEN.key, 'CP-7');
    assert.deepEqual(
      [settings.unit, settings.step, settings.layout, settings.slotSeconds],
      ['min', 30, 'compact', 300],
    );
  });

  it('that stands as a text in the variable is told to a dialog as the variable’s, which holds without it', () => {
    const told: unknown[] = [];
    const ask = (typed: string) => {
      const answer = { set: () => answer, json: (said: unknown) => told.push(said) };
      const post = (_path: string, _allowed: unknown, handle: (request: object, answer: object) => void) =>
        handle({ params: { id: 'station' }, body: { typed, station: 'CP-7' }, is: () => true }, answer);
      const red = { httpAdmin: { post }, auth: { needsPermission: () => undefined }, nodes: { getNode: () => null } };
      serveKey(red as unknown as RED);
    };
    const { key, keyVersion, new: isNew, provisionedAt, ...terms } = GIVEN;
    process.env.STATION_KEY = writeProvisioning(GIVEN);
    try {
      for (const typed of ['', ' ', key]) ask(typed);
    } finally {
      delete process.env.STATION_KEY;
    }
    const ofVariable = { is: 'text', terms, page: undefined, ofVariable: true };
    assert.deepEqual(told, [ofVariable, ofVariable, { is: 'key' }]);
  });

  it('is refused where the text is of another station, newer or damaged, and never told', () => {
    const text = writeProvisioning(GIVEN);
    const said = JSON.parse(Buffer.from(text.slice(4), 'base64url').toString());
    const newer = `OC1:${Buffer.from(JSON.stringify({ ...said, version: 9 })).toString('base64url')}`;
    for (const [key, station, code] of [
      [text, 'CP-8', 'provisioning-other'],
      [newer, 'CP-7', 'provisioning-newer'],
      [text.slice(0, 90), 'CP-7', 'provisioning-cut'],
      [text.replace(/.{8}$/, '!'), 'CP-7', 'provisioning-cut'],
      [GIVEN.key.slice(1), 'CP-7', 'station-key-length'],
      ['https://example.com/charge/CP-7', 'CP-7', 'station-key-address'],
      ['x'.repeat(64), 'CP-7', 'bad-station-key'],
    ] as const) {
      assert.throws(
        () => plan(key, station),
        (error: Error & { code?: string }) => error.code === code && !error.message.includes(GIVEN.key),
      );
    }
  });
});
