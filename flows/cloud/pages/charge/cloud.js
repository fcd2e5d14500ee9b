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
    longer: (request) => call('GET', `/charging-requests/${id(request)}?layout=rescue`),
    synchronize: (station, key) => call('POST', `/stations/${id(station)}/synchronizations`, null, key),
    bill: (request) => `${base}/charging-requests/${id(request)}/bill?language=${window.Charge.language()}`,
    cancel: (request) => call('POST', '/cancellations', { request }),
    report: (station, report) => call('POST', `/stations/${id(station)}/reports`, { report }),
    /** @param proof {code} or {request} of what another phone bought; else nothing */
    refund: (station, receipt, proof) => call('POST', '/receipts', Object.assign({ station, receipt }, proof)),
  };

  /**
   * What each type of problem means to a customer, in all languages: the names of its title and text, the types, and
   * whether the same call may be made again. A test holds them against the list of the contract.
   */
  const MEANINGS = [
    ['retiredTitle', 'retired', 'retired-station'],
    // The money may be on its way.
    ['lapsedTitle', 'paying', 'not-paid', true],
    ['lapsedTitle', 'lapsed', 'lapsed'],
    ['lapsedTitle', 'cancelled', 'cancelled'],
    ['busyTitle', 'busy', 'too-many-codes', true],
    ['busyTitle', 'busyReceipts', 'too-many-receipts', true],
    ['busyTitle', 'busyRequests', 'too-many-requests', true],
    ['deniedTitle', 'denied', 'not-authenticated unauthorized not-allowed foreign-host foreign-page'],
    [
      'awayTitle',
      'away',
      'ledger-unavailable restarting too-many-connections doubled-route internal-error request-timeout not-found ' +
        'station-out-of-order clocks-apart payment-away',
      true,
    ],
    ['unknownTitle', 'unknown', 'unknown-station'],
    ['failedTitle', 'unknownRequest', 'unknown-request'],
    ['receiptTitle', 'receiptElsewhere', 'unknown-receipt'],
    ['receiptTitle', 'receiptWrong', 'receipt-mistyped'],
    ['reportTitle', 'reportWrong', 'report-not-valid'],
    ['settledTitle', 'settled', 'receipt-settled'],
    ['conflictTitle', 'conflict', 'idempotency-key-reused'],
    ['conflictTitle', 'termsChanged', 'terms-changed'],
    ['amountTitle', 'amount', 'amount-not-sold'],
    ['malformedTitle', 'longAlready', 'layout-too-small'],
    ['paidTitle', 'paidBefore', 'already-paid paid-otherwise payment-used code-issued'],
    ['lapsedTitle', 'notThePrice', 'payment-differs'],
    [
      'malformedTitle',
      'malformed',
      'malformed malformed-json invalid-request unreadable-body malformed-path malformed-http method-not-allowed ' +
        'body-too-large unsupported-media-type unsupported-encoding expectation-failed headers-too-large',
    ],
    // What an operator's calls alone are answered.
    [
      'failedTitle',
      'failed',
      'unknown-payment unknown-alarm unknown-refund refund-under-way unknown-api-key station-exists station-not-valid ' +
        'api-key-not-valid not-expired code-used changed-meanwhile',
    ],
  ];
  const meanings = {};
  MEANINGS.forEach(([title, text, types, again]) => {
    types.split(' ').forEach((type) => {
      meanings[type] = { title, text, again };
    });
  });

  /**
   * What a refusal means: the names of its title and text, and whether the same call may be made again. Where it may
   * not, it is certain that nothing was issued.
   */
  const meaning = (refusal, about) => {
    const status = refusal.status;
    if (status === 0) {
      const text = { synchronize: 'noSignalSynchronize', longer: 'noSignalLonger' }[about];
      return { title: text ? 'noSignalTitle' : 'noAnswerTitle', text: text || 'noAnswer', again: true };
    }
    if (Object.hasOwn(meanings, refusal.type)) return meanings[refusal.type];
    // What a proxy answers, or a flow of the operator's own, is known by its status alone.
    if (status === 402) return meanings['not-paid'];
    if (status === 429) return meanings['too-many-requests'];
    if (status === 401 || status === 403) return meanings['not-allowed'];
    if (status === 404 || status === 408 || status >= 500) return meanings['not-found'];
    if (status === 410) return meanings.lapsed;
    if (status === 409) return meanings[about === 'refund' ? 'receipt-settled' : 'idempotency-key-reused'];
    if (status === 422) return meanings[about === 'refund' ? 'receipt-mistyped' : 'amount-not-sold'];
    return meanings.malformed;
  };

  window.Charge.calls = calls;
  window.Charge.meaning = meaning;
})();
