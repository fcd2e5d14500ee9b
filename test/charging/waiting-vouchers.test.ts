// Codes that were typed in time and wait for power until long after: the station honours them, and the cloud does not give them
// back meanwhile; or the station does not, and the cloud does. Both sides real: a station on its journal, and a ledger.
import assert from 'node:assert/strict';
import { Charger } from '../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../charging/station/charger/model.ts';
import type { Screen } from '../../charging/station/conversation/screens.ts';
import type { StationSettings } from '../../charging/station/types.ts';
import { stationKeyOf } from '../support/independent-codes.ts';
import { granted } from './cloud/answers.ts';
import { MASTER_KEY_HEX, TestLedger } from './cloud/databases.ts';
import { Timers } from './station/charger/timers.ts';
import { Bench, CLOCK, HOUR, MINUTE, removeFolders } from './station/support.ts';

const POWER_W = 3000;
const price = { minorUnits: 100, currency: 'EUR' };

/** A station of three outlets with power for one, its keypad and its vehicles, and the cloud that sells for it. */
class Site {
  readonly at: TestLedger;
  readonly bench: Bench;
  readonly relays = [false, false, false];
  readonly screens: Screen[] = [];
  readonly reports: string[] = [];
  charger!: Charger;
  readonly #timers = new Timers();

  constructor(at: TestLedger, settings: StationSettings) {
    this.at = at;
    this.bench = new Bench(settings);
    this.bench.clocks.wall = at.now;
    this.bench.clocks.builtMs = at.now - 30 * 24 * HOUR;
    this.bench.restart();
    this.begin();
  }

  get station() {
    return this.bench.station;
  }

  begin(): void {
    const { clocks } = this.bench;
    this.#timers.clear();
    this.charger = new Charger({
      journal: this.station,
      config: chargerConfig({ unit: 'min', outlets: 3, stationPowerW: POWER_W, outletPowerW: POWER_W }),
      clocks,
      schedule: (ms, callback) => this.#timers.set(clocks.monotonic + ms, callback),
      emit: {
        relay: (on, _again, outlet) => {
          this.relays[outlet - 1] = on;
          this.charger.relay({ on, ready: true }, outlet);
        },
        display: (screen) => this.screens.push(screen),
        record: ({ kind, report }) => {
          if (kind === 'report') this.reports.push(String(report));
        },
      },
    });
    this.charger.start();
    for (const outlet of [1, 2, 3]) {
      this.charger.relay({ on: false, ready: true }, outlet);
      this.charger.vehicle(false, false, undefined, outlet);
    }
  }

  async buy(amount: number): Promise<{ code: string; sequence: number }> {
    const { stationId } = this.bench.settings;
    const { code } = granted(await this.at.ledger.issue({ client: 'app', station: stationId, amount }));
    const { items } = granted(await this.at.ledger.listCodes({ station: stationId, limit: 1 }));
    return { code, sequence: items[0]!.sequence };
  }

  /** As *verify code* and *run session* have it between them. */
  type(code: string): void {
    const verdict = this.station.verify(code);
    if (verdict.outcome !== 'accepted') this.charger.refused(verdict, this.station.fateOf(code));
    else if (verdict.kind === 'voucher') this.charger.voucher(verdict.voucher);
  }

  plug(outlet: number, connected = true): void {
    this.charger.vehicle(connected, false, undefined, outlet);
  }

  /** Both clocks go on, in one leap of the machine's: what charges is not what these tests are about. */
  pass(ms: number): void {
    this.#goOn(ms);
    // And so long beat by beat, for relays that close one after the other.
    for (let beat = 0; beat < 5; beat++) {
      this.#goOn(200);
      for (const callback of this.#timers.clear()) callback();
    }
  }

  #goOn(ms: number): void {
    this.at.now += ms;
    this.bench.clocks.pass(ms);
  }

  async hear(report = this.reports.at(-1)!) {
    return granted(await this.at.ledger.hearReport({ station: this.bench.settings.stationId, report }));
  }

  async settled() {
    const { items } = await this.at.ledger.listSettled({ station: this.bench.settings.stationId });
    return items.map(({ sequence, source }) => ({ sequence, source }));
  }
}

