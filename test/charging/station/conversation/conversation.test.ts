import assert from 'node:assert/strict';
import { serviceCode, voucherCode } from '../../../../charging/codes/index.ts';
import type { DisplayLanguage } from '../../../../charging/station/conversation/screens.ts';
import { CATALOGUES, shortWords, words } from '../../../../charging/station/conversation/words.ts';
import { Station } from '../../../../charging/station/station.ts';
import { Bench, MINUTE } from '../charger/bench.ts';
import { CLOCK, Hands, KEY, newFolder, removeFolders } from '../support.ts';

const languages = Object.keys(CATALOGUES) as DisplayLanguage[];

/** A session on number 7 that is as `record` has it. */
const fate = (bench: Bench, record: object = {}) => ({ voucher: bench.voucher(7, 60), delivered: 15, ...record });

describe('a charge is stopped by nobody by accident', () => {
  for (const phase of ['charging', 'paused', 'waiting to go on after a power cut'] as const) {
    it(`while ${phase}: * asks, 1# stops it`, () => {
      const bench = begun(phase);
      const { commanded } = bench;
      bench.charger.key('*');
      assert.equal(bench.screen, 'ask-stop');
      assert.equal(bench.commanded, commanded, 'nothing has happened yet');
      bench.charger.typed('1');
      assert.equal(bench.screen, 'ask-stop', 'the question stands while it is answered');
      bench.charger.typed('');
      bench.charger.answer('1');
      assert.equal(bench.commanded, false);
      assert.equal(bench.journal.last?.ended, 'stop-key');
      assert.equal(bench.state, 'receipt');
    });

    for (const [what, answer] of [
      ['*', (bench: Bench) => bench.charger.key('*')],
      ['10 s of silence', (bench: Bench) => bench.pass(10_000)],
      ['another code', (bench: Bench) => bench.charger.voucher(bench.voucher(9))],
      ['a code that is refused', (bench: Bench) => bench.charger.refused({ outcome: 'invalid' })],
    ] as const) {
      it(`while ${phase}: ${what} is no`, () => {
        const bench = begun(phase);
        bench.charger.key('*');
        answer(bench);
        bench.charger.answer('1');
        assert.equal(bench.journal.last, undefined, 'a late yes is none');
        assert.notEqual(bench.state, 'receipt');
      });
    }
  }

  function begun(phase: 'charging' | 'paused' | 'waiting to go on after a power cut'): Bench {
    const bench = new Bench({ config: { unit: 'Wh' } });
    bench.charge(7, 1000);
    bench.pass(MINUTE);
    if (phase === 'paused') {
      bench.powerW = 0;
      bench.pass(62_000);
      assert.equal(bench.state, 'paused');
    }
    if (phase === 'waiting to go on after a power cut') bench.powerCut({ vehicle: undefined });
    return bench;
  }

  it('is asked for 10 s after the last key, and a bare # neither answers nor ends the question', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.key('*');
    bench.pass(9000);
    bench.charger.key('#');
    assert.equal(bench.screen, 'ask-stop');
    bench.charger.typed('1');
    bench.pass(9000);
    bench.charger.answer('1');
    assert.equal(bench.state, 'receipt');
  });

  it('is not answered by a yes that comes after its 10 s, also where nobody looked at the time meanwhile', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.key('*');
    bench.now += 10_000;
    bench.charger.answer('1');
    assert.equal(bench.state, 'charging');
  });

  it('takes only 1 for yes', () => {
    const bench = new Bench();
    bench.charge();
    for (const digits of ['0', '2', '11', '10']) {
      bench.charger.key('*');
      bench.charger.answer(digits);
      assert.equal(bench.state, 'charging');
      bench.pass(11_000);
    }
    bench.charger.answer('1');
    assert.equal(bench.screen, 'mistyped', 'nothing was asked');
    assert.equal(bench.charger.snapshot().outcome, 'mistyped');
    assert.equal(bench.state, 'charging');
  });

  it('forgets the question when the charge ends by itself, and does not ask of the next one', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.charger.key('*');
    bench.charger.vehicle(false);
    bench.charge(8, 30);
    bench.charger.answer('1');
    assert.equal(bench.state, 'charging');
  });
});

