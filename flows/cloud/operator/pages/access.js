export default {
  data() {
    return {
      title: 'access',
      keys: [],
      nextKeys: null,
      loaded: false,
      log: [],
      nextLog: null,
      name: '',
      role: 'customer app',
      made: null,
      revoking: null,
    };
  },
  mounted() {
    this.begin('access');
    this.load();
    this.moreLog();
  },
  unmounted() {
    this.end();
  },
  methods: {
    async load() {
      const page = await this.ask('listApiKeys', { limit: 100 });
      if (!page) return;
      this.keys = page.items;
      this.nextKeys = page.next;
      this.loaded = true;
    },
    async moreKeys() {
      const page = await this.ask('listApiKeys', { limit: 100, after: this.nextKeys });
      if (!page) return;
      this.keys = [...this.keys, ...page.items];
      this.nextKeys = page.next;
    },
    async moreLog() {
      const page = await this.ask('listAudit', { limit: 50, ...(this.nextLog && { after: this.nextLog }) });
      if (!page) return;
      this.log = [...this.log, ...page.items];
      this.nextLog = page.next;
    },
    async create() {
      const made = await this.ask('createApiKey', { name: this.name.trim(), role: this.role });
      this.close('create');
      if (!made) return;
      this.name = '';
      this.notice = null;
      this.made = made;
      this.open('made');
      this.load();
    },
    action(name) {
      return this.texts[this.language][`action-${name}`] || name;
    },
    /** The log keeps English: its words are put into the reader's language, what people and machines named stays. */
    detailOf({ action, detail }) {
      const said = detail || '';
      const words = [
        [/^key version (\d+)$/, 'detail-keyVersion'],
        [/^number (\d+)$/, 'detail-number'],
        [/^payment ([^:]+)$/, 'detail-payment'],
        [/^payment ([^:]+): (.*)$/, 'detail-paymentWhy'],
        [/^request (\w+), (\d+) (min|Wh): (.*)$/, 'detail-request'],
        [/^(\d+) more within a minute/, 'detail-more'],
      ];
      for (const [pattern, name] of words) {
        const [, one, two, three, four] = pattern.exec(said) || [];
        if (one === undefined) continue;
        return this.say(name, { one, two: three ? this.amount(Number(two), three) : two, four });
      }
      if (action === 'api-key-created')
        return said.replace(/ (customer app|operator)$/, (_, role) => ` ${this.say(`role-${role}`)}`);
      if (action === 'station-changed')
        return this.listed(said.split(', ').map((field) => this.texts[this.language][`field-${field}`] || field));
      return said;
    },
    askRevoke(key) {
      this.revoking = key;
      this.open('revoke');
    },
    async revoke() {
      const { id } = this.revoking;
      this.close('revoke');
      if (await this.ask('revokeApiKey', { id })) this.load();
    },
  },
};