describe('a code that was typed in time and waits for power until its time is over', function () {
  this.timeout(60_000);
  let at: TestLedger;
  let site: Site;
  let long: { code: string; sequence: number };
  let waits: { code: string; sequence: number };

  before(async () => {
    at = await TestLedger.open('sqlite');
  });
  after(async () => {
    await at.ledger.close();
    removeFolders();
  });
  afterEach(() => site.bench.station.dispose());

  const start = async (id: string, given: Partial<StationSettings> = {}) => {
    const { sequence } = { ...CLOCK, ...given };
    granted(await at.ledger.createStation({ id, sequence, price }));
    site = new Site(at, { ...CLOCK, ...given, stationId: id, key: stationKeyOf(MASTER_KEY_HEX, id) });
    // Heard of before it sells: only then the cloud gives anything back by itself.
    await site.hear(site.station.report({ faults: [], meterWh: undefined, waiting: [] }));
    long = await site.buy(930);
    site.pass(6 * MINUTE);
    waits = await site.buy(60);
    site.type(long.code);
    site.charger.answer('1');
    site.plug(1);
    site.type(waits.code);
    site.charger.answer('2');
    site.plug(2);
    site.pass(MINUTE);
    assert.deepEqual(site.relays, [true, false, false]);
  };
  /** Somebody hands a code back: a report is made, and what it proves is heard. */
  const tell = async () => {
    site.type((await site.buy(30)).code);
    site.charger.answer('0');
    site.charger.answer('1');
    await site.hear();
  };
  const isSettled = async () => (await site.settled()).some(({ sequence }) => sequence === waits.sequence);
  /** The station gives power to what waits, and that is charged and told of. */
  const charges = async () => {
    site.plug(1, false);
    site.pass(MINUTE);
    assert.equal(site.relays[1], true);
    site.plug(2, false);
    const { alarms } = await site.hear();
    assert.deepEqual(alarms, []);
    assert.ok(site.station.lastClosed().some(({ voucher }) => voucher.sequence === waits.sequence));
  };

  it('is said to be open, is not given back, and charges when there is power', async () => {
    await start('WAIT-1');
    site.pass(5 * HOUR);
    await tell();
    assert.equal(await isSettled(), false);
    await charges();
  });

  it('at a station that counts too, when so many were used that it fell out of the window', async () => {
    await start('WAIT-2', { sequence: 'counter' });
    for (let n = 0; n < 60; n++) await tell();
    assert.equal(await isSettled(), false);
    await charges();
  });

  it('is shown to whoever types it again, and taken back it is given back by the next report', async () => {
    await start('WAIT-3');
    site.pass(5 * HOUR);
    await tell();
    site.type(waits.code);
    assert.equal(site.screens.at(-1)?.name, 'your-turn');
    site.charger.key('*');
    site.charger.answer('1');
    assert.equal(site.screens.at(-1)?.name, 'cancelled');
    await tell();
    assert.equal(await isSettled(), true);
    site.type(waits.code);
    assert.equal(site.screens.at(-1)?.name, 'expired');
  });

  it('is forgotten by a restart, and given back then', async () => {
    await start('WAIT-4');
    site.pass(5 * HOUR);
    await tell();
    site.charger.stop();
    site.bench.restart();
    site.begin();
    await tell();
    assert.equal(await isSettled(), true);
  });

  it('is not honoured after a report that did not know of it, and says so', async () => {
    await start('WAIT-6');
    const late = await site.buy(60);
    const verdict = site.station.verify(late.code);
    assert(verdict.outcome === 'accepted' && verdict.kind === 'voucher');
    // A flow that keeps the message for hours.
    site.pass(5 * HOUR);
    await tell();
    assert.ok(
      (await site.settled()).some(({ sequence }) => sequence === late.sequence),
      'it was given back',
    );
    site.plug(1, false);
    site.plug(2, false);
    site.pass(MINUTE);
    site.charger.voucher(verdict.voucher, 3);
    site.plug(3);
    site.pass(20_000);
    assert.deepEqual(site.relays, [false, false, false]);
    assert.equal(site.screens.find(({ name }) => name === 'expired-at')?.values.outlet, 3);
    assert.equal(site.station.handBack(verdict.voucher), 'expired');
    assert.deepEqual((await site.hear()).alarms, []);
  });
});
