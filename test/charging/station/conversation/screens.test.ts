import assert from 'node:assert/strict';
import type { DisplayLanguage, ScreenName } from '../../../../charging/station/conversation/screens.ts';
import { CATALOGUES, shortWords, words } from '../../../../charging/station/conversation/words.ts';
import { FAULTS } from '../../../../charging/station/faults.ts';
import { Bench, MINUTE } from '../charger/bench.ts';

const languages = Object.keys(CATALOGUES) as DisplayLanguage[];
const names = Object.keys(CATALOGUES.en.screens) as ScreenName[];
/** However each is written: `{left}`, `{left:energy}`. */
const gaps = (lines: readonly string[]) =>
  new Set([...lines.join(' ').matchAll(/\{(\w+)(?::\w+)?\}/g)].map(([, name]) => name!));

/** The longest values that a station shows: 155 steps of 1 kWh or of 30 min, 16 digits typed, all of 20 outlets. */
function longest(name: ScreenName, fault: string, reason: string) {
  const { lines } = CATALOGUES.en.screens[name];
  const has = (gap: string) => lines.some((line) => line.includes(gap));
  const typed = name === 'typed' ? '1234567890123456' : '12';
  const all = Array.from({ length: 20 }, (_, index) => index + 1).join(',');
  return {
    digits: name.startsWith('typed') ? typed : '88269 7586 14605',
    left: has('left:energy') ? 155_000 : '77:30:00',
    ...{ used: 155_000, elapsed: '77:30:00', seconds: 900, wait: '59:59', fault, reason, more: 19 },
    ...{ outlet: 20, outlets: 20, amount: 155_000, unit: 'Wh', free: all, plugged: all, broken: all },
  };
}

/** What stands besides: nothing, current that leaks from the station, or from one of its outlets. */
const DANGERS = [{}, { danger: 'residual-current' }, { danger: 'relay-stuck-on', dangerAt: 12 }];

function everyScreen(
  language: DisplayLanguage,
  check: (lines: string[], short: string[], name: ScreenName) => void,
): void {
  const { faults, reasons } = CATALOGUES[language];
  for (const name of names) {
    for (const danger of DANGERS) {
      for (const fault of Object.keys(faults)) {
        for (const reason of Object.keys(reasons)) {
          const screen = { name, values: { ...longest(name, fault, reason), ...danger } };
          check(words(screen, language), shortWords(screen, language), name);
        }
      }
    }
  }
}

/** Columns of a terminal: two for a full-width sign. */
function columns(text: string): number {
  return Array.from(text).reduce((sum, sign) => sum + (/[⺀-鿿　-〿＀-￯“”…：，]/u.test(sign) ? 2 : 1), 0);
}

