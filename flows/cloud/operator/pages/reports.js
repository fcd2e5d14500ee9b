export default {
  data() {
    return {
      title: 'reports',
      only: '',
      unseen: true,
      alarms: [],
      nextAlarms: null,
      chosen: null,
    };
  },
  mounted() {
    this.begin('reports');
    this.loadAlarms();
    this.load();
  },
  unmounted() {
    this.end();
  },
  methods: {
    query(after) {
      const search = this.search.trim();
      return {
        limit: 50,
        ...(search && { search }),
        ...(this.only && { only: this.only }),
        ...(after && { after }),
      };
    },
    call() {
      return 'listStationHealth';
    },
    async loadAlarms() {
      const page = await this.ask('listAlarms', { limit: 20, unseen: this.unseen });
      if (!page) return;
      this.alarms = page.items;
      this.nextAlarms = page.next;
    },
    async moreAlarms() {
      const page = await this.ask('listAlarms', { limit: 20, unseen: this.unseen, after: this.nextAlarms });
      if (!page) return;
      this.alarms = [...this.alarms, ...page.items];
      this.nextAlarms = page.next;
    },
    async see({ id }) {
      if (!(await this.ask('seeAlarm', { id }))) return;
      await this.loadAlarms();
      await this.load();
    },
    async look({ station }) {
      const details = await this.ask('readStationReports', { station });
      if (!details) return;
      this.chosen = details;
      this.open('details');
    },
    /** A fault by its number in a report; the number alone of one that this page does not know. */
    fault(number) {
      const name = `fault-${number}`;
      return this.texts[this.language][name] ? this.say(name) : this.say('faultNumber', { number });
    },
    said({ kind, evidence, overAt }) {
      const what = kind === 'fault-standing' ? this.fault(evidence.fault) : '';
      const over = overAt ? this.say('overSince', { time: this.when(overAt) }) : '';
      return this.listed([this.say(`alarm-${kind}`), what, over]);
    },
    /** What it stands on: each figure by its name. */
    evidence({ kind, evidence }) {
      const hidden = kind === 'fault-standing' ? ['fault', 'name'] : ['unit'];
      const shown = Object.entries(evidence).filter(([name, value]) => value !== null && !hidden.includes(name));
      return this.listed(shown.map(([name, value]) => `${this.say(`evidence-${name}`)} ${this.figure(name, value)}`));
    },
    figure(name, value) {
      if (name === 'toldAt') return this.when(value ? new Date(value * 1000).toISOString() : null);
      if (name === 'clock') return this.say(`clock-${value}`);
      if (name === 'reason') return this.say(`end-${value}`);
      return typeof value === 'number' ? this.number(value) : value;
    },
    /** By how much its clock is ahead, as far as can be said for sure. */
    clock({ heardAt, toldAt, clock }) {
      if (!heardAt) return '–';
      if (!toldAt) return this.say('clockLost');
      const minutes = (seconds) => this.number(seconds / 60, { maximumFractionDigits: 0, signDisplay: 'exceptZero' });
      if (clock.most === null) return this.say('clockLeast', { least: minutes(clock.least) });
      return this.say('clockBetween', { least: minutes(clock.least), most: minutes(clock.most) });
    },
    /** How many ended, and what is odd about them, where something is. */
    vouchers(item) {
      const counts = ['missing', 'unexplained', 'neverUsed'].filter((name) => item[name] > 0);
      const odd = counts.map((name) => this.say(`vouchers-${name}`, { count: this.number(item[name]) }));
      const journals = item.journals > 1 ? this.say('journalsHeard', { count: this.number(item.journals) }) : '';
      return this.listed([this.say('vouchersClosed', { closed: this.number(item.closed) }), ...odd, journals]);
    },
    energy({ meterWh, delivered, unit }) {
      const sold = this.amount(unit === 'min' ? delivered / 60 : delivered, unit);
      return meterWh === null ? sold : this.say('metered', { metered: this.amount(meterWh, 'Wh'), sold });
    },
    keypad({ wrongGuesses, lockouts }) {
      return this.say('keypadIs', { wrongGuesses: this.number(wrongGuesses), lockouts: this.number(lockouts) });
    },
  },
};
