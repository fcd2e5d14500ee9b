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
