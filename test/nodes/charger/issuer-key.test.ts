// A key that comes by itself: to a station with simulated pins alone, from a cloud that has it as it is set here.
import assert from 'node:assert/strict';
import { Deployed, type DeployedNode } from '../../support/deployed.ts';

const station = (id: string, change: object): DeployedNode => ({
  ...{
    id: `station-${id}`,
    type: 'charging station',
    station: id,
    unit: 'min',
    step: '30',
    layout: 'compact',
    sequence: 'counter',
  },
  ...{ driver: 'simulated', gpioFolder: 'pins' },
  ...change,
});
const verify = (of: string): DeployedNode => ({
  ...{
    id: `verify-${of}`,
    type: 'verify code',
    station: `station-${of}`,
    redeem: 'now',
    z: 'tab',
    x: 1,
    y: 1,
    wires: [[], []],
  },
});
const flow: DeployedNode[] = [
  { id: 'tab', type: 'tab', label: 'keys' },
  { id: 'issuer', type: 'code issuer' },
  station('SIM', {}),
  station('REAL', { driver: 'onoff', gpioFolder: '' }),
  station('OTHER', { step: '15' }),
  station('UNKNOWN', {}),
  ...['SIM', 'REAL', 'OTHER', 'UNKNOWN'].map(verify),
  {
    id: 'create',
    type: 'manage ledger',
    issuer: 'issuer',
    does: 'createStation',
    z: 'tab',
    x: 1,
    y: 1,
    wires: [[], []],
  },
  ...['SIM', 'REAL', 'OTHER'].map((id) => ({
    ...{ id: `register-${id}`, type: 'inject', name: id, props: [{ p: 'payload' }], payloadType: 'json', z: 'tab' },
    ...{ payload: JSON.stringify({ id, step: 30, sequence: 'counter' }), x: 1, y: 1, wires: [['create']] },
  })),
];

describe('a station without a key of its own', function () {
  this.timeout(60_000);
  let deployed: Deployed;
  before(async () => {
    deployed = await Deployed.start(flow);
    for (const id of ['SIM', 'REAL', 'OTHER']) await deployed.click(id);
  });
  after(() => deployed?.end());

  const shows = (id: string, fill: string, text: RegExp) =>
    deployed.until(`${id} is ${fill}`, () => {
      const status = deployed.statuses.get(`verify-${id}`);
      return status?.fill === fill && text.test(status.text ?? '');
    });

  it('has it from the ledger in the same Node-RED once it is registered, if its pins are simulated', () =>
    shows('SIM', 'green', /./));

  it('waits where no ledger knows it, and that is no error', async () => {
    await shows('UNKNOWN', 'yellow', /waits for its key/);
    assert.doesNotMatch(deployed.editor.output, /\[error\][^\n]*(?:UNKNOWN|As its pins are simulated)/);
  });

  it('with real pins never asks: it says that it has none', () => shows('REAL', 'red', /no station key/));

  it('that the cloud has with another step sells nothing, and says what the cloud has', async () => {
    await shows('OTHER', 'red', /other settings/);
    assert.match(deployed.editor.output, /step = 30/);
  });

  it('tells its key to nobody: not in the log, not in a status, not in the sidebar', () => {
    const all = JSON.stringify([deployed.editor.output, [...deployed.statuses], deployed.said]);
    assert.doesNotMatch(all, /[0-9a-f]{64}/i);
  });
});
