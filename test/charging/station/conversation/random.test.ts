// People who do anything at the keypad of four outlets. After each thing: nobody's code is used up, stopped, taken or handed back
// but by a yes to that question. Another run: SEED=12345 npx mocha …
import assert from 'node:assert/strict';
import { randomFrom } from '../../../support/random.ts';
import { Site } from './site.ts';

const EVENTS = 20_000;
const EVENTS_A_SITE = 400;
const seed = Number(process.env.SEED ?? 20_261_129);

/** Which question allows that a voucher ends so. */
const ASKED: Readonly<Record<string, RegExp>> = {
  'stop-key': /^ask-stop-at$/,
  'handed-back': /^ask-hand-back$/,
  'taken-back': /^ask-take-back-voucher$/,
};

class People {
  readonly site = new Site(4);
  readonly #random: () => number;
  readonly said = new Map<string, number>();
  #newest = 0;
  #last = '';

  constructor(random: () => number) {
    this.#random = random;
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)]!;
  }

  #number(): string {
    return this.#pick(['1', '2', '3', '4', '1', '2', '3', '4', '0', '5', '01']);
  }

  step(): void {
    const { site } = this;
    const { screen, journal } = site;
    const before = { closed: journal.closed.length, used: journal.used.size, open: journal.openRecords.length };
    const isYes = this.#act();
    const ended = journal.closed.slice(before.closed);
    for (const { ended: why = '' } of ended) {
      const question = ASKED[why];
      if (question) assert.ok(isYes && question.test(screen), this.#where(`${why} without a yes, at ${screen}`));
    }
    const added = journal.openRecords.length - before.open;
    if (isYes && added > 0) assert.equal(screen, 'ask-add-at', this.#where('redeemed by another yes'));
    for (const line of site.say().split(' | ')) {
      assert.ok(line.length <= 20 && !/[{}]|undefined|NaN/.test(line), this.#where(line));
    }
    this.said.set(site.screen, (this.said.get(site.screen) ?? 0) + 1);
    site.relays.forEach((on, index) => {
      const outlet = index + 1;
      const open = journal.openRecords.some((record) => record.outlet === outlet);
      if (on) assert.ok(open && site.vehicles[index] === true, this.#where(`relay ${outlet} is on`));
    });
  }

  /** @returns whether it was a yes */
  #act(): boolean {
    const { site } = this;
    const dice = this.#random();
    const asks = site.screen.startsWith('ask-');
    if (asks && dice < 0.4) return this.#keys('1#');
    if (dice < 0.15) this.#code(++this.#newest);
    else if (dice < 0.3) this.#code(1 + Math.floor(this.#random() * Math.max(1, this.#newest)));
    else if (dice < 0.55) return this.#keys(`${this.#number()}#`) && asks;
    else if (dice < 0.65) this.#keys('*');
    else if (dice < 0.7) this.#bareHash();
    else if (dice < 0.85) this.#plug(1 + Math.floor(this.#random() * 4));
    else this.#pass(this.#pick([1000, 5000, 15_000, 70_000, 130_000]));
    return false;
  }

  #keys(keys: string): boolean {
    this.#last = keys;
    this.site.keys(keys);
    return keys === '1#';
  }

  #code(sequence: number): void {
    this.#last = `code ${sequence}`;
    const { used } = this.site.journal;
    const before = used.size;
    this.site.code(sequence, 30);
    assert.equal(used.size, before, this.#where('a code alone was used up'));
  }

  #bareHash(): void {
    this.#last = '#';
    const { site } = this;
    const before = [site.screen, site.journal.log.length];
    site.keys('#');
    assert.deepEqual([site.screen, site.journal.log.length], before, this.#where('a bare #'));
  }

  #plug(outlet: number): void {
    const connected = this.#random() < 0.6;
    this.#last = `plug ${outlet} ${connected}`;
    this.site.plug(outlet, connected);
  }

  #pass(ms: number): void {
    this.#last = `${ms} ms`;
    this.site.pass(ms);
  }

  #where(what: string): string {
    return `${what}, after ${this.#last}, SEED=${seed}: ${this.site.say()}`;
  }
}

describe('anything that people do at the keypad', () => {
  it('uses up, stops, takes back and hands back nothing without a yes to that question', function () {
    this.timeout(120_000);
    const random = randomFrom(seed);
    const said = new Set<string>();
    const ends = new Map<string, number>();
    for (let run = 0; run * EVENTS_A_SITE < EVENTS; run++) {
      const people = new People(random);
      for (let event = 0; event < EVENTS_A_SITE; event++) people.step();
      for (const name of people.said.keys()) said.add(name);
      for (const { ended = '' } of people.site.journal.closed) ends.set(ended, (ends.get(ended) ?? 0) + 1);
    }
    for (const why of Object.keys(ASKED)) assert.ok((ends.get(why) ?? 0) > 5, `${why}: ${ends.get(why)}`);
    assert.ok(said.size > 25, `${said.size} screens`);
  });
});
