// Small hands for the page: find, fill, show, announce; and the check digit of receipts.
(() => {
  // The table of H. M. Damm's thesis, as the stations and the cloud have it.
  const DAMM =
    '03175986427092154863420687135917509834266123045978' + '36742095815869720134894536201794386172052581436790';

  /** Whether digits end with their check digit. */
  const checks = (digits) => {
    let interim = 0;
    for (let i = 0; i < digits.length; i += 1) interim = Number(DAMM.charAt(interim * 10 + Number(digits.charAt(i))));
    return interim === 0;
  };

  const byId = (id) => document.getElementById(id);

  const show = (id, yes) => {
    byId(id).hidden = !yes;
  };

  /** Sets a text only when it changed, so that what a screen reader is reading stays. */
  const put = (id, text) => {
    const element = byId(id);
    if (element.textContent !== text) element.textContent = text;
  };

  const make = (tag, properties, children) => {
    const element = Object.assign(document.createElement(tag), properties || {});
    (children || []).forEach((child) => {
      element.appendChild(child);
    });
    return element;
  };

  /** Said to screen readers, also when it is the same text twice. */
  const announce = (text) => {
    byId('announcer').textContent = '';
    setTimeout(() => {
      byId('announcer').textContent = text;
    }, 50);
  };

  const focus = (id) => {
    const element = byId(id);
    element.focus();
    const top = element.getBoundingClientRect().top;
    if (top < 0 || top > window.innerHeight / 2) element.scrollIntoView();
  };

  const groups = (digits, display) => (display || digits.replace(/(\d{3})(?=\d)/g, '$1 ')).split(/\s+/);

  /** A code, large: whole groups break onto the next line together; read out digit by digit. */
  const putCode = (id, digits, display) => {
    const element = byId(id);
    const parts = groups(digits, display);
    const wanted = parts.join(' ');
    if (element.getAttribute('data-code') === wanted) return;
    element.setAttribute('data-code', wanted);
    element.textContent = '';
    parts.forEach((group) => {
      const part = make('span', { className: 'group', textContent: group });
      part.setAttribute('aria-hidden', 'true');
      element.appendChild(part);
      element.appendChild(document.createTextNode(' '));
    });
    element.appendChild(
      make('span', { className: 'unseen', textContent: parts.map((group) => group.split('').join(' ')).join(', ') })
    );
  };

  /** Resolves when the text is in the clipboard. */
  const copy = (text) => {
    if (navigator.clipboard && navigator.clipboard.writeText) return navigator.clipboard.writeText(text);
    return new Promise((resolve, reject) => {
      const field = make('textarea', { value: text, readOnly: true, className: 'unseen' });
      document.body.appendChild(field);
      field.select();
      field.setSelectionRange(0, text.length);
      const copied = document.execCommand('copy');
      document.body.removeChild(field);
      if (copied) resolve();
      else reject(new Error('not copied'));
    });
  };

  Object.assign(window.Charge, { byId, show, put, make, announce, focus, putCode, copy, checks });
})();
