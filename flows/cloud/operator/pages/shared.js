// What every page of the operator's dashboard has: language, questions to the ledger, and how things are written.
// A ui-template keeps nothing but data, computed, methods, mounted and unmounted: assemble.ts puts these into each.
export default {
  data() {
    const list = { search: '', items: [], next: null, loaded: false, timer: null };
    return { language: 'en', problem: null, waiting: 0, asked: 0, replies: {}, notice: null, ...list };
  },
  methods: {
    /** What is asked for now, by a page's `call` and `query`: an answer to anything else comes too late. */
    wanted() {
      return JSON.stringify([this.call(), this.query()]);
    },
    async load() {
      const wanted = this.wanted();
      let page = await this.ask(this.call(), this.query());
      // Part of a request's id is looked for a stretch at a time.
      while (page && !page.items.length && page.next && wanted === this.wanted()) {
        page = await this.ask(this.call(), this.query(page.next));
      }
      if (!page || wanted !== this.wanted()) return;
      this.items = page.items;
      this.next = page.next;
      this.loaded = true;
    },
    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(this.load, 300);
    },
    async more() {
      const page = await this.ask(this.call(), this.query(this.next));
      if (!page) return;
      this.items = [...this.items, ...page.items];
      this.next = page.next;
    },
    /** One thing behind the other, with the comma of the language. */
    listed(parts) {
      return parts.filter(Boolean).join(this.language === 'en' ? ', ' : '，');
    },
    /** What was done, by the name of its text: said in the language that is chosen, also when that changes. */
    tell(name, values) {
      this.notice = { name, values };
    },
    /** Says what went wrong where the reader is: in a dialog it stands above what has been scrolled to. */
    fail(problem) {
      this.problem = problem;
      this.$nextTick(() => {
        const said = document.querySelector('dialog[open] .problem[role="alert"]');
        if (said) said.scrollIntoView({ block: 'nearest' });
      });
    },
    /** What went wrong, a sentence each. What only a flow of one's own refuses has no words here: there its own are shown. */
    saidOf(problem) {
      const { name, values, errors, wait, detail } = problem;
      const rules = (errors || []).map(({ pointer }) => `rule-${pointer.replace(/^#\//, '').replace(/\//g, '-')}`);
      const known = this.texts[this.language];
      const time = wait > 120 ? this.amount(Math.ceil(wait / 60), 'min') : `${wait}\u00a0${this.say('s')}`;
      return [
        known[name] ? this.say(name, values) : this.say('failed'),
        ...[...new Set(rules)].filter((rule) => known[rule]).map((rule) => this.say(rule)),
        ...(wait > 0 ? [this.say('again', { time })] : []),
        ...(known[name] || !detail ? [] : [detail]),
      ];
    },
    /** A text of the page in the operator's language, its {names} filled in. */
    say(name, values) {
      const text = this.texts[this.language][name] || name;
      return text.replace(/\{(\w+)\}/g, (_, key) => String((values || {})[key]));
    },
    begin(title) {
      const wished =
        localStorage.getItem('operator-language') || navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag)) || 'en';
      this.setLanguage(/^zh/i.test(wished) ? 'zh-CN' : 'en', title);
      this.$socket.on(`msg-input:${this.id}`, this.hear);
      // An empty tool tip of the dashboard's shell, which screen readers would find.
      for (const tip of document.querySelectorAll('.v-tooltip')) tip.setAttribute('aria-hidden', 'true');
    },
    end() {
      this.$socket.off(`msg-input:${this.id}`, this.hear);
    },
    setLanguage(language, title) {
      this.language = language;
      localStorage.setItem('operator-language', language);
      document.documentElement.lang = language;
      if (title) this.title = title;
      document.title = `${this.say(this.title)} · ${this.say('operator')}`;
    },
    go(path) {
      this.$router.push(this.$route.path.replace(/[^/]*$/, path));
    },
    /** Asks the ledger; resolves with its answer, or with undefined once the problem is shown. */
    ask(topic, payload) {
      this.asked += 1;
      const ask = `${this.asked}`;
      this.waiting += 1;
      return new Promise((resolve) => {
        const timer = setTimeout(() => this.hear({ ask, statusCode: 0 }), 20000);
        this.replies[ask] = { resolve, timer };
        this.send({ topic, payload: payload || {}, ask });
      });
    },
    hear(msg) {
      const reply = this.replies[msg.ask];
      if (!reply) return;
      delete this.replies[msg.ask];
      clearTimeout(reply.timer);
      this.waiting -= 1;
      if (msg.statusCode >= 200 && msg.statusCode < 300) {
        reply.resolve(msg.payload);
        return;
      }
      const { type = '', errors, detail = '' } = msg.payload || {};
      const name = `problem-${type.slice(type.lastIndexOf(':') + 1)}`;
      this.fail({ name, errors, detail, wait: Number((msg.headers && msg.headers['retry-after']) || 0) });
      reply.resolve(undefined);
    },
    /**
     * Numbers and dates as this browser's owner writes them: 29 Nov in Britain, Nov 29 in America. Chromium on a machine
     * without a language of its own says en-US@posix, which its Intl throws at.
     */
    locale() {
      const spoken = new RegExp(`^${this.language.slice(0, 2)}(-[a-z0-9]+)+$`, 'i');
      return navigator.languages.find((tag) => spoken.test(tag)) || (this.language === 'en' ? 'en-GB' : this.language);
    },
    number(value, options) {
      return new Intl.NumberFormat(this.locale(), options).format(value);
    },
    amount(value, unit) {
      if (unit === 'Wh' && Math.abs(value) >= 1000)
        return `${this.number(value / 1000, { maximumFractionDigits: 3 })}\u00a0kWh`;
      if (unit === 'min' && Math.abs(value) >= 600)
        return `${this.number(value / 60, { maximumFractionDigits: 1 })}\u00a0${this.say('h')}`;
      return `${this.number(value, { maximumFractionDigits: 1 })}\u00a0${unit === 'min' ? this.say('min') : unit}`;
    },
    /** How many decimals a currency has by ISO 4217: browsers know other ones. */
    decimals(currency) {
      const known = this.currencies.decimals[currency];
      return known === undefined ? 2 : known;
    },
    money(price) {
      if (!price || !price.currency) return '–';
      const decimals = this.decimals(price.currency);
      const value = price.minorUnits / 10 ** decimals;
      return this.number(value, {
        style: 'currency',
        currency: price.currency,
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
    },
    when(iso) {
      return iso ? new Date(iso).toLocaleString(this.locale(), { dateStyle: 'medium', timeStyle: 'short' }) : '–';
    },
    /** What stands before the dashboard's own path: a prefix that a proxy takes off, as a rule nothing. */
    root() {
      return window.location.pathname.replace(/\/dashboard(?:\/.*)?$/, '');
    },
    /** Shows a dialog of this page; the browser keeps the focus in it and gives it back. */
    open(name) {
      this.problem = null;
      this.$nextTick(() => this.$refs[name].showModal());
    },
    close(name) {
      this.$refs[name].close();
    },
    /** What went wrong in a dialog is over with it. */
    dismiss(name) {
      this.problem = null;
      this.close(name);
    },
    download(name, text, type) {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
    async copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        this.tell('copied');
      } catch {
        this.tell('notCopied');
      }
    },
  },
};
