// What this phone keeps for one station: its codes, the request under way, what the station sells. All of it is read
// again after the tab was closed, without signal.
(() => {
  const MOST_CODES = 50;
  /** A round of many stations; a browser keeps ten times as much. */
  const MOST_REPORTS = 500;
  const WATCHED_MS = 7 * 24 * 3600000;
  const memory = Object.create(null);
  let keeps = true;

  const read = (key) => {
    if (key in memory) return memory[key];
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch (_error) {
      return null;
    }
  };

  const write = (key, value) => {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
      delete memory[key];
      return true;
    } catch (_error) {
      // Private browsing or a full disk: it lives as long as the tab, and the page says so.
      keeps = false;
      memory[key] = value;
      return false;
    }
  };

  /** 128 random bits as hex: nobody else's request has this key. */
  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let key = '';
    for (let i = 0; i < bytes.length; i += 1) key += (bytes[i] + 256).toString(16).slice(1);
    return key;
  };

  /** The store of one station. Codes are newest first: {id, amount, unit, code, display, issuedAt, endsAt, …}. */
  const store = (station) => {
    const at = (name) => `charge:${station}:${name}`;
    const codes = () => read(at('codes')) || [];
    const saveCodes = (list) => write(at('codes'), list.slice(0, MOST_CODES));
    return {
      codes,
      find: (id) => codes().filter((code) => code.id === id)[0],
      /** Adds a code, or changes the one of the same id. */
      keep: (code) => {
        const list = codes();
        const known = list.map((other) => other.id).indexOf(code.id);
        if (known < 0) list.unshift(code);
        else list[known] = Object.assign({}, list[known], code);
        saveCodes(list);
      },
      forget: (id) => saveCodes(codes().filter((code) => code.id !== id)),
      forgetAll: () => {
        saveCodes([]);
        write(at('lone'), null);
        write(at('shown'), null);
        write(at('watched'), null);
      },
      /**
       * The request that has no code yet: {key, amount, at}, written before it is sent, and its reservation once the
       * cloud answered with one.
       */
      pending: () => read(at('pending')),
      setPending: (pending) => write(at('pending'), pending),
      /** Reservations that money may still come for: {id, at, told, issued, strays}. */
      watched: () => (read(at('watched')) || []).filter((entry) => entry.at > Date.now() - WATCHED_MS),
      watch: (entry) => {
        const others = (read(at('watched')) || []).filter((other) => other.id !== entry.id);
        write(at('watched'), [entry].concat(others).slice(0, MOST_CODES));
      },
      /** The key of the synchronization that has no answer yet. */
      syncKey: () => read(at('sync-key')),
      setSyncKey: (key) => write(at('sync-key'), key),
      /** The receipt typed or scanned that has no answer yet. */
      receipt: () => read(at('receipt')),
      setReceipt: (receipt) => write(at('receipt'), receipt),
      /** A synchronizing code fetched when no other code was shown: {code, at}. */
      lone: () => read(at('lone')),
      setLone: (lone) => write(at('lone'), lone),
      /** The id of the code that is shown large; false when the customer put it away. */
      shown: () => read(at('shown')),
      setShown: (id) => write(at('shown'), id),
      terms: () => read(at('terms')),
      setTerms: (terms) => write(at('terms'), terms),
    };
  };

  /** Reports of chargers that the cloud does not have yet, of any station: {station, text}, the oldest first. */
  window.Charge.reports = () => read('charge-reports') || [];
  window.Charge.setReports = (list) => write('charge-reports', list.slice(-MOST_REPORTS));
  window.Charge.store = store;
  window.Charge.newKey = newKey;
  window.Charge.keeps = () => keeps;
  window.Charge.readLanguage = () => read('charge-language');
  window.Charge.writeLanguage = (language) => write('charge-language', language);
})();
