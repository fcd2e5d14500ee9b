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
      return code.refund ? `${unused}, ${this.money(code.refund)}` : unused;
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