describe('the same code again', () => {
  it('shows what is left while it charges; from there * asks and 1# stops', () => {
    for (const unit of ['min', 'Wh'] as const) {
      const bench = new Bench({ config: { unit } });
      bench.charge(7, unit === 'min' ? 60 : 1000);
      bench.pass(15 * MINUTE);
      bench.charger.refused({ outcome: 'used' }, { voucher: bench.voucher(7), delivered: 0 });
      assert.equal(bench.screen, `your-charge-${unit}`);
      assert.match(bench.display, unit === 'min' ? /Left {4}45:00/ : /Left 50[01] Wh/);
      bench.stop();
      assert.equal(bench.journal.last?.ended, 'stop-key');
    }
  });

  it('shows the receipt of a session that ended, at a station that is free', () => {
    const bench = new Bench();
    bench.charger.refused({ outcome: 'used' }, fate(bench, { ended: 'unplugged', receipt: '000700000116' }));
    assert.equal(bench.state, 'receipt');
    assert.match(bench.display, /^Unplugged \| Left 45:00 \| Receipt for refund: \| 0007 0000 0116/);
    assert.equal(bench.charger.snapshot().receipt, '000700000116');
    assert.equal(bench.charger.snapshot().outcome, 'used');
    bench.pass(59_000);
    assert.equal(bench.state, 'receipt');
    bench.pass(1000);
    assert.equal(bench.state, 'idle');
  });

  it('shows it while another charges, who is not disturbed, and not asked to stop', () => {
    const bench = new Bench();
    bench.charge(8, 60);
    bench.charger.refused({ outcome: 'used' }, fate(bench, { ended: 'stop-key', receipt: '000700000116' }));
    assert.equal(bench.screen, 'your-receipt-min');
    assert.equal(bench.charger.snapshot().receipt, '000700000116');
    bench.pass(30_000);
    assert.equal(bench.screen, 'your-receipt-min');
    bench.charger.key('*');
    assert.equal(bench.screen, 'charging-min');
    assert.equal(bench.state, 'charging');
  });

  it('is not said to charge once its session has ended', () => {
    const bench = new Bench();
    bench.charge(7);
    bench.charger.refused({ outcome: 'used' }, bench.journal.open);
    assert.equal(bench.screen, 'your-charge-min');
    bench.stuck = true;
    bench.charger.vehicle(false);
    assert.equal(bench.screen, 'stopping');
    assert.deepEqual(
      bench.screens.filter(({ name, values }) => name === 'your-charge-min' && values.left === undefined),
      [],
    );
  });

  it('says so when all of it was charged', () => {
    const bench = new Bench();
    bench.charger.refused({ outcome: 'used' }, fate(bench, { delivered: 60, ended: 'used-up' }));
    assert.equal(bench.screen, 'used-up');
  });

  it('shows the receipt at a station that is out of order', () => {
    const bench = new Bench();
    bench.charger.fault('over-temperature', true);
    bench.charger.refused({ outcome: 'used' }, fate(bench, { ended: 'fault', receipt: '000700000116' }));
    assert.equal(bench.state, 'fault');
    assert.match(bench.display, /0007 0000 0116/);
  });

  it('is plainly used where the journal has no session of it', () => {
    const bench = new Bench();
    bench.charger.refused({ outcome: 'used' });
    assert.equal(bench.screen, 'used');
  });
});

describe('a code bought just now', () => {
  const shown = (sequence: 'clock' | 'counter', outcome: 'invalid' | 'expired' | 'out-of-step') => {
    const bench = new Bench({ config: { sequence } });
    bench.charger.refused({ outcome });
    return bench.display;
  };

  it('is answered with what to choose on the phone, where that heals', () => {
    for (const outcome of ['expired', 'invalid'] as const)
      assert.match(shown('clock', outcome), /Bought just now.*CLOCK/);
    assert.match(shown('counter', 'expired'), /Bought just now.*OUT OF STEP/);
    for (const sequence of ['clock', 'counter'] as const)
      assert.match(shown(sequence, 'out-of-step'), /Bought.*just now.*OUT OF STEP/);
  });

  it('is not said to be healed by a clock that there is none of', () => {
    assert.doesNotMatch(shown('counter', 'invalid'), /CLOCK|OUT OF STEP/);
    assert.doesNotMatch(shown('counter', 'expired'), /CLOCK/);
  });
});

