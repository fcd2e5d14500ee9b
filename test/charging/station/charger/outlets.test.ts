// Several outlets beside one conversation: what one does is no other's, but for what stops the whole station.
import assert from 'node:assert/strict';
import { next } from '../../../../charging/station/charger/machine.ts';
import {
  type ChargerState,
  chargerConfig,
  type Effect,
  type Event,
  newCharger,
} from '../../../../charging/station/charger/model.ts';
import type { SessionRecord, Voucher } from '../../../../charging/station/types.ts';
import type { Happening } from './site.ts';

const config = chargerConfig({ unit: 'min' });

function voucher(sequence: number): Voucher {
  return { station: 'CP-0001', layout: 'compact', sequence, quantity: 2, amount: 60, unit: 'min', step: 30 };
}

/** Three outlets and a journal that takes every write, or none. */
class Site {
  state: ChargerState = newCharger(3);
  at = 1000;
  failing = false;
  done: string[] = [];

  constructor(open: readonly SessionRecord[] = []) {
    this.hear({ type: 'start', open });
    for (const outlet of [1, 2, 3]) {
      this.hear({ type: 'relay', outlet, on: false, readyInMs: 0 });
      this.hear({ type: 'vehicle', outlet, connected: false });
    }
    this.done = [];
  }

  hear(happening: Happening): void {
    const { state, effects } = next(this.state, { ...happening, at: this.at } as Event, config);
    this.state = state;
    for (const effect of effects) {
      const answer = this.#do(effect);
      if (answer) this.hear(answer);
    }
  }

  charge(outlet: number): void {
    this.hear({ type: 'voucher', outlet, voucher: voucher(outlet) });
    this.at += config.inrushMs;
    this.hear({ type: 'vehicle', outlet, connected: true });
    this.hear({ type: 'relay', outlet, on: true, readyInMs: 0 });
  }

  get phases(): string[] {
    return this.state.outlets.map(({ phase }) => phase.name);
  }

  #do(effect: Effect): Happening | undefined {
    const at = 'outlet' in effect && effect.outlet !== undefined ? ` ${effect.outlet}` : '';
    this.done.push(effect.type === 'relay' ? `relay${at} ${effect.on ? 'on' : 'off'}` : `${effect.type}${at}`);
    if (effect.type === 'relay') return undefined;
    if (this.failing) return { type: 'journal-failed', write: effect };
    switch (effect.type) {
      case 'redeem':
        return { type: 'redeemed', outlet: effect.outlet ?? 1, record: { session: 1, ...effect.record } };
      case 'checkpoint':
        return { type: 'checkpointed', outlets: effect.outlets };
      case 'close':
        return {
          type: 'closed',
          outlet: effect.outlet ?? 1,
          records: effect.records.map((record) => ({ ...record, receipt: '023554919887' })),
        };
      case 'hand-back':
        return { ...effect, type: 'handed-back', result: 'done' };
      case 'use-service':
        return { ...effect, type: 'service-used', result: 'done' };
      case 'report':
        return { type: 'reported', report: 'sealed' };
      case 'note':
        return { type: 'noted', note: effect };
      case 'recover':
        return { type: 'recovered', open: [] };
    }
  }
}

