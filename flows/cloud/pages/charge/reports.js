// Reports of chargers that have no network: this phone carries them. Each is kept until the cloud has it, whoever scanned it
// and however many; what the newest charge of it came to is read from its bytes, without signal.
(() => {
  const charge = window.Charge;
  const { byId, say, show, put, calls, station, state, draw, focus } = charge;
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
    /** @param back: it is tried again after the others, so that none keeps them waiting */
    const over = (back) => {
      sending = false;
      const others = charge.reports().filter((entry) => entry.text !== next.text);
      charge.setReports(others.concat(back));
      draw();
      send();
    };
    const again = (refusal) => {
      waitUntil = Date.now() + (refusal.wait ? refusal.wait * 1000 : RETRY_MS);
      over(next);
    };
    const refused = (refusal) => {
      if (!/^(?:report-not-valid|unknown-station|invalid-request|body-too-large)$/.test(refusal.type))
        return again(refusal);
      if (next.text === state.report) {
        state.report = null;
        state.problem = { about: 'report', refusal };
      }
      over([]);
    };
    calls.report(next.station, next.text).then(() => claimWhatIsLeft(next).then(() => over([]), again), refused);
  };

  /**
   * The report has settled it: who bought there sees it without typing, whenever it was sent and from whichever charger's page. For
   * others the digits lie in the form. Rejects when it is worth trying again.
   */
  const claimWhatIsLeft = ({ station: at, receipt }) => {
    const kept = charge.store(at);
    if (!receipt || !kept.codes().length) return Promise.resolve();
    const settled = (settlement) => {
      if (kept.receipt() === receipt) kept.setReceipt(null);
      if (kept.find(settlement.request)) kept.keep({ id: settlement.request, refunded: settlement });
      if (at === station) state.refunded = settlement;
      const field = byId('receipt');
      if (field.value === receipt) field.value = '';
      // What becomes of the money is shown as long as one looks.
      if (settlement.refund) kept.watch({ id: settlement.request, at: Date.now(), told: true, issued: true });
    };
    return calls.refund(at, receipt).then(
      (answer) => settled(answer.body),
      (refusal) => {
        if (refusal.body && refusal.body.settled) settled(refusal.body.settled);
        else if (!refusal.status) return Promise.reject(refusal);
      }
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

  charge.takeReport = (text, receipt) => {
    state.report = text;
    const others = charge.reports().filter((entry) => entry.text !== text);
    charge.setReports(others.concat({ station, text, receipt }));
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