describe('what became of a code, by the journal', () => {
  after(removeFolders);
  const hands = new Hands();
  const code = (sequence: number, layout: 'compact' | 'long' = 'compact') =>
    voucherCode(KEY, { layout, unit: 'min', step: 30, quantity: 2, sequence });

  it('is forgotten of codes that waited when the machine was off: not at a first start, nor at one of the program alone', () => {
    const folder = newFolder();
    const clocks = new Hands();
    const wasOff = () => {
      const station = Station.open(CLOCK, { folder, clocks });
      station.dispose();
      return station.wasOff;
    };
    assert.deepEqual([wasOff(), wasOff()], [false, false]);
    clocks.reboot(5000);
    assert.deepEqual([wasOff(), wasOff()], [true, false]);
  });

  it('is told of every session that it still has, in either layout, to whoever has the code', () => {
    const folder = newFolder();
    const settings = { ...CLOCK, sequence: 'counter' } as const;
    let station = Station.open(settings, { folder, clocks: hands });
    for (let n = 1; n <= 100; n++) {
      const verdict = station.verify(code(n));
      assert(verdict.outcome === 'accepted' && verdict.kind === 'voucher');
      const opened = { voucher: verdict.voucher, delivered: 0 };
      station.redeem(verdict.voucher, opened);
      if (n < 100) station.close([{ ...opened, delivered: n % 60, ended: 'unplugged' }]);
    }
    station.dispose();
    station = Station.open(settings, { folder, clocks: hands });
    for (const n of [1, 36, 68, 99]) {
      for (const layout of ['compact', 'long'] as const) {
        const record = station.fateOf(code(n, layout));
        assert.equal(record?.voucher.sequence, n);
        assert.equal(record?.delivered, n % 60);
        assert.match(record?.receipt ?? '', /^\d{12}$/);
      }
    }
    assert.equal(station.fateOf(code(100))?.ended, undefined, 'it is open');
    assert.equal(station.fateOf(code(101)), undefined);
    assert.equal(station.fateOf(serviceCode(KEY, { operation: 'end-session', sequence: 36 })), undefined);
    for (const entry of ['', '1', 'x', '1234567890']) assert.equal(station.fateOf(entry), undefined);
    station.dispose();
  });
});

describe('what warns of danger', () => {
  const warns = { en: /Live! ?Do(n't| not) touch/, 'zh-CN': /带电！请勿触摸/ };

  it('is on every screen of a station whose relay is stuck, in both languages, on 4 lines and on 2', () => {
    for (const unit of ['min', 'Wh'] as const) {
      const bench = new Bench({ config: { unit } });
      bench.charge(7, unit === 'min' ? 60 : 1000);
      bench.pass(10_000);
      bench.stuck = true;
      bench.charger.vehicle(false);
      bench.pass(6000);
      assert.deepEqual(bench.charger.snapshot().faults, ['relay-stuck-on']);
      const steps = [
        () => bench.charger.key('#'),
        () => bench.charger.typed('12345'),
        () => bench.charger.typed('1234567890123456'),
        () => bench.charger.typed(''),
        () => bench.charger.voucher(bench.voucher(8)),
        () => bench.charger.refused({ outcome: 'invalid' }),
        () => bench.charger.refused({ outcome: 'locked', retryAfterSeconds: 60 }),
        () => bench.charger.refused({ outcome: 'used' }, fate(bench, { ended: 'fault', receipt: '000700000116' })),
        () => bench.charger.key('*'),
        () => bench.charger.answer('1'),
        () => bench.charger.service('test-relay', 901),
        () => bench.charger.service('synchronize', 902),
        () => bench.powerCut({ vehicle: false }),
        () => bench.pass(6000),
        () => bench.charger.key('*'),
      ];
      for (const [index, step] of steps.entries()) {
        step();
        if (index === 12) continue; // a station that was just started has to see the relay first
        const screen = bench.screens.at(-1)!;
        for (const language of languages) {
          for (const lines of [words(screen, language), shortWords(screen, language)]) {
            assert.match(lines.join(' '), warns[language], `step ${index}: ${screen.name}: ${lines.join(' | ')}`);
          }
        }
      }
    }
  });

  it('stands on 2 lines of 16 columns too when current leaks, and while the relay is tested', () => {
    for (const name of [
      'fault',
      'fault-kept',
      'fault-receipt',
      'fault-unclosed',
      'out-of-order',
      'typed-danger',
    ] as const) {
      const screen = { name, values: { fault: 'residual-current', digits: '0007 0000 0116' } };
      assert.match(shortWords(screen, 'en').join(' '), /[Uu]nplug/, name);
      assert.match(words(screen, 'en').join(' '), /[Uu]nplug/, name);
      assert.match(shortWords(screen, 'zh-CN').join(' '), /拔下插头/, name);
      assert.match(words(screen, 'zh-CN').join(' '), /拔下插头/, name);
    }
    const testing = { name: 'testing', values: { seconds: 9 } } as const;
    for (const lines of [words(testing, 'en'), shortWords(testing, 'en')]) {
      assert.match(lines.join(' '), /ON.*Do not plug in/);
    }
    for (const lines of [words(testing, 'zh-CN'), shortWords(testing, 'zh-CN')]) {
      assert.match(lines.join(' '), /接通.*请勿插入/);
    }
  });
});
