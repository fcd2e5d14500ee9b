// What is shown. Everything is drawn from the store and this one state, so that a reload, a lost answer or a lost signal
// changes nothing.
(() => {
  const charge = window.Charge;
  const { say, byId, show, put, make, announce } = charge;
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

  const state = {
    /** What the station sells, as last heard. */
    terms: keep.terms(),
    /** How many steps are chosen. */
    steps: 0,
    /** What went wrong last: {about, refusal, again, drop, until, unanswered}. */
    problem: null,
    /** What is said while a call is under way. */
    busy: '',
    /** The reservation that waits for its payment. */
    payment: null,
    refunded: null,
    /** The report that was scanned. */
    report: null,
    /** What is wrong in the form of the receipt: {name, values, field}. */
    receiptWrong: null,
  };

  const shownCode = () => {
    const id = keep.shown();
    return id ? keep.find(id) : undefined;
  };

  const priceOf = (amount) =>
    state.terms && state.terms.price
      ? { minorUnits: (state.terms.price.minorUnits * amount) / state.terms.step, currency: state.terms.price.currency }
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
    const { name = '', outlets = 1 } = state.terms || {};
    const place = [name, outlets > 1 ? say('outlets', { count: outlets }) : ''].filter(Boolean).join(' · ');
    put('place', place);
    show('place', Boolean(place));
    put('step3', say(outlets > 1 ? 'step3Outlets' : 'step3'));
  };

  const drawWire = () => {
    const away = navigator.onLine === false;
    put('wire', state.busy || (away ? say('offline') : ''));
  };

  const drawProblem = () => {
    show('problem', Boolean(state.problem));
    if (!state.problem) return;
    const seconds = Math.ceil(((state.problem.until || 0) - Date.now()) / 1000);
    const waits = seconds > 0;
    if (state.problem.unanswered) {
      put('problem-title', say('unansweredTitle'));
      const asked = say('unanswered', {
        amount: charge.amount(state.problem.unanswered.amount, state.terms ? state.terms.unit : ''),
      });
      put('problem-text', charge.sentences([asked, say('safe')]));
    } else {
      const means = charge.meaning(state.problem.refusal, state.problem.about);
      put('problem-title', say(means.title));
      put(
        'problem-text',
        charge.sentences([say(means.text), state.problem.again && state.problem.about === 'order' && say('safe')])
      );
    }
    put('problem-wait', waits ? say('wait', { time: charge.duration(seconds) }) : '');
    show('problem-wait', waits);
    show('problem-retry', Boolean(state.problem.again));
    byId('problem-retry').disabled = waits || Boolean(state.busy);
    show('problem-drop', Boolean(state.problem.drop));
    show('problem-close', !state.problem.drop && state.problem.about !== 'station');
    if (state.problem.until && !waits) {
      state.problem.until = 0;
      announce(say('waitOver'));
    }
  };

  /** Whom to ask, in a sentence. */
  const ask = () => (charge.contact ? say('askAt', { contact: charge.contact }) : say('ask'));

  const isOver = (endsAt) => Boolean(endsAt) && endsAt <= Date.now();

  /** The rescue digits of the same purchase, when they are asked for, or when the others' time is over and theirs is not. */
  const longOf = (code) => {
    if (code.view === 'long' && code.long) return code.long;
    const rescue = code.rescue;
    return isOver(code.endsAt) && rescue && rescue.code !== code.code && !isOver(code.rescueEndsAt) ? rescue : null;
  };

  const drawStrays = () => {
    const list = byId('strays');
    list.textContent = '';
    keep.watched().forEach((entry) => {
      if (entry.closed) return;
      (entry.strays || []).forEach((stray) => {
        const money = stray.amount ? charge.money(stray.amount) : stray.payment;
        const why = say(stray.returnedAt ? 'strayReturned' : `stray-${stray.why}`);
        const text = say('stray', { money, date: charge.when(stray.toldAt), why });
        const number = say('number', { number: entry.id });
        list.appendChild(make('li', { textContent: charge.sentences([text, number]) }));
      });
    });
    show('stray', list.children.length > 0);
    put('stray-ask', ask());
  };

  const drawTicket = () => {
    const code = shownCode();
    // Who has a code is about to type it: the answers to a refusal lie open.
    if (byId('ticket').hidden === Boolean(code)) byId('says').open = Boolean(code);
    show('ticket', Boolean(code));
    if (!code) return;
    drawDigits(code, longOf(code));
    show('ticket-sync-note', Boolean(code.sync));
    show('ticket-sync', Boolean(code.sync));
    show('ticket-then', Boolean(code.sync));
    if (code.sync) charge.putCode('ticket-sync', code.sync.code, code.sync.display);
    // Only a page served over HTTPS may keep itself for when there is no signal.
    put('ticket-kept', say(!charge.keeps() ? 'notKept' : navigator.serviceWorker ? 'kept' : 'keptOpen'));
    put('ticket-number', say('number', { number: code.id }));
    show('bill', Boolean(code.price));
    byId('bill').href = charge.calls.bill(code.id);
    drawExpiry(code);
  };

  const drawReceiptError = () => {
    const wrong = state.receiptWrong;
    put('receipt-error', wrong ? say(wrong.name, wrong.values) : '');
    show('receipt-error', Boolean(wrong));
    ['receipt', 'proof'].forEach((id) => {
      byId(id).setAttribute('aria-invalid', String(Boolean(wrong) && wrong.field === id));
    });
  };

  const drawDigits = (code, long) => {
    const amount = charge.amount(code.amount, code.unit);
    const title = code.price ? say('paid', { amount, price: charge.money(code.price) }) : say('yourCode', { amount });
    const shown = long || code;
    put('ticket-title', long ? say('longTitle', { amount, digits: shown.code.length }) : title);
    charge.putCode('ticket-code', shown.code, shown.display);
    byId('ticket-code').setAttribute('data-digits', shown.code);
  };

  /** The rescue digits of the purchase from the start: for a scanner, and for a charger that is locked. */
  const drawQrCode = (code) => {
    const rescue = code.rescue || code.long;
    const good = rescue && !isOver(code.rescueEndsAt || code.endsAt);
    show('ticket-scan', Boolean(good));
    if (!good) return;
    const picture = byId('ticket-qr');
    const values = { count: rescue.code.length, digits: rescue.code.split('').join(' ') };
    picture.setAttribute('aria-label', say('qrLabel', values));
    if (picture.getAttribute('data-digits') === rescue.code) return;
    charge.qrCode(rescue.code).toCanvas(picture, { off: [255, 255, 255, 255] });
    picture.setAttribute('data-digits', rescue.code);
  };

  /** Until when the other digits of the same purchase are good, where they are other ones and live by a clock. */
  const otherExpiry = (code, long) => {
    const rescue = code.rescue;
    const endsAt = long ? code.endsAt : code.rescueEndsAt;
    if (!rescue || rescue.code === code.code || !endsAt || isOver(endsAt)) return '';
    const digits = (long ? code : rescue).code.length;
    const time = charge.duration((endsAt - Date.now()) / 1000);
    return say(long ? 'expiresFirst' : 'expiresRescue', { digits, time });
  };

  const drawExpiry = (code) => {
    const long = longOf(code);
    const endsAt = long && code.rescueEndsAt ? code.rescueEndsAt : code.endsAt;
    const left = endsAt ? endsAt - Date.now() : 0;
    const over = isOver(endsAt);
    byId('ticket').classList.toggle('over', over);
    const time = { time: charge.duration(left / 1000), digits: long ? long.code.length : 0 };
    const words = over ? 'expired' : !endsAt ? 'noExpiry' : isOver(code.endsAt) ? 'expiredLong' : 'expires';
    put('ticket-expiry', charge.sentences([say(words, time), over ? ask() : otherExpiry(code, long)]));
    drawQrCode(code);
    // The digits of the same purchase that are still good take the place of those that are not, also while one looks.
    if (long && byId('ticket-code').getAttribute('data-digits') !== long.code) drawDigits(code, long);
    const soon = endsAt && left < 5 * MINUTE ? 'endsSoon' : '';
    const stage = over ? 'expired' : isOver(code.endsAt) ? soon || 'expiredLong' : soon;
    if (stage && code.told !== stage) {
      keep.keep({ id: code.id, told: stage });
      announce(say(stage, time));
    }
  };

  const MOST_PRESETS = 8;
  /** Round amounts that people ask for, as far as this station sells them, and the most that it sells. */
  const presets = () => {
    const { unit, step, mostAmount } = state.terms;
    const most = Math.floor(mostAmount / step) * step;
    const round = unit === 'min' ? [30, 60, 120, 240, 480, 960] : [500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];
    const sold = (amounts) => amounts.filter((amount) => amount % step === 0 && amount < most);
    const fitting = sold(round);
    const few = fitting.length > 1 ? fitting : sold([1, 2, 4, 8, 16].map((count) => count * step));
    return few.slice(-MOST_PRESETS + 1).concat(most);
  };

  /** What one step costs, and a kWh where energy is sold. */
  const unitPrice = () => {
    const { unit, step, price } = state.terms;
    const values = { price: charge.money(price), step: charge.amount(step, unit) };
    if (unit !== 'Wh' || step === 1000) return say('unitPrice', values);
    const energy = { minorUnits: Math.round((price.minorUnits * 1000) / step), currency: price.currency };
    return say('unitPriceWh', Object.assign(values, { energy: charge.money(energy) }));
  };

  /** Until when a code that is bought now can be typed: said before anything is paid. */
  const drawValid = () => {
    const { codeSeconds, rescueSeconds } = state.terms;
    const at = (seconds) => charge.when(new Date(Date.now() + seconds * 1000).toISOString());
    if (!codeSeconds) return put('valid', say('noExpiry'));
    const longer = rescueSeconds > codeSeconds && say('validLong', { time: at(rescueSeconds) });
    return put('valid', charge.sentences([say('valid', { time: at(codeSeconds) }), longer]));
  };

  const drawOrder = () => {
    const payment = state.payment;
    show('payment', Boolean(payment));
    if (payment) {
      const amount = charge.amount(payment.amount, payment.unit);
      put('payment-title', payment.price ? `${amount} · ${charge.money(payment.price)}` : amount);
      show('pay', /^https?:/.test(payment.pay));
      byId('pay').href = payment.pay;
    }
    show('order', Boolean(state.terms) && !state.terms.retired && !shownCode() && !payment);
    if (!state.terms) return;
    const most = Math.floor(state.terms.mostAmount / state.terms.step);
    if (!state.steps) state.steps = (presets()[1] || presets()[0]) / state.terms.step;
    state.steps = Math.max(1, Math.min(most, state.steps));
    const amount = state.steps * state.terms.step;
    const price = priceOf(amount);
    const row = byId('presets');
    const wanted = presets();
    while (row.children.length > wanted.length) row.removeChild(row.lastChild);
    wanted.forEach((preset, index) => {
      const button = row.children[index] || row.appendChild(make('button', { type: 'button' }));
      button.textContent = charge.amount(preset, state.terms.unit);
      button.value = String(preset);
      button.setAttribute('aria-pressed', String(preset === amount));
    });
    put('amount', charge.amount(amount, state.terms.unit) + (price ? `\n${charge.money(price)}` : ''));
    put('unit-price', price ? unitPrice() : '');
    drawValid();
    put('get', price ? say('getFor', { price: charge.money(price) }) : say('get'));
    byId('less').disabled = state.steps <= 1;
    byId('more').disabled = state.steps >= most;
    byId('get').disabled = Boolean(state.busy) || Boolean(keep.pending());
  };

  const drawHelp = () => {
    const lone = keep.lone();
    show('says', Boolean(state.terms));
    show('lone-sync', Boolean(lone));
    if (lone) charge.putCode('lone-sync-code', lone.code, lone.display);
    ['says-locked', 'says-step', 'says-clock'].forEach((id) => {
      byId(id).disabled = Boolean(state.busy);
    });
    show('refund', Boolean(state.terms));
    drawReceiptError();
    const given = [];
    if (state.refunded) {
      const unit = state.refunded.unit;
      if (state.refunded.before) given.push(say('settled'));
      given.push(
        say('refunded', {
          bought: charge.amount(state.refunded.bought, unit),
          unused: charge.amount(state.refunded.unused, unit),
        })
      );
      given.push(
        state.refunded.refund ? say('refundMoney', { money: charge.money(state.refunded.refund) }) : say('refundNone')
      );
    }
    put('refunded', charge.sentences(given));
    const money = state.refunded && state.refunded.refund;
    const way =
      state.refunded && state.refunded.refundTo === 'payment'
        ? say('refundPayment')
        : charge.sentences([say('refundSlip'), ask()]);
    put('refund-way', money ? way : '');
  };

  /** What became of the money of a purchase that goes back. */
  const refundsOf = (code) =>
    charge.sentences(
      (code.refunds || []).map((refund) =>
        say(refund.state === 'sent' ? 'refund-due' : `refund-${refund.state}`, { money: charge.money(refund.amount) })
      )
    );

  const drawHistory = () => {
    const codes = keep.codes();
    show('history', codes.length > 0);
    const list = byId('codes');
    list.textContent = '';
    codes.forEach((code) => {
      const date = charge.when(code.issuedAt);
      const state = code.refunded
        ? say('stateRefunded', { unused: charge.amount(code.refunded.unused, code.unit) })
        : isOver(code.endsAt) && (!code.rescueEndsAt || isOver(code.rescueEndsAt))
          ? say('stateExpired')
          : '';
      const about = [charge.amount(code.amount, code.unit), date, state, refundsOf(code)].filter(Boolean).join(' · ');
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
    drawStrays();
    charge.drawReport();
    drawTicket();
    drawOrder();
    drawHelp();
    drawHistory();
  };

  Object.assign(charge, {
    station,
    keep,
    state,
    draw,
    drawWire,
    drawProblem,
    drawOrder,
    drawValid,
    drawExpiry,
    drawReceiptError,
    shownCode,
    longOf,
  });
})();