describe('the words of the display', () => {
  it('fit 4 lines of 20 columns and 2 of 16 in English', () => {
    everyScreen('en', (lines, short, name) => {
      assert.ok(lines.length <= 4 && short.length <= 2, name);
      for (const line of lines) assert.ok(line.length <= 20, `${name}: "${line}" has ${line.length} columns`);
      for (const line of short) assert.ok(line.length <= 16, `${name}: "${line}" has ${line.length} columns`);
      for (const line of [...lines, ...short]) assert.match(line, /^[\x20-\x7e]*$/);
    });
  });

  it('fit 4 lines of 20 full-width signs and 2 of 16 columns or 10 signs in Chinese', () => {
    everyScreen('zh-CN', (lines, short, name) => {
      assert.ok(lines.length <= 4 && short.length <= 2, name);
      for (const line of lines) assert.ok(columns(line) <= 40, `${name}: "${line}"`);
      for (const line of short) assert.ok(columns(line) <= 20, `${name}: "${line}"`);
    });
  });

  it('are there in both languages, with the same gaps', () => {
    const [en, zh] = [CATALOGUES.en, CATALOGUES['zh-CN']];
    for (const part of ['screens', 'faults', 'reasons'] as const) {
      assert.deepEqual(Object.keys(zh[part]).sort(), Object.keys(en[part]).sort());
    }
    assert.deepEqual(Object.keys(en.faults).sort(), Object.keys(FAULTS).sort());
    for (const name of names) {
      assert.deepEqual(gaps(zh.screens[name].lines), gaps(en.screens[name].lines), name);
      assert.deepEqual(gaps(zh.screens[name].short), gaps(en.screens[name].short), name);
    }
  });

  it('warn of danger on every screen that people see at a station with several outlets, and keep what is needed there', () => {
    const danger = { danger: 'relay-stuck-on', dangerAt: 12 };
    for (const language of languages) {
      const needed = language === 'en' ? /\d{5}|1#|Outlet\+#|1 and #|[Oo]utlet|number/ : /\d{5}|1#|插座号|按 1/;
      for (const name of names) {
        if (/^fault-(card|key|other|old)/.test(name)) continue;
        const screen = { name, values: { ...longest(name, 'relay-stuck-on', 'fault'), ...danger } };
        for (const lines of [words(screen, language), shortWords(screen, language)]) {
          assert.match(lines.join(' '), language === 'en' ? /12 (live|LIVE)|Live! Do not/ : /12 号.*带电|带电/, name);
          if (/^(ask-.*-at|ask-hand|ask-take|choose|receipt)/.test(name)) assert.match(lines.join(' '), needed, name);
        }
      }
    }
  });

  it('name as many outlets as fit, and say that there are more', () => {
    const idle = (free: string, broken: string) => words({ name: 'idle-several', values: { free, broken } }, 'en');
    assert.deepEqual(idle('2,3', ''), ['Free: 2,3', 'Type your code,', 'then press #']);
    assert.deepEqual(
      idle('1,2,3,4,5,6,7,8,9', '10,11,12,13').filter((line) => line.includes(':')),
      ['Free: 1,2,3,4,5,6,7+', 'Out of order: 10,11+'],
    );
  });

  it('are Chinese in Chinese', () => {
    everyScreen('zh-CN', (lines, short, name) => {
      for (const form of [lines, short]) assert.match(form.join(''), /[一-鿿]/, name);
    });
  });

  it('name what the customer’s page asks for, in both languages', () => {
    for (const language of languages) {
      const said = (name: ScreenName) => words({ name, values: {} }, language).join(' ');
      assert.match(said('locked'), /LOCKED/);
      assert.match(said('out-of-step'), /OUT OF STEP/);
      assert.match(said('clock-lost'), /CLOCK/);
      // Its digits are 12, or 14, by the station's family: the phone says which.
      assert.doesNotMatch(said('locked'), /1[024]/);
      assert.match(said('out-of-step'), /15/);
      assert.match(said('clock-lost'), /15/);
    }
  });

  it('leave no gap open on a station that charges, pauses, stops and fails', () => {
    for (const unit of ['min', 'Wh'] as const) {
      const bench = new Bench({ config: { unit, pausedMs: 2 * MINUTE } });
      bench.charger.typed('051');
      bench.charger.refused({ outcome: 'locked', retryAfterSeconds: 90 });
      bench.charge(7, unit === 'min' ? 30 : 500);
      bench.pass(MINUTE);
      bench.powerW = 0;
      bench.pass(5 * MINUTE);
      bench.stop();
      bench.charger.fault('emergency-stop', true);
      bench.charger.voucher(bench.voucher(8));
      bench.charger.fault('emergency-stop', false);
      bench.charger.key('*');
      bench.charger.keypad('num-lock-off');
      bench.pass(20_000);
      bench.charger.keypad('unreadable');
      bench.charger.vehicle(false);
      bench.charger.service('test-relay', 900);
      bench.pass(20_000);
      for (const { name, values } of bench.screens) {
        for (const language of languages) {
          const { lines, short } = CATALOGUES[language].screens[name];
          for (const gap of gaps([...lines, ...short])) {
            const key = gap.replace(/^(advice2?|warning)$/, 'fault');
            assert.ok(key in values, `${name} has no ${gap}`);
          }
        }
      }
      assert.ok(new Set(bench.screens.map(({ name }) => name)).size > 9);
    }
  });
});
