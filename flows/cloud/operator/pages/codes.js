export default {
  data() {
    const today = new Date().toISOString().slice(0, 10);
    return {
      title: 'codes',
      list: 'listCodes',
      search: '',
      items: [],
      next: null,
      loaded: false,
      timer: null,
      from: `${today.slice(0, 8)}01`,
      to: today,
      station: '',
      chosen: null,
      reason: '',
    };
  },
  mounted() {
    this.begin('codes');
    this.load();
  },
  unmounted() {
    this.end();
  },
  methods: {
    query(after) {
      const search = this.list === 'listCodes' ? this.search.trim() : '';
      return { limit: 50, ...(search && { search }), ...(after && { after }) };
    },
    /** The rows of one list are no rows of another. */
    choose() {
      this.items = [];
      this.next = null;
      this.loaded = false;
      this.load();
    },
    async load() {
      const wanted = JSON.stringify([this.list, this.search]);
      const page = await this.ask(this.list, this.query());
      // An answer to what is no longer asked for.
      if (!page || wanted !== JSON.stringify([this.list, this.search])) return;
      this.items = page.items;
      this.next = page.next;
      this.loaded = true;
    },
    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(this.load, 300);
    },
    async more() {
      const page = await this.ask(this.list, this.query(this.next));
      if (!page) return;
      this.items = [...this.items, ...page.items];
      this.next = page.next;
    },
    settledText(code) {
      if (!code.settledAt) return '–';
      const unused = this.say('unusedOf', { unused: this.amount(code.unused, code.unit) });
      const back = code.payment ? this.say('backTo', { payment: code.payment }) : '';
      return [unused, code.refund ? this.money(code.refund) : '', back].filter(Boolean).join(', ');
    },
    askRefund(code) {
      this.chosen = code;
      this.reason = '';
      this.open('refund');
    },
    async refund() {
      const given = await this.ask('refundExpired', { request: this.chosen.request, why: this.reason });
      if (!given) return;
      this.close('refund');
      this.notice = this.say('refunded', { money: given.refund ? this.money(given.refund) : '' });
      await this.load();
    },
    askReturn(item) {
      this.chosen = item;
      this.reason = '';
      this.open('return');
    },
    async returnPayment() {
      const given = await this.ask('returnPayment', { payment: this.chosen.payment, why: this.reason });
      if (!given) return;
      this.close('return');
      this.notice = this.say('returned', { payment: given.payment });
      await this.load();
    },
    async exportCsv() {
      const after = new Date(Date.parse(this.to) + 86400000).toISOString();
      const station = this.station.trim();
      const ticket = await this.ask('exportTicket', { from: this.from, to: after, ...(station && { station }) });
      this.close('export');
      if (ticket) window.location.assign(`${this.root()}/operator/ledger.csv?ticket=${ticket.ticket}`);
    },
  },
};
