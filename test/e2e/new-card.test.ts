// A memory card that is new, or a copy of before: whoever puts it in must not make used codes good again.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Applications, until } from '../support/applications.ts';

const MASTER = '5b0c19a1a1c3f1c7c4a0b5d4f9a3f0f2b1d7c0e9a8b7c6d5e4f3a2b1c0d9e8f7';
const CARD_WORDS = ['Out of order: card', 'is new or restored.', 'Operator, dashboard:', 'New SD card/new key.'];

describe('a station with another memory card', function () {
  this.timeout(300_000);
  let running: Applications;
  beforeEach(async () => {
    running = await Applications.start({ env: { MASTER_KEY: MASTER } });
  });
  afterEach(() => running.remove());

  const journal = () => join(running.dataDir, 'charger/journal');
  const image = () => join(running.dataDir, 'image');
  const provisioned = () => JSON.parse(readFileSync(join(running.dataDir, 'charger/station.json'), 'utf8'));

  /** A whole charge, and its receipt. */
  async function charge(code: string): Promise<void> {
    running.plug(true);
    await running.keys(`${code}#`);
    await until('the relay is on', () => running.relayPin() === '1');
    running.plug(false);
    await until('the relay is off', () => running.relayPin() === '0');
    await running.settled('it has ended', ({ state }) => state === 'receipt');
  }

  const CARDS: Readonly<Record<string, () => void>> = {
    'that is empty': () => rmSync(journal(), { recursive: true }),
    'that is a copy of before': () => {
      rmSync(journal(), { recursive: true });
      cpSync(image(), journal(), { recursive: true });
    },
  };
  for (const [card, putIn] of Object.entries(CARDS)) {
    it(`sells nothing on a card ${card} until it has a new key, and then opens for fresh codes alone`, async () => {
      await charge((await running.buy(30)).code);
      cpSync(journal(), image(), { recursive: true });
      const used = (await running.buy(30)).code;
      await charge(used);
      const unused = (await running.buy(30)).code;
      await running.stop();

      putIn();
      await running.start();
      running.plug(true);
      for (const code of [used, unused]) {
        const { state, relay, display } = await running.keys(`${code}#`);
        assert.deepEqual({ state, relay, display }, { state: 'fault', relay: false, display: CARD_WORDS });
      }
      assert.doesNotMatch(running.output, /__\w+__/, 'no gap of a sentence is left open');
      const before = provisioned();
      const answer = await running.post('/stations/CP-0001/keys', {});
      assert.equal(answer.status, 201, await answer.clone().text());
      await running.stop();
      await running.start();
      assert.equal(provisioned().keyVersion, before.keyVersion + 1);
      assert.notEqual(provisioned().key, before.key);

      for (const code of [used, unused]) {
        const { outcome, relay } = await running.keys(`${code}#`);
        assert.deepEqual({ outcome, relay }, { outcome: 'invalid', relay: false });
      }
      const fresh = (await running.buy(30)).code;
      const state = await running.keys(`${fresh}#`);
      assert.equal(state.outcome, 'accepted');
      await until('the relay is on', () => running.relayPin() === '1');
      running.plug(false);
      await until('the relay is off', () => running.relayPin() === '0');
      await running.settled('it has ended', ({ state }) => state === 'receipt');
      assert.equal((await running.keys(`${fresh}#`)).outcome, 'used');
    });
  }
});
