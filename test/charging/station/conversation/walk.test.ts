// A stranger before the station, who presses what the words on the screen offer, and nothing else: every way that leads on from
// there is gone, and what the words promise is what happens.
import assert from 'node:assert/strict';
import { MINUTE, Site } from './site.ts';

/** Two vouchers are enough for everything that can be asked about one. */
const CODES = [1, 2] as const;
const DEEPEST = 4;

/** What the words on the screen offer. */
function offered(said: string, outlets: number): string[] {
  const offers: string[] = [];
  if (/\* (=|shows)/.test(said)) offers.push('*');
  if (/1 and # = yes/.test(said)) offers.push('1#');
  if (/0# = refund/.test(said)) offers.push('0#');
  if (/number and #|number \| and #|Outlet and #/.test(said)) for (let k = 1; k <= outlets; k++) offers.push(`${k}#`);
  if (/[Tt]ype (your |another )?code/.test(said)) offers.push(...CODES.map((code) => `code ${code}`));
  return offers;
}

/** What people do beside it: plugs, and nothing for a while; and whoever charges may always come back with a code. */
function besides(site: Site): string[] {
  const plugs = site.vehicles.flatMap((plugged, index) =>
    index < 2 ? [`${plugged ? 'unplug' : 'plug'} ${index + 1}`] : [],
  );
  return [...plugs, 'wait 15', 'wait 2000', ...CODES.map((code) => `code ${code}`)];
}

function act(site: Site, action: string): void {
  const [what, number] = action.split(' ');
  if (what === 'code') site.code(Number(number), 30);
  else if (what === 'plug' || what === 'unplug') site.plug(Number(number), what === 'plug');
  else if (what === 'wait') site.pass(Number(number) * 1000);
  else site.keys(action);
}

function after(outlets: number, path: readonly string[]): Site {
  const site = new Site(outlets);
  for (const action of path) act(site, action);
  return site;
}

/** All that keys can do harm to. */
function done({ journal, relays }: Site): string {
  return JSON.stringify([[...journal.used], journal.closed.map(({ voucher }) => voucher.sequence), relays]);
}

/** Where the walk stands: also to which outlets a code was given. */
function place(site: Site): string {
  const outletOf = ({ values }: (typeof site.screens)[number]) => Number(values.outlet ?? 0);
  const given = new Set(site.screens.filter(({ name }) => name === 'outlet-vehicle').map(outletOf));
  return JSON.stringify([site.screen, outletOf(site.screens.at(-1)!), done(site), site.vehicles, [...given].sort()]);
}

interface Walked {
  readonly screens: Set<string>;
  readonly ends: Set<string>;
}

/** Goes every way from every place that it has not seen yet, from each beginning on. */
function walk(outlets: number, ...beginnings: readonly (readonly string[])[]): Walked {
  const screens = new Set<string>();
  const ends = new Set<string>();
  const seen = new Set<string>();
  let paths = beginnings;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const next: (readonly string[])[] = [];
    for (const path of paths) {
      const site = after(outlets, path);
      const said = site.say();
      const offers = offered(said, outlets);
      for (const action of new Set([...offers, ...besides(site)])) {
        const there = after(outlets, [...path, action]);
        for (const { name } of there.screens) screens.add(name);
        for (const { ended } of there.journal.closed) if (ended) ends.add(ended);
        check(said, action, site, there, [...path, action]);
        const key = place(there);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push([...path, action]);
      }
    }
    paths = next;
  }
  return { screens, ends };
}

function check(said: string, action: string, before: Site, there: Site, path: readonly string[]): void {
  const where = `${path.join(', ')}: "${said}" then "${there.say()}"`;
  const harmless = done(there) === done(before);
  if (action === '*') {
    assert.notEqual(there.say(), said, `* does nothing, after ${where}`);
    assert.ok(harmless, `one * has done something, after ${where}`);
  }
  if (/^\d+#$/.test(action) && !/taken/.test(said))
    assert.notEqual(there.say(), said, `${action} does nothing, after ${where}`);
  if (action.startsWith('code'))
    assert.ok(harmless || before.config.outlets === 1, `a code alone has done something, after ${where}`);
  if (/^\d+#$/.test(action) && !/1 and # = yes/.test(said))
    assert.ok(there.journal.closed.length === before.journal.closed.length, `stopped unasked, after ${where}`);
  assert.doesNotMatch(there.say(), /\{|undefined|NaN/, where);
}

const CHARGES = ['code 1', '1#', 'plug 1'];

describe('a stranger who does what the words on the screen say', function () {
  this.timeout(120_000);

  it('finds every way through the talk of a station with several outlets', () => {
    const { screens, ends } = walk(2, [], CHARGES, [...CHARGES, 'code 2', '1#', '1#']);
    for (const screen of [
      ...[
        'idle-several',
        'choose',
        'choose-second',
        'outlet-vehicle',
        'outlet-taken',
        'outlet-charging-min',
        'not-chosen',
      ],
      ...['cancelled', 'not-plugged-in-at', 'thanks-at', 'receipt-at-min', 'used-up'],
      ...['ask-add-at', 'ask-hand-back', 'ask-take-back', 'ask-take-back-voucher', 'ask-stop-at'],
      ...['your-wait', 'your-charge-at-min', 'your-next-at', 'your-part-min', 'your-receipt-min'],
    ]) {
      assert.ok(screens.has(screen), `${screen} was not found`);
    }
    assert.deepEqual([...ends].sort(), ['handed-back', 'stop-key', 'taken-back', 'unplugged', 'used-up']);
  });

  it('and with one', () => {
    const { screens, ends } = walk(1, [], ['code 1', 'plug 1'], ['code 1', 'plug 1', 'code 2', '1#']);
    for (const screen of [
      ...[
        'idle',
        'idle-receipt',
        'idle-ended',
        'armed',
        'charging-min',
        'ask-add',
        'ask-stop',
        'ask-take-back-voucher',
      ],
      ...[
        'your-charge-min',
        'your-next',
        'receipt-min',
        'receipt-next-min',
        'replaced',
        'cancelled',
        'thanks',
        'used-up',
      ],
    ]) {
      assert.ok(screens.has(screen), `${screen} was not found`);
    }
    assert.deepEqual([...ends].sort(), ['stop-key', 'taken-back', 'unplugged', 'used-up']);
  });

  it('is left alone by the screen when nothing is done any more', () => {
    for (const path of [
      ['code 1'],
      ['code 1', '2#', 'code 1', '*'],
      ['code 1', '0#'],
      ['code 1', '2#', 'plug 2', 'code 2', '2#'],
    ]) {
      const site = after(2, path);
      site.pass(5 * MINUTE);
      assert.match(site.screen, /^idle/, path.join(', '));
    }
  });
});
