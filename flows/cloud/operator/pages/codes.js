export default {
  data() {
    const today = new Date().toISOString().slice(0, 10);
    return {
      title: 'codes',
      list: 'listCodes',
      since: '',
      until: '',
      from: `${today.slice(0, 8)}01`,
      to: today,
      station: '',
      site: '',
      month: today.slice(0, 7),
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
      const search = this.search.trim();
      const day = (date, days) => new Date(Date.parse(date) + days * 86400000).toISOString();
      return {
        limit: 50,
        ...(this.searched() && search && { search }),
        ...(this.searched() && this.since && { from: day(this.since, 0) }),
        ...(this.searched() && this.until && { to: day(this.until, 1) }),
        ...(this.list === 'paidRefunds' && { list: 'paid' }),
        ...(after && { after }),
      };
    },
    /** Codes and receipts are found by station, request and time; the others are short lists. */
    searched() {
      return this.list === 'listCodes' || this.list === 'listSettled';
    },
    /** Refunds are two lists of one call. */
    call() {
      return /Refunds$/.test(this.list) ? 'listRefunds' : this.list;
    },
    /** The rows of one list are no rows of another. */
    choose() {
      this.items = [];
      this.next = null;
      this.loaded = false;
      this.load();
    },
    settledText(code) {
      if (!code.settledAt) return code.void ? this.say('void') : '–';
      const unused = this.say('unusedOf', { unused: this.amount(code.unused, code.unit) });
      const back = code.payment ? this.say('backTo', { payment: code.payment }) : '';
      return this.listed([unused, code.refund ? this.money(code.refund) : '', back]);
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
      this.tell('refunded', { money: given.refund ? this.money(given.refund) : '' });
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
      this.tell('returned', { payment: given.payment });
      await this.load();
    },
    refundState(item) {
      const state = item.state === 'due' && !item.provider ? 'hand' : item.state;
      return this.listed([this.say(`refund-${state}`), item.paidAt ? this.when(item.paidAt) : '']);
    },
    /** Refused, nobody's to send, or due for long: its provider is not in the settings any more. */
    mayPayByHand({ state, provider, nextAt }) {
      if (state !== 'due') return state === 'failed';
      return !provider || (nextAt !== null && Date.parse(nextAt) < Date.now() - 600000);
    },
    async tryAgain(item) {
      if (!(await this.ask('retryRefund', { id: item.id }))) return;
      this.tell('triedAgain');
      await this.load();
    },
    askPaid(item) {
      this.chosen = item;
      this.reason = '';
      this.open('paid');
    },
    async paidByHand() {
      const paid = await this.ask('payRefund', { id: this.chosen.id, why: this.reason });
      if (!paid) return;
      this.close('paid');
      this.tell('paidHand', { id: paid.id.slice(-6) });
      await this.load();
    },
    async exportStatement() {
      const station = this.station.trim();
      const only = { ...(station && { station }), ...(this.site && { site: this.site }) };
      const ticket = await this.ask('exportTicket', { month: this.month, ...only });
      this.close('statement');
      if (ticket) window.location.assign(`${this.root()}/operator/ledger.csv?ticket=${ticket.ticket}`);
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
