// The customer's page: choose an amount, get a code, read it at the charger; help when the charger refuses; a refund
// when it ended early. Everything shown is drawn from the store, so that a reload, a lost answer or a lost signal
// changes nothing.
(() => {
  const charge = window.Charge;
  const { say, byId, show, put, make, announce, focus, calls } = charge;
  const MINUTE = 60000;

  const station = (() => {
    const part = (/\/charge\/([^/?#]+)/.exec(location.pathname) || [])[1] || '';
    try {
      return decodeURIComponent(part);
    } catch (_error) {
      return part;
    }
  })();
  const keep = charge.store(station);

  let terms = keep.terms();
  let steps = 0;
  /** What went wrong last: {about, refusal, again, drop, until, unanswered}. */
  let problem = null;
  let busy = '';
  let refunded = null;

  // --- What is shown ---

  const shownCode = () => {
    const id = keep.shown();
    return id ? keep.find(id) : undefined;
  };

  const priceOf = (amount) =>
    terms && terms.price
      ? { minorUnits: (terms.price.minorUnits * amount) / terms.step, currency: terms.price.currency }
      : null;

  const drawTexts = () => {
    document.title = `${say('title')} ${station}`;
    Array.prototype.forEach.call(document.querySelectorAll('[data-text]'), (element) => {
      element.textContent = say(element.getAttribute('data-text'));
    });
    Array.prototype.forEach.call(document.querySelectorAll('[data-language]'), (button) => {
      button.setAttribute('aria-pressed', String(button.getAttribute('data-language') === charge.language()));
    });
    byId('less').setAttribute('aria-label', say('less'));
    byId('more').setAttribute('aria-label', say('more'));
    put('station', station);
    put('place', (terms && terms.name) || '');
    show('place', Boolean(terms && terms.name));
  };

  const drawWire = () => {
    const away = navigator.onLine === false;
    put('wire', busy || (away ? say('offline') : ''));
  };

  const drawProblem = () => {
    show('problem', Boolean(problem));
    if (!problem) return;
    const seconds = Math.ceil(((problem.until || 0) - Date.now()) / 1000);
    const waits = seconds > 0;
    if (problem.unanswered) {
      put('problem-title', say('unansweredTitle'));
      const asked = say('unanswered', { amount: charge.amount(problem.unanswered.amount, terms ? terms.unit : '') });
      put('problem-text', `${asked} ${say('safe')}`);
    } else {
      const means = charge.meaning(problem.refusal, problem.about);
      put('problem-title', say(means.title));
      put('problem-text', say(means.text) + (problem.again && problem.about === 'order' ? ` ${say('safe')}` : ''));
    }
    put('problem-wait', waits ? say('wait', { time: charge.duration(seconds) }) : '');
    show('problem-wait', waits);
    show('problem-retry', Boolean(problem.again));
    byId('problem-retry').disabled = waits || Boolean(busy);
    show('problem-drop', Boolean(problem.drop));
    show('problem-close', !problem.drop && problem.about !== 'station');
    if (problem.until && !waits) {
      problem.until = 0;
      announce(say('waitOver'));
    }
  };

  const drawTicket = () => {
    const code = shownCode();
    // Who has a code is about to type it: the answers to a refusal lie open.
    if (byId('ticket').hidden === Boolean(code)) byId('says').open = Boolean(code);
    show('ticket', Boolean(code));
    if (!code) return;
    const amount = charge.amount(code.amount, code.unit);
    const long = code.view === 'long' && code.long;
    const title = code.price ? say('paid', { amount, price: charge.money(code.price) }) : say('yourCode', { amount });
    put('ticket-title', long ? say('longTitle', { amount }) : title);
    show('ticket-sync-note', Boolean(code.sync));
    show('ticket-sync', Boolean(code.sync));
    show('ticket-then', Boolean(code.sync));
    if (code.sync) charge.putCode('ticket-sync', code.sync.code, code.sync.display);
    charge.putCode('ticket-code', long ? long.code : code.code, long ? long.display : code.display);
    put('ticket-kept', say(charge.keeps() ? 'kept' : 'notKept'));
    drawExpiry(code);
  };

  const drawExpiry = (code) => {
    const left = code.endsAt ? code.endsAt - Date.now() : 0;
    const over = Boolean(code.endsAt) && left <= 0;
    byId('ticket').classList.toggle('over', over);
    put(
      'ticket-expiry',
      say(over ? 'expired' : code.endsAt ? 'expires' : 'noExpiry', { time: charge.duration(left / 1000) })
    );
    const stage = over ? 'expired' : code.endsAt && left < 5 * MINUTE ? 'endsSoon' : '';
    if (stage && code.told !== stage) {
      keep.keep({ id: code.id, told: stage });
      announce(say(stage));
    }
  };

  /** Round amounts that people ask for, as far as this station sells them. */
  const presets = () => {
    const round = terms.unit === 'min' ? [30, 60, 120, 240] : [500, 1000, 2000, 5000];
    const fitting = round.filter((amount) => amount % terms.step === 0 && amount <= terms.mostAmount);
    if (fitting.length > 1) return fitting;
    return [1, 2, 4, 8].map((count) => count * terms.step).filter((amount) => amount <= terms.mostAmount);
  };

  const drawOrder = () => {
    show('order', Boolean(terms) && !terms.retired && !shownCode());
    if (!terms) return;
    const most = Math.floor(terms.mostAmount / terms.step);
    if (!steps) steps = Math.min(presets()[1] || presets()[0], terms.mostAmount) / terms.step;
    steps = Math.max(1, Math.min(most, steps));
    const amount = steps * terms.step;
    const price = priceOf(amount);
    const row = byId('presets');
    const wanted = presets();
    while (row.children.length > wanted.length) row.removeChild(row.lastChild);
    wanted.forEach((preset, index) => {
      const button = row.children[index] || row.appendChild(make('button', { type: 'button' }));
      button.textContent = charge.amount(preset, terms.unit);
      button.value = String(preset);
      button.setAttribute('aria-pressed', String(preset === amount));
    });
    put('amount', charge.amount(amount, terms.unit) + (price ? `\n${charge.money(price)}` : ''));
    put('get', price ? say('getFor', { price: charge.money(price) }) : say('get'));
    byId('less').disabled = steps <= 1;
    byId('more').disabled = steps >= most;
    byId('get').disabled = Boolean(busy) || Boolean(keep.pending());
  };

  const drawHelp = () => {
    const lone = keep.lone();
    show('says', Boolean(terms));
    show('lone-sync', Boolean(lone));
    if (lone) charge.putCode('lone-sync-code', lone.code, lone.display);
    ['says-locked', 'says-step', 'says-clock'].forEach((id) => {
      byId(id).disabled = Boolean(busy);
    });
    show('refund', Boolean(terms));
    const given = [];
    if (refunded) {
      const unit = refunded.unit;
      if (refunded.before) given.push(say('settled'));
      given.push(
        say('refunded', { bought: charge.amount(refunded.bought, unit), unused: charge.amount(refunded.unused, unit) })
      );
      given.push(refunded.refund ? say('refundMoney', { money: charge.money(refunded.refund) }) : say('refundNone'));
    }
    put('refunded', given.join(' '));
  };

  const drawHistory = () => {
    const codes = keep.codes();
    show('history', codes.length > 0);
    const list = byId('codes');
    list.textContent = '';
    codes.forEach((code) => {
      const date = charge.when(code.issuedAt);
      const state = code.refunded
        ? say('stateRefunded', { unused: charge.amount(code.refunded.unused, code.unit) })
        : code.endsAt && code.endsAt < Date.now()
          ? say('stateExpired')
          : '';
      const about = [charge.amount(code.amount, code.unit), date, state].filter(Boolean).join(' · ');
      const open = make('button', { type: 'button', textContent: say('show'), value: code.id, name: 'show' });
      open.setAttribute('aria-label', say('showLabel', { date }));
      const remove = make('button', {
        type: 'button',
        textContent: say('forgetShort'),
        value: code.id,
        name: 'forget',
      });
      remove.setAttribute('aria-label', say('forget', { date }));
      list.appendChild(
        make('li', {}, [make('span', { textContent: about }), make('span', { className: 'buttons' }, [open, remove])])
      );
    });
  };

  const draw = () => {
    drawTexts();
    drawWire();
    drawProblem();
    drawTicket();
    drawOrder();
    drawHelp();
    drawHistory();
  };

  // --- What is done ---

  /** One call at a time, with what is said meanwhile; a refusal becomes the problem on top of the page. */
  const doing = (words, about, ask, then, again, drop) => {
    if (busy) return;
    busy = words;
    problem = null;
    draw();
    ask().then(
      (answer) => {
        busy = '';
        then(answer);
        draw();
      },
      (refusal) => {
        busy = '';
        const means = charge.meaning(refusal, about);
        problem = { about, refusal, again: means.again ? again : null, drop: means.again ? drop : null };
        if (refusal.wait) problem.until = Date.now() + refusal.wait * 1000;
        if (!means.again && drop) keep.setPending(null);
        draw();
        focus('problem-title');
      }
    );
  };

  const load = () => {
    const before = terms;
    calls.station(station).then(
      (answer) => {
        terms = answer.body;
        keep.setTerms(terms);
        if (problem && problem.about === 'station') problem = null;
        if (terms.retired) problem = { about: 'station', refusal: { status: 410, type: 'retired' } };
        draw();
      },
      (refusal) => {
        const means = charge.meaning(refusal, 'station');
        if (before && means.again) return drawWire();
        if (!means.again) terms = null;
        problem = { about: 'station', refusal, again: means.again ? load : null };
        draw();
        announce(`${say(means.title)}. ${say(means.text)}`);
      }
    );
  };

  const dropOrder = () => {
    keep.setPending(null);
    problem = null;
    draw();
  };

  /** Sends the request that the store holds. However often: its key makes it one request. */
  const sendOrder = () => {
    const pending = keep.pending();
    if (!pending) return;
    doing(
      say('getting'),
      'order',
      () => calls.order(station, pending.amount, pending.key),
      (answer) => (answer.body.code ? receive(answer) : awaitPayment(answer.body)),
      sendOrder,
      dropOrder
    );
  };

  /** The code lives by the cloud's clock, not by this phone's. */
  const receive = (answer) => {
    const code = answer.body;
    const now = answer.serverTime || Date.parse(code.issuedAt);
    const endsAt = code.expiresAt ? Date.now() + Date.parse(code.expiresAt) - now : null;
    keep.keep(Object.assign({ view: 'code', endsAt }, code));
    keep.setShown(code.id);
    keep.setPending(null);
    draw();
    focus('ticket-title');
  };

  /** A cloud that takes payments first answers with a reservation: the code comes when it is paid. */
  const awaitPayment = (reservation) => {
    const price = reservation.price
      ? charge.money(reservation.price)
      : charge.amount(reservation.amount, reservation.unit);
    busy = say('paying', { amount: price });
    const askAgain = () => setTimeout(ask, 3000);
    const ask = () =>
      calls.request(reservation.id).then(
        (answer) => {
          if (answer.body.code) {
            busy = '';
            receive(answer);
          } else if (answer.body.status === 'lapsed') {
            lapsed({ status: 410, type: 'lapsed' });
          } else {
            askAgain();
          }
        },
        (refusal) => (charge.meaning(refusal, 'payment').again ? askAgain() : lapsed(refusal))
      );
    const lapsed = (refusal) => {
      busy = '';
      keep.setPending(null);
      problem = { about: 'payment', refusal };
      draw();
      focus('problem-title');
    };
    askAgain();
  };

  const showLong = () => {
    const code = shownCode();
    if (!code || code.code.length >= 12)
      return announceBeside('says-locked-text', code ? 'longAlready' : 'lockedNeedsCode');
    const shown = (long) => {
      keep.keep({ id: code.id, view: 'long', long });
      draw();
      focus('ticket-title');
    };
    if (code.long) return shown(code.long);
    doing(
      say('loading'),
      'longer',
      () => calls.longer(code.id),
      (answer) => shown({ code: answer.body.code, display: answer.body.display }),
      showLong
    );
  };

  const announceBeside = (id, name) => {
    put(id, say(name));
    announce(say(name));
  };

  const synchronize = () => {
    const key = keep.syncKey() || charge.newKey();
    keep.setSyncKey(key);
    doing(
      say('loading'),
      'synchronize',
      () => calls.synchronize(station, key),
      (answer) => {
        keep.setSyncKey(null);
        const sync = { code: answer.body.code, display: answer.body.display };
        const code = shownCode();
        if (code) keep.keep({ id: code.id, sync });
        else keep.setLone(sync);
        draw();
        focus(code ? 'ticket-title' : 'lone-sync-title');
      },
      synchronize
    );
  };

  const receiptError = (text) => {
    put('receipt-error', text);
    show('receipt-error', Boolean(text));
    byId('receipt').setAttribute('aria-invalid', String(Boolean(text)));
    if (text) byId('receipt').focus();
  };

  const claim = () => {
    const digits = byId('receipt').value.replace(/\D/g, '');
    if (digits.length !== 12) return receiptError(say('receiptLength', { count: digits.length }));
    if (!charge.checks(digits)) return receiptError(say('receiptWrong'));
    receiptError('');
    keep.setReceipt(digits);
    const settled = (settlement, before) => {
      keep.setReceipt(null);
      if (keep.find(settlement.request)) keep.keep({ id: settlement.request, refunded: settlement });
      refunded = Object.assign({ before }, settlement);
    };
    doing(
      say('loading'),
      'refund',
      () =>
        calls.refund(station, digits).then(
          (answer) => ({ settlement: answer.body, before: false }),
          (refusal) => {
            const known = refusal.status === 409 && refusal.body && refusal.body.settled;
            if (known) return { settlement: known, before: true };
            if (refusal.status >= 400 && refusal.status < 429) keep.setReceipt(null);
            return Promise.reject(refusal);
          }
        ),
      (answer) => settled(answer.settlement, answer.before),
      claim
    );
  };

  // --- What the customer does ---

  const onPress = (id, act) => byId(id).addEventListener('click', act);

  const listen = () => {
    byId('order').addEventListener('submit', (event) => {
      event.preventDefault();
      if (busy || keep.pending()) return;
      keep.setPending({ key: charge.newKey(), amount: steps * terms.step, at: Date.now() });
      sendOrder();
    });
    byId('refund').addEventListener('submit', (event) => {
      event.preventDefault();
      claim();
    });
    const choose = (count) => {
      steps = count;
      drawOrder();
    };
    onPress('less', () => choose(steps - 1));
    onPress('more', () => choose(steps + 1));
    onPress('presets', (event) => event.target.value && choose(Number(event.target.value) / terms.step));
    onPress('problem-retry', () => problem && problem.again && problem.again());
    onPress('problem-drop', () => problem && problem.drop && problem.drop());
    onPress('problem-close', () => {
      problem = null;
      draw();
    });
    onPress('copy', () => {
      const code = shownCode();
      const digits = code.view === 'long' && code.long ? code.long.code : code.code;
      charge.copy(digits).then(
        () => put('copied', say('copied')),
        () => put('copied', say('copyFailed'))
      );
    });
    onPress('hide', () => {
      keep.setShown(null);
      draw();
      focus('order-title');
    });
    onPress('says-locked', showLong);
    onPress('says-step', synchronize);
    onPress('says-clock', synchronize);
    onPress('lone-sync-done', () => {
      keep.setLone(null);
      draw();
      focus('says-title');
    });
    onPress('codes', (event) => {
      const { name, value } = event.target;
      if (name === 'show') {
        keep.setShown(value);
        draw();
        focus('ticket-title');
      } else if (name === 'forget' && confirm(say('forgetSure'))) {
        keep.forget(value);
        forgotten();
      }
    });
    onPress('forget-all', () => {
      if (!confirm(say('forgetAllSure'))) return;
      keep.forgetAll();
      forgotten();
    });
    Array.prototype.forEach.call(document.querySelectorAll('[data-language]'), (button) => {
      button.addEventListener('click', () => {
        const language = button.getAttribute('data-language');
        charge.setLanguage(language);
        charge.writeLanguage(language);
        draw();
      });
    });
    addEventListener('online', () => {
      announce(say('online'));
      drawWire();
      load();
      const unheard = problem && problem.refusal && problem.refusal.status === 0 && problem.about !== 'station';
      if (unheard && problem.again) problem.again();
    });
    addEventListener('offline', drawWire);
    // Another tab of this station got or deleted a code.
    addEventListener('storage', draw);
  };

  const forgotten = () => {
    draw();
    announce(say('forgotten'));
    focus(keep.codes().length ? 'history-title' : 'order-title');
  };

  /** The station's panel shows its receipt as a QR code with this page's address: the phone's camera opens it here. */
  const scanned = () => {
    const found = /[?&]receipt=(\d{12})(?:&|$)/.exec(location.search);
    const digits = found ? found[1] : keep.receipt();
    if (!digits) return;
    byId('receipt').value = digits;
    if (!found) return;
    keep.setReceipt(digits);
    if (window.history.replaceState) window.history.replaceState(null, '', location.pathname);
    show('refund', true);
    focus('refund-title');
  };

  /** A code of yesterday is in the history, not on top of the page. */
  const putAway = () => {
    const code = shownCode();
    const hour = 60 * MINUTE;
    const over = code && (code.endsAt ? code.endsAt + hour : Date.parse(code.issuedAt) + 24 * hour) < Date.now();
    if (over || (code && code.refunded)) keep.setShown(null);
  };

  const start = () => {
    charge.setLanguage(charge.readLanguage() || charge.browsersLanguage());
    putAway();
    listen();
    const pending = keep.pending();
    if (pending) problem = { about: 'order', unanswered: pending, again: sendOrder, drop: dropOrder };
    draw();
    scanned();
    load();
    if (pending && Date.now() - pending.at < 10 * MINUTE) sendOrder();
    setInterval(() => {
      drawProblem();
      const code = shownCode();
      if (code) drawExpiry(code);
    }, 1000);
    if (navigator.serviceWorker) {
      const folder = location.pathname.replace(/\/charge\/.*$/, '');
      navigator.serviceWorker.register(`${folder}/charge-assets/sw.js`, { scope: `${folder}/charge/` }).catch(() => {
        // Without a worker (no HTTPS, private browsing) the page works while there is signal.
      });
    }
  };

  start();
})();
