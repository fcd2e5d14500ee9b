// The customer's page: choose an amount, get a code, read it at the charger; help when the charger refuses; a refund
// when it ended early.
(() => {
  const charge = window.Charge;
  const { say, byId, show, put, announce, focus, calls, station, keep, state } = charge;
  const { draw, drawWire, drawProblem, drawOrder, drawValid, drawExpiry, drawReceiptError } = charge;
  const { shownCode, longOf } = charge;
  const MINUTE = 60000;

  // --- What is done ---

  /** One call at a time, with what is said meanwhile; a refusal becomes the problem on top of the page. */
  const doing = (words, about, ask, then, again, drop) => {
    if (state.busy) return;
    state.busy = words;
    state.problem = null;
    draw();
    ask().then(
      (answer) => {
        state.busy = '';
        then(answer);
        draw();
      },
      (refusal) => {
        state.busy = '';
        const means = charge.meaning(refusal, about);
        state.problem = { about, refusal, again: means.again ? again : null, drop: means.again ? drop : null };
        if (refusal.wait) state.problem.until = Date.now() + refusal.wait * 1000;
        if (!means.again && drop) keep.setPending(null);
        draw();
        focus('problem-title');
      }
    );
  };

  const load = () => {
    const before = state.terms;
    calls.station(station).then(
      (answer) => {
        state.terms = answer.body;
        keep.setTerms(state.terms);
        if (state.problem && state.problem.about === 'station') state.problem = null;
        if (state.terms.retired)
          state.problem = { about: 'station', refusal: { status: 410, type: 'retired-station' } };
        draw();
      },
      (refusal) => {
        const means = charge.meaning(refusal, 'station');
        if (before && means.again) return drawWire();
        if (!means.again) state.terms = null;
        state.problem = { about: 'station', refusal, again: means.again ? load : null };
        draw();
        announce(`${say(means.title)}. ${say(means.text)}`);
      }
    );
  };

  const dropOrder = () => {
    keep.setPending(null);
    state.problem = null;
    state.payment = null;
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
    const ends = (iso) => (iso ? Date.now() + Date.parse(iso) - now : null);
    const rescueEndsAt = code.rescue ? ends(code.rescue.expiresAt) : null;
    keep.keep(Object.assign({ view: 'code', endsAt: ends(code.expiresAt), rescueEndsAt }, code));
    keep.setShown(code.id);
    keep.setPending(null);
    state.payment = null;
    draw();
    focus('ticket-title');
  };

  /** A code of before the cloud sent both: its rescue digits are fetched when the others' time is over. */
  const fetchRescue = (code) => {
    if (code.rescue || !code.endsAt || code.endsAt > Date.now() || state.fetching === code.id) return;
    state.fetching = code.id;
    calls.longer(code.id).then(
      (answer) => {
        const { code: digits, display, expiresAt } = answer.body;
        const rescueEndsAt = Date.now() + Date.parse(expiresAt) - (answer.serverTime || Date.now());
        keep.keep({ id: code.id, rescue: { code: digits, display, expiresAt }, rescueEndsAt });
        draw();
      },
      () => {
        // Tried again when the page is opened the next time.
      }
    );
  };

  const { awaitPayment, cancelOrder, lookAfter } = charge.payments(receive, dropOrder);

  const showLong = () => {
    const code = shownCode();
    const already = code && (code.rescue ? code.rescue.code === code.code : code.code.length >= 12);
    if (!code || already) return announceBeside('says-locked-text', code ? 'longAlready' : 'lockedNeedsCode');
    const shown = (long) => {
      keep.keep({ id: code.id, view: 'long', long });
      draw();
      focus('ticket-title');
    };
    // Kept with the purchase, for a locked charger where there is no signal.
    if (code.long || code.rescue) return shown(code.long || code.rescue);
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

  /** @param wrong {name, values, field}: a text's name, and the field that is wrong; nothing when all is right */
  const receiptError = (wrong) => {
    state.receiptWrong = wrong || null;
    drawReceiptError();
    if (wrong) byId(wrong.field).focus();
  };

  /** The code or the number of a purchase of another phone, as it was typed; null for what is neither. */
  const proofOf = (typed) => {
    const text = typed.replace(/[\s-]/g, '');
    if (!text) return {};
    if (/^[0-9a-f]{32}$/i.test(text)) return { request: text.toLowerCase() };
    return /^(?:\d{10}|\d{12}|\d{14})$/.test(text) ? { code: text } : null;
  };

  const claim = () => {
    const digits = byId('receipt').value.replace(/\D/g, '');
    const proof = proofOf(byId('proof').value);
    if (!proof) return receiptError({ name: 'proofWrong', field: 'proof' });
    if (digits.length !== 12 && digits.length !== 14)
      return receiptError({ name: 'receiptLength', values: { count: digits.length }, field: 'receipt' });
    if (!charge.checks(digits)) return receiptError({ name: 'receiptWrong', field: 'receipt' });
    receiptError();
    keep.setReceipt(digits);
    const settled = (settlement, before) => {
      keep.setReceipt(null);
      if (keep.find(settlement.request)) {
        keep.keep({ id: settlement.request, refunded: settlement });
        // What becomes of the money is shown as long as one looks.
        if (settlement.refund) keep.watch({ id: settlement.request, at: Date.now(), told: true, issued: true });
      }
      state.refunded = Object.assign({ before }, settlement);
      lookAfter();
    };
    doing(
      say('loading'),
      'refund',
      () =>
        calls.refund(station, digits, proof).then(
          (answer) => ({ settlement: answer.body, before: false }),
          (refusal) => {
            const known = refusal.status === 409 && refusal.body && refusal.body.settled;
            if (known) return { settlement: known, before: true };
            if (!charge.meaning(refusal, 'refund').again) keep.setReceipt(null);
            if (/unknown-receipt/.test(refusal.type)) byId('elsewhere').open = true;
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
      if (state.busy || keep.pending()) return;
      keep.setPending({ key: charge.newKey(), amount: state.steps * state.terms.step, at: Date.now() });
      sendOrder();
    });
    byId('refund').addEventListener('submit', (event) => {
      event.preventDefault();
      claim();
    });
    const choose = (count) => {
      state.steps = count;
      drawOrder();
    };
    onPress('less', () => choose(state.steps - 1));
    onPress('more', () => choose(state.steps + 1));
    onPress('presets', (event) => event.target.value && choose(Number(event.target.value) / state.terms.step));
    onPress('problem-retry', () => state.problem && state.problem.again && state.problem.again());
    onPress('problem-drop', () => state.problem && state.problem.drop && state.problem.drop());
    onPress('pay-drop', cancelOrder);
    onPress('stray-close', () => {
      keep.watched().forEach((entry) => {
        keep.watch(Object.assign({}, entry, { closed: true }));
      });
      draw();
      focus('refund-title');
    });
    onPress('problem-close', () => {
      state.problem = null;
      draw();
    });
    onPress('copy', () => {
      const code = shownCode();
      const digits = (longOf(code) || code).code;
      const told = (name) => () => {
        byId('copied').setAttribute('data-text', name);
        put('copied', say(name));
      };
      charge.copy(digits).then(told('copied'), told('copyFailed'));
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
      lookAfter();
      charge.sendReports(true);
      const unheard =
        state.problem &&
        state.problem.refusal &&
        state.problem.refusal.status === 0 &&
        state.problem.about !== 'station';
      if (unheard && state.problem.again) state.problem.again();
    });
    addEventListener('offline', drawWire);
    // The same tab scanned the next charger.
    addEventListener('hashchange', scanned);
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
    const asked = location.search + location.hash;
    const found = /[?&#]receipt=(\d{12}|\d{14})(?:&|#|$)/.exec(asked);
    const report = /[#&]report=([\w-]+)/.exec(asked);
    const digits = found ? found[1] : keep.receipt();
    if (digits) byId('receipt').value = digits;
    if (found) keep.setReceipt(digits);
    if ((found || report) && window.history.replaceState) window.history.replaceState(null, '', location.pathname);
    if (report) return charge.takeReport(report[1], found && digits);
    if (!found) return;
    show('refund', true);
    focus('refund-title');
  };

  /** A code of yesterday is in the history, not on top of the page. */
  const putAway = () => {
    const code = shownCode();
    const hour = 60 * MINUTE;
    const endsAt = code && (code.rescueEndsAt || code.endsAt);
    const over = code && (endsAt ? endsAt + hour : Date.parse(code.issuedAt) + 24 * hour) < Date.now();
    if (over || (code && code.refunded)) keep.setShown(null);
  };

  const start = () => {
    charge.setLanguage(charge.readLanguage() || charge.browsersLanguage());
    putAway();
    listen();
    const pending = keep.pending();
    const reservation = pending && pending.reservation;
    if (pending && !reservation)
      state.problem = { about: 'order', unanswered: pending, again: sendOrder, drop: dropOrder };
    draw();
    scanned();
    load();
    // What was reserved is looked for however long ago that was: it may be paid.
    if (reservation) awaitPayment(reservation);
    else if (pending && Date.now() - pending.at < 10 * MINUTE) sendOrder();
    lookAfter();
    charge.sendReports();
    setInterval(() => {
      drawProblem();
      const code = shownCode();
      if (code) {
        drawExpiry(code);
        fetchRescue(code);
      }
      if (state.terms) drawValid();
    }, 1000);
    setInterval(() => {
      charge.sendReports();
      if (keep.watched().some((entry) => Date.now() - entry.at < 60 * MINUTE)) lookAfter();
    }, 5000);
    if (navigator.serviceWorker) {
      const folder = location.pathname.replace(/\/charge\/.*$/, '');
      navigator.serviceWorker.register(`${folder}/charge-assets/sw.js`, { scope: `${folder}/charge/` }).catch(() => {
        // Without a worker (no HTTPS, private browsing) the page works while there is signal.
      });
    }
  };

  start();
})();
