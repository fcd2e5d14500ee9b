// What a person, or a broken flow, may wire to any node: nothing throws, and each message ends in exactly one done.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Message } from '../../../nodes/shared/red.ts';
import { chargerFlow, Rig } from './support.ts';

const TOPICS = ['voucher', 'service', 'refused', 'vehicle', 'meter', 'relay', 'relay-fault', 'fault', 'key', 'typed'];
const NODES = ['keypad', 'verify', 'detect', 'session', 'control', 'display', 'meter', 'simulate'];

const payloads = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withNullPrototype: true }),
  fc.constantFrom<unknown>(
    null,
    undefined,
    Number.NaN,
    Infinity,
    -0,
    '',
    '#',
    '*',
    Buffer.from('12#'),
    Symbol('s'),
    () => {},
  ),
  fc.string({ maxLength: 40 }),
  fc.constant('9'.repeat(1_000_000)),
  fc.record({ keys: fc.string() }),
  fc.record({
    station: fc.constant('CP-0001'),
    amount: fc.double(),
    unit: fc.constantFrom('min', 'Wh'),
    quantity: fc.integer(),
  }),
  fc.record({ outcome: fc.constantFrom('locked', 'used', 'what'), retryAfterSeconds: fc.anything() }),
  fc.record({ on: fc.anything(), ready: fc.anything(), readyInSeconds: fc.double() }),
  fc.record({ energyWh: fc.double(), powerW: fc.double() }),
  fc.record({ code: fc.string(), standing: fc.anything() }),
  fc.record({ screen: fc.string(), values: fc.anything(), lines: fc.anything() }),
);
const topics = fc.oneof(fc.constantFrom<unknown>(...TOPICS), fc.anything());

describe('garbage at the nodes of a charger', function () {
  this.timeout(60_000);
  let rig: Rig;
  before(async () => {
    rig = new Rig();
    await rig.start([
      ...chargerFlow(rig.folder),
      { id: 'meter', type: 'read meter', station: 'station', meter: 'simulated', wires: [[]] },
      { id: 'simulate', type: 'simulate station', station: 'station', does: 'keys', wires: [[], []] },
    ]);
    await rig.until('the relay is there', () => rig.statuses.get('control')?.fill === 'green');
  });
  after(() => rig.remove());

  for (const id of NODES) {
    it(`ends each message to "${id}" once, whatever it holds`, async () => {
      await fc.assert(
        fc.asyncProperty(payloads, topics, async (payload, topic) => {
          const ended = await rig.ends(id, { topic, payload });
          assert.equal(ended.times, 1);
          if (ended.error !== undefined) {
            assert.equal(typeof ended.error.code, 'string');
            assert.notEqual(ended.error.code, 'unexpected', String(ended.error.stack));
            assert.ok(ended.error.message.length < 500, 'an error does not repeat what it was given');
          }
        }),
        { numRuns: 120 },
      );
    });
  }

  it('leaves a relay that opens when it is told to', async () => {
    // Among all that garbage there may have been an order to close it.
    await rig.ends('control', { payload: false });
    await rig.until('the relay is off', () => rig.pin('relay') === '0');
  });

  it('ends a message without anything in it', async () => {
    for (const id of NODES) assert.equal((await rig.ends(id, {} as Message)).times, 1, id);
  });
});
