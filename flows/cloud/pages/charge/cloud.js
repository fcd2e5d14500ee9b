// The calls to the cloud, and what its refusals mean to a customer.
(() => {
  const PATIENCE = 20000;
  const base = location.pathname.replace(/\/charge\/.*$/, '');

  /**
   * One call. Resolves with {body, serverTime}; rejects with {status, type, wait, body}: status 0 when no answer
   * came, wait in seconds when the cloud said when to try again.
   */
  const call = (method, path, body, key) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, base + path);
      request.timeout = PATIENCE;
      request.setRequestHeader('Accept', 'application/json, application/problem+json');
      if (body) request.setRequestHeader('Content-Type', 'application/json');
      if (key) request.setRequestHeader('Idempotency-Key', key);
      const unanswered = () => reject({ status: 0, type: '', wait: 0, body: null });
      request.onerror = unanswered;
      request.ontimeout = unanswered;
      request.onabort = unanswered;
      request.onload = () => {
        let answer = null;
        try {
          answer = JSON.parse(request.responseText);
        } catch (_error) {
          // A proxy's page instead of an answer: the status alone speaks.
        }
        if (request.status >= 200 && request.status < 300 && answer) {
          resolve({ body: answer, serverTime: Date.parse(request.getResponseHeader('Date') || '') });
        } else {
          const type = answer && typeof answer.type === 'string' ? answer.type.replace(/^.*:/, '') : '';
          // A success that cannot be read is no answer: the same request is asked again.
          const status = request.status < 300 ? 0 : request.status;
          reject({ status, type, wait: waiting(request.getResponseHeader('Retry-After')), body: answer });
        }
      };
      request.send(body ? JSON.stringify(body) : null);
    });

  /** Retry-After in seconds, from its seconds or its date. */
  const waiting = (header) => {
    if (!header) return 0;
    const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
    if (seconds > 0) return seconds;
    return 0;
  };

  const id = encodeURIComponent;
  const calls = {
    station: (station) => call('GET', `/stations/${id(station)}`),
    order: (station, amount, key) => call('POST', '/charging-requests', { station, amount }, key),
    request: (request) => call('GET', `/charging-requests/${id(request)}`),
    longer: (request) => call('GET', `/charging-requests/${id(request)}?layout=long`),
    synchronize: (station, key) => call('POST', `/stations/${id(station)}/synchronizations`, null, key),
    cancel: (request) => call('POST', '/cancellations', { request }),
    /** @param proof {code} or {request} of what another phone bought; else nothing */
    refund: (station, receipt, proof) => call('POST', '/receipts', Object.assign({ station, receipt }, proof)),
  };

  /**
   * What a refusal means: the names of its title and text, and whether the same call may be made again. Where it may
   * not, it is certain that nothing was issued.
   */
  const meaning = (refusal, about) => {
    const status = refusal.status;
    if (/retired/.test(refusal.type)) return { title: 'retiredTitle', text: 'retired' };
    if (status === 0) {
      const text = { synchronize: 'noSignalSynchronize', longer: 'noSignalLonger' }[about];
      return { title: text ? 'noSignalTitle' : 'noAnswerTitle', text: text || 'noAnswer', again: true };
    }
    if (status === 429) return { title: 'busyTitle', text: about === 'refund' ? 'busyReceipts' : 'busy', again: true };
    // Not paid yet: what a flow says that does not show the reservation instead. The money may be on its way.
    if (status === 402) return { title: 'lapsedTitle', text: 'paying', again: true };
    if (status === 401 || status === 403) return { title: 'deniedTitle', text: 'denied' };
    // What a proxy answers, or a flow that is not there just now, is not known of a station or a request.
    const elsewhere = status === 404 && !/unknown-/.test(refusal.type);
    if (status === 408 || status >= 500 || elsewhere) return { title: 'awayTitle', text: 'away', again: true };
    if (status === 404) {
      if (about === 'longer') return { title: 'failedTitle', text: 'unknownRequest' };
      if (about === 'refund') return { title: 'receiptTitle', text: 'receiptElsewhere' };
      return { title: 'unknownTitle', text: 'unknown' };
    }
    if (status === 410) return { title: 'lapsedTitle', text: /cancelled/.test(refusal.type) ? 'cancelled' : 'lapsed' };
    if (status === 409) {
      return about === 'refund'
        ? { title: 'settledTitle', text: 'settled' }
        : { title: 'conflictTitle', text: 'conflict' };
    }
    if (status === 422) {
      return about === 'refund'
        ? { title: 'receiptTitle', text: 'receiptUnknown' }
        : { title: 'amountTitle', text: 'amount' };
    }
    return { title: 'malformedTitle', text: 'malformed' };
  };

  window.Charge.calls = calls;
  window.Charge.meaning = meaning;
})();
