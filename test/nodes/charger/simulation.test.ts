// The simulation's calls as scripts use them, and a station that sells energy.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { voucherCode } from '../../../charging/codes/index.ts';
import { chargerFlow, code, type FlowNode, KEY, Rig } from './support.ts';

interface State {
  readonly state: string;
  readonly relay: boolean;
  readonly vehicle: boolean;
  readonly display: readonly string[];
  readonly outcome: string | null;
  readonly receipt: string | null;
}

const FREE = {
  ...{ outlet: 1, state: 'free', relay: false, vehicle: false, remaining: 0, delivered: 0, receipt: null },
  vouchers: [],
};

describe('a simulated station driven by a script', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  const nodes = (wires = [['out'], ['refused']]): FlowNode[] => [
    { id: 'keys', type: 'simulate station', station: 'station', does: 'keys', wires },
    { id: 'state', type: 'simulate station', station: 'station', does: 'state', wires },
    { id: 'plug', type: 'simulate station', station: 'station', does: 'plug', line: 'vehicle', wires },
    { id: 'out', type: 'helper' },
    { id: 'refused', type: 'helper' },
  ];
  const start = async (change: Parameters<typeof chargerFlow>[1] = {}) => {
    await rig.start([...chargerFlow(rig.folder, change), ...nodes()]);
    await rig.until('the session runs', () => rig.statuses.has('session'));
  };
  const asked = async (id: string, payload?: unknown): Promise<State> => {
    const before = rig.at('out').length;
    rig.send(id, { payload });
    await rig.until('it is answered', () => rig.at('out').length > before);
    assert.equal(rig.last('out')!.statusCode, 200);
    return rig.last('out')!.payload as State;
  };
  const seen = () =>
    rig.until('the vehicle is seen', () => rig.statuses.get('detect')?.text?.includes('.connected') === true);
  const refused = async (id: string, payload?: unknown) => {
    const before = rig.at('refused').length;
    rig.send(id, { payload });
    await rig.until('it is refused', () => rig.at('refused').length > before);
    const { statusCode, headers, payload: body } = rig.last('refused')!;
    assert.match((headers as Record<string, string>)['content-type']!, /problem\+json/);
    assert.equal((body as { status: number }).status, statusCode);
    return statusCode;
  };

  it('answers with exactly what was agreed', async () => {
    await start();
    const state = await asked('state');
    assert.deepEqual(Object.keys(state), [
      ...['state', 'relay', 'vehicle', 'display', 'outcome', 'receipt', 'outlets', 'report'],
    ]);
    assert.deepEqual(
      { ...state, display: [] },
      {
        state: 'idle',
        relay: false,
        vehicle: false,
        display: [],
        outcome: null,
        receipt: null,
        outlets: [FREE],
        report: null,
      },
    );
    assert.ok(state.display.every((line) => typeof line === 'string') && state.display.length > 0);
  });

  it('tells the state twice with what nodes tell each second, until they tell something else', async () => {
    await start();
    const tell = async (topic: string, outlet: number, payload: unknown) => {
      rig.send('state', { topic, outlet, payload });
      await new Promise(setImmediate);
    };
    let counted = 0;
    const told = async () => {
      rig.send('state', { topic: 'asked' });
      await rig.until('all is told', () => rig.last('out')?.topic === 'asked');
      const before = counted;
      counted = rig.at('out').length;
      return counted - before - 1;
    };
    const off = { on: false, ready: true, readyInSeconds: 0 };
    for (let second = 0; second < 5; second++) {
      await tell('vehicle', 1, true);
      await tell('relay', 1, { ...off });
    }
    assert.equal(await told(), 4);
    for (let second = 0; second < 5; second++) await tell('vehicle', 2, true);
    assert.equal(await told(), 2, 'another outlet');
    await tell('vehicle', 1, false);
    await tell('vehicle', 1, true);
    await tell('relay', 1, { ...off, on: true });
    assert.equal(await told(), 3);
    for (let times = 0; times < 5; times++) rig.send('state', { topic: 'asked' });
    await rig.until('whoever asks is told', () => rig.at('out').length === counted + 5);
  });

  it('answers once the keys were heard and the session stands still', async () => {
    await start();
    assert.equal((await asked('keys', { keys: '123#' })).outcome, 'mistyped');
    const armed = await asked('keys', { keys: `${code(1)}#` });
    assert.deepEqual([armed.state, armed.outcome], ['armed', 'accepted']);
    await asked('plug', true);
    await rig.until('the relay is on', () => rig.pin('relay') === '1');
    const stopped = await asked('keys', { keys: '*1#' });
    assert.deepEqual([stopped.state, stopped.relay, stopped.vehicle], ['receipt', false, true]);
    assert.match(stopped.receipt ?? '', /^\d{12}$/);
  });

  it('asks before it stops a charge, and shows whoever types the same code again what became of it', async () => {
    await start();
    rig.plug(true);
    await seen();
    await asked('keys', { keys: `${code(1)}#` });
    for (const keys of ['*', '**', '*2#', '1#', '##']) {
      const { state, relay } = await asked('keys', { keys });
      assert.deepEqual([state, relay], ['charging', true], keys);
      if (keys === '*') assert.match((await asked('state')).display.join(' '), /Stop charging\?/);
    }
    const mine = await asked('keys', { keys: `*${code(1)}#` });
    assert.deepEqual([mine.state, mine.outcome], ['charging', 'used']);
    assert.match(mine.display.join(' '), /Your code charges here now/);
    const stopped = await asked('keys', { keys: '*1#' });
    assert.equal(stopped.state, 'receipt');
    await asked('keys', { keys: '*' });
    await asked('keys', { keys: `${code(2)}#` });
    await asked('keys', { keys: '*1#' });
    const again = await asked('keys', { keys: `*${code(1)}#` });
    assert.deepEqual([again.state, again.outcome, again.receipt], ['receipt', 'used', stopped.receipt]);
    const other = await asked('keys', { keys: `*${code(1, 2, 'long')}#` });
    assert.equal(other.receipt, stopped.receipt, 'the other layout is the same voucher');
  });

  it('takes several entries at once, each after the one before was answered', async () => {
    rig.plug(true);
    await start();
    await seen();
    const after = await asked('keys', { keys: `${code(1)}#*1#${code(1)}#` });
    assert.equal(after.outcome, 'used');
    assert.equal(after.relay, false);
  });

  it('lets two scripts that type at once take turns', async () => {
    await start();
    for (const keys of ['12#', '34#', '*']) rig.send('keys', { payload: { keys } });
    await rig.until('all are answered', () => rig.at('out').length === 3);
    assert.equal(rig.at('refused').length, 0);
  });

  for (const [name, body] of [
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a list', []],
    ['keys that are a number', { keys: 5 }],
    ['no keys', { keys: '' }],
    ['letters', { keys: 'hello' }],
    ['a thousand keys', { keys: '1'.repeat(1000) }],
    ['bytes that are no JSON', Buffer.from('{"keys":')],
  ] as const) {
    it(`answers ${name} with 400 as problem details`, async () => {
      await start();
      assert.equal(await refused('keys', body), 400);
    });
  }

  it('reads the bytes of a request', async () => {
    await start();
    assert.equal((await asked('keys', Buffer.from('{"keys":"1#"}'))).outcome, 'mistyped');
  });

  it('does not answer for a station with real pins: 404 for everything', async () => {
    await rig.start([...chargerFlow(rig.folder, { station: { driver: 'gpiod' } }), ...nodes()]);
    for (const id of ['keys', 'state', 'plug']) assert.equal(await refused(id, { keys: '1#' }), 404);
  });

  it('tells that a station whose journal is damaged is out of order, and that it hears no code', async () => {
    mkdirSync(join(rig.folder, 'journal'), { recursive: true });
    writeFileSync(join(rig.folder, 'journal/journal.sqlite'), '');
    await start();
    for (const state of [await asked('state'), await asked('keys', { keys: `${code(1)}#` })]) {
      assert.deepEqual(
        { ...state, display: [] },
        {
          ...{ state: 'fault', relay: false, vehicle: false, display: [], outcome: null, receipt: null, report: null },
          outlets: [{ ...FREE, state: 'fault' }],
        },
      );
      assert.match(state.display.join(' '), /Out of order/);
    }
  });

  it('says 503 where no session runs', async () => {
    await rig.start([...chargerFlow(rig.folder, { session: { d: true } }), ...nodes()]);
    assert.equal(await refused('state'), 503);
  });

  it('sells energy by a simulated meter, and gives a receipt for the rest', async () => {
    const Wh = { unit: 'Wh', step: 500 } as const;
    const meter = { id: 'meter', type: 'read meter', station: 'station', meter: 'unset', simulatedPowerW: 7_000 };
    const control = { wires: [['session', 'actual', 'meter'], ['session']] };
    await rig.start([
      ...chargerFlow(rig.folder, { station: Wh, control }),
      { ...meter, wires: [['session']] },
      ...nodes(),
    ]);
    rig.plug(true);
    await seen();
    await rig.until('the meter reads', () => rig.statuses.get('meter')?.text?.includes('reading') === true);
    await rig.until('the station sells', () => rig.statuses.get('session')?.text?.includes('idle') === true);
    const entry = voucherCode(KEY, { layout: 'compact', ...Wh, quantity: 1, sequence: 1 });
    const charging = await asked('keys', { keys: `${entry}#` });
    assert.deepEqual([charging.state, charging.relay], ['charging', true]);
    const stopped = await asked('keys', { keys: '*1#' });
    assert.equal(stopped.state, 'receipt');
    assert.match(stopped.receipt ?? '', /^\d{12}$/);
  });
});
