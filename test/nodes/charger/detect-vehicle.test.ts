// What `detect vehicle` takes of a control pilot's settings: its dialog and its program follow one rule.
import assert from 'node:assert/strict';
import { planPilot } from '../../../nodes/detect-vehicle/settings.ts';
import { registered } from '../../support/dialogs.ts';

const settings = [
  ...['', '0', '6', '16', '80'].map((offeredA) => ({ config: { offeredA }, good: true })),
  ...['3', '5.9', '80.5', '-1', 'abc'].map((offeredA) => ({ config: { offeredA }, good: false })),
  ...['', '0', '7'].map((channel) => ({ config: { converter: 'mcp3008', channel }, good: true })),
  ...['8', '1.5'].map((channel) => ({ config: { converter: 'mcp3008', channel }, good: false })),
  ...['', '0', '2'].map((channel) => ({ config: { converter: 'ads1115', channel }, good: true })),
  ...['3', '7'].map((channel) => ({ config: { converter: 'ads1115', channel }, good: false })),
];

describe('the control pilot of detect vehicle', () => {
  for (const { config, good } of settings) {
    it(`${good ? 'takes' : 'refuses'} ${JSON.stringify(config)}, in its dialog as when it starts`, () => {
      const { defaults } = registered(['charging-station', 'detect-vehicle'])['detect vehicle']!;
      const valid = Object.entries(config).every(([name, value]) => {
        const validate = defaults[name]!.validate;
        return validate === undefined || validate.call(config, value, {}) === true;
      });
      assert.equal(valid, good);
      const plan = () => planPilot({ id: 'detect', type: 'detect vehicle', ...config });
      if (good) plan();
      else assert.throws(plan, { code: 'bad-number' });
    });
  }

  it('drives a generator only where it offers a current', () => {
    const offered = (offeredA: string) => planPilot({ id: 'detect', type: 'detect vehicle', offeredA }).offeredA;
    assert.deepEqual([offered(''), offered('0'), offered('16')], [undefined, undefined, 16]);
  });
});
