// Reports of chargers that have no network: this phone carries them. Each is kept until the cloud has it, whoever scanned it
// and however many; what the newest charge of it came to is read from its bytes, without signal.
(() => {
  const charge = window.Charge;
  const { say, show, put, calls, station, keep, state, draw, focus } = charge;
  const RETRY_MS = 30000;

  /** The numbers of a report, in the order of docs/reports.md; its seal is the cloud's to check. */
  const numbersOf = (text) => {
    const bytes = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    const numbers = [];
    let value = 0;
    let factor = 1;
    for (let i = 5; i < bytes.length - 16; i += 1) {
      const byte = bytes.charCodeAt(i);
      value += (byte % 128) * factor;
      factor *= 128;
      if (byte < 128) {
        numbers.push(value);
        value = 0;
        factor = 1;
      }
    }
    return bytes.charCodeAt(0) === 1 ? numbers : [];
  };

  /** The charge that ended last: {outlet, quantity, delivered}; null where there is none, or it cannot be read. */
  const lastCharge = (text) => {
    try {
      const numbers = numbersOf(text);
      const at = 12 + numbers[11];
      return numbers[at] > 0
        ? { outlet: numbers[at + 2], quantity: numbers[at + 3], delivered: numbers[at + 4] }
        : null;
    } catch (_error) {
      return null;
    }
  };

  charge.drawReport = () => {
    const count = charge.reports().length;
    show('report', Boolean(state.report) || count > 0);
    const last = state.report && state.terms ? lastCharge(state.report) : null;
    if (last) {
      const { unit, step } = state.terms;
      const delivered = unit === 'min' ? last.delivered / 60 : last.delivered;
      const values = { delivered: charge.amount(delivered, unit), bought: charge.amount(last.quantity * step, unit) };
      put('report-figures', say('reportFigures', Object.assign(values, { outlet: last.outlet })));
    }
    show('report-figures', Boolean(last));
    put('report-state', count ? say('reportsKept', { count }) : say('reportSent'));
  };

  let sending = false;
  let waitUntil = 0;

  /** Sends what is kept, one after another. The same one twice changes nothing, so the worker may send it, too. */
  const send = () => {
    const next = charge.reports()[0];
    if (!next || sending || Date.now() < waitUntil) return;
    sending = true;
    const over = (go) => {
      sending = false;
      if (go) {
        charge.setReports(charge.reports().filter((entry) => entry.text !== next.text));
        if (next.station === station && next.text === state.report) claimWhatIsLeft();
      }
      draw();
      if (go) send();
    };
    calls.report(next.station, next.text).then(
      () => over(true),
      (refusal) => {
        const hopeless = /^(?:report-not-valid|unknown-station)$/.test(refusal.type);
        if (hopeless && next.text === state.report) {
          state.report = null;
          state.problem = { about: 'report', refusal };
        }
        if (!hopeless) waitUntil = Date.now() + (refusal.wait ? refusal.wait * 1000 : RETRY_MS);
        over(hopeless);
      }
    );
  };

  /** The report has settled it: who bought here sees it without typing. For others the digits lie in the form. */
  const claimWhatIsLeft = () => {
    const digits = keep.receipt();
    if (!digits || !keep.codes().length) return;
    const settled = (settlement) => {
      keep.setReceipt(null);
      if (keep.find(settlement.request)) keep.keep({ id: settlement.request, refunded: settlement });
      state.refunded = settlement;
      draw();
    };
    calls.refund(station, digits).then(
      (answer) => settled(answer.body),
      (refusal) => refusal.body && refusal.body.settled && settled(refusal.body.settled)
    );
  };

  /** Sent later also when this page is closed, where the browser has background synchronization. */
  const leaveToWorker = () => {
    if (!navigator.serviceWorker || !window.SyncManager) return;
    navigator.serviceWorker.ready.then((registration) => {
      registration.active.postMessage(charge.reports());
      registration.sync.register('reports').catch(() => {
        // Not allowed here: the page sends it when it is open the next time.
      });
    });
  };

  charge.takeReport = (text) => {
    state.report = text;
    const others = charge.reports().filter((entry) => entry.text !== text);
    charge.setReports(others.concat({ station, text }));
    waitUntil = 0;
    draw();
    focus('report-title');
    send();
    leaveToWorker();
  };
  charge.sendReports = (now) => {
    if (now) waitUntil = 0;
    send();
  };
})();