describe('several outlets', () => {
  it('charge side by side, each on a voucher of its own', () => {
    const site = new Site();
    site.charge(1);
    site.charge(3);
    assert.deepEqual(site.phases, ['charging', 'free', 'charging']);
    assert.deepEqual(site.done, ['redeem 1', 'relay 1 on', 'redeem 3', 'relay 3 on']);
  });

  it('leave each other as they are', () => {
    const site = new Site();
    site.charge(1);
    site.charge(3);
    site.hear({ type: 'tick' });
    const [first, second] = site.state.outlets;
    for (const happening of [
      { type: 'vehicle', outlet: 3, connected: false },
      { type: 'relay', outlet: 3, on: false, readyInMs: 0 },
      { type: 'fault', outlet: 3, code: 'relay-did-not-close', standing: true },
      { type: 'meter', outlet: 3, reading: { energyWh: 5, powerW: 100 } },
    ] as const) {
      site.hear(happening);
    }
    assert.deepEqual(site.state.outlets[0], first);
    assert.deepEqual(site.state.outlets[1], second);
    assert.deepEqual(site.phases, ['charging', 'free', 'fault']);
  });

  it('all open when a fault stops the station, relays before any write', () => {
    const site = new Site();
    site.charge(1);
    site.charge(2);
    site.done = [];
    site.hear({ type: 'fault', code: 'emergency-stop', standing: true });
    assert.deepEqual(site.done.slice(0, 2), ['relay 1 off', 'relay 2 off']);
    assert.deepEqual(
      site.done.filter((each) => each.startsWith('close')),
      ['close 1', 'close 2'],
    );
    assert.deepEqual(site.done.filter((each) => each === 'note').length, 1, 'one note of one fault');
    assert.deepEqual(site.phases, ['stopping', 'stopping', 'fault']);
  });

  it('are stopped by a fault of the station until each of them that told of it takes it back', () => {
    for (const code of ['guard-lost', 'over-temperature'] as const) {
      const site = new Site();
      for (const outlet of [1, 3]) site.hear({ type: 'fault', outlet, code, standing: true });
      site.hear({ type: 'fault', outlet: 1, code, standing: false });
      assert.deepEqual(site.phases, ['fault', 'fault', 'fault'], `${code} stands at outlet 3 still`);
      site.hear({ type: 'fault', outlet: 3, code, standing: false });
      assert.deepEqual(site.phases, ['free', 'free', 'free'], code);
    }
  });

  it('go on selling when one of them is out of order', () => {
    const site = new Site();
    site.hear({ type: 'fault', outlet: 2, code: 'gpio-lost', standing: true });
    assert.deepEqual(site.phases, ['free', 'fault', 'free']);
    site.hear({ type: 'voucher', outlet: 2, voucher: voucher(2) });
    assert.equal(site.state.conversation.notice?.name, 'outlet-unusable');
    site.charge(1);
    assert.deepEqual(site.phases, ['charging', 'fault', 'free']);
  });

  it('end their sessions when the journal takes no writes, and close each as soon as it does', () => {
    const site = new Site();
    site.charge(1);
    site.charge(2);
    site.failing = true;
    site.at += 1000;
    for (const outlet of [1, 2]) site.hear({ type: 'relay', outlet, on: true, readyInMs: 0 });
    site.hear({ type: 'vehicle', outlet: 1, connected: false });
    assert.deepEqual(site.phases, ['stopping', 'stopping', 'fault'], 'the write that failed stops the other one too');
    for (const outlet of [1, 2]) site.hear({ type: 'relay', outlet, on: false, readyInMs: 0 });
    assert.deepEqual(site.phases, ['fault', 'fault', 'fault']);
    site.failing = false;
    site.done = [];
    site.at += config.retryMs;
    site.hear({ type: 'tick' });
    assert.deepEqual(
      site.done.filter((each) => each.startsWith('close')),
      ['close 1', 'close 2'],
    );
    assert.deepEqual(site.phases, ['free', 'free', 'free']);
  });

  it('resume each the session that the journal holds open for it', () => {
    const open = [1, 3].map((outlet): SessionRecord => ({ voucher: voucher(outlet), outlet, delivered: 10 }));
    const site = new Site(open);
    assert.deepEqual(site.phases, ['free', 'free', 'free'], 'nothing is plugged in: both ended with a receipt');
    const again = new Site();
    again.state = newCharger(3);
    again.hear({ type: 'start', open });
    for (const outlet of [1, 2, 3]) {
      again.hear({ type: 'relay', outlet, on: false, readyInMs: 0 });
      again.hear({ type: 'vehicle', outlet, connected: true });
    }
    assert.deepEqual(again.phases, ['starting', 'free', 'waiting']);
    again.hear({ type: 'relay', outlet: 1, on: true, readyInMs: 0 });
    assert.deepEqual(again.phases, ['charging', 'free', 'waiting']);
    again.at += config.inrushMs;
    again.hear({ type: 'tick' });
    assert.deepEqual(again.phases, ['charging', 'free', 'starting']);
  });

  it('are clear of a leakage fault only when nothing is plugged in anywhere', () => {
    const site = new Site();
    site.charge(1);
    site.charge(2);
    for (const standing of [true, false]) site.hear({ type: 'fault', code: 'residual-current', standing });
    for (const outlet of [1, 2]) site.hear({ type: 'relay', outlet, on: false, readyInMs: 0 });
    site.hear({ type: 'vehicle', outlet: 1, connected: false });
    assert.deepEqual(site.phases, ['fault', 'fault', 'fault']);
    site.hear({ type: 'vehicle', outlet: 2, connected: false });
    assert.deepEqual(site.phases, ['free', 'free', 'free']);
  });
});
