import { qrCode } from '../../../assembly/qr-code.ts';

export default {
  data() {
    return {
      title: 'stations',
      which: 'active',
      form: {},
      chosen: { id: '' },
      provisioning: null,
      replaced: false,
      textShown: false,
      outstanding: [],
      base: localStorage.getItem('operator-address') || window.location.origin + this.root(),
      serviceCode: null,
    };
  },
  computed: {
    address() {
      return `${this.base.replace(/\/+$/, '')}/charge/${encodeURIComponent(this.chosen.id)}`;
    },
    /** Whether the address is that of this machine alone, where no customer's phone gets to. */
    unreachable() {
      try {
        return /^(?:localhost|127\.|0\.0\.0\.0|\[::1?\])/.test(new URL(this.address).hostname);
      } catch {
        return true;
      }
    },
    /** Its own name for each station: a folder with twenty files called station.json invites a mix-up. */
    fileName() {
      return `station-${this.chosen.id}.json`;
    },
    /** What the cloud gave as one text, with the address that was chosen here. */
    text() {
      const [mark, digits] = this.provisioning.text.split(':');
      const bytes = Uint8Array.from(atob(digits.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
      const said = { ...JSON.parse(new TextDecoder().decode(bytes)), page: this.address };
      const written = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(said))));
      return `${mark}:${written.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`;
    },
    textCode() {
      return this.drawn(this.text);
    },
    code() {
      return this.drawn(this.address);
    },
  },
  mounted() {
    this.begin('stations');
    this.load();
  },
  unmounted() {
    this.end();
  },
  methods: {
    qrCode,
    /** A QR code with the quiet zone of four modules that the standard asks for, as one path. */
    drawn(text) {
      const rows = this.qrCode(text);
      let path = '';
      rows.forEach((row, y) => {
        row.forEach((dark, x) => {
          if (dark) path += `M${x + 4} ${y + 4}h1v1h-1z`;
        });
      });
      return { size: rows.length + 8, path };
    },
    query(after) {
      const search = this.search.trim();
      const retired = { active: false, retired: true }[this.which];
      return {
        limit: 50,
        ...(search && { search }),
        ...(retired !== undefined && { retired }),
        ...(after && { after }),
      };
    },
    call() {
      return 'listStations';
    },
    begins() {
      const terms = { unit: 'min', step: 30, layout: '', outlets: 1, sequence: 'clock' };
      const form = { ...terms, price: '', currency: 'EUR' };
      this.form = { isNew: true, id: '', name: '', site: '', ...form };
      this.open('edit');
    },
    change(station) {
      const { id, name, site, unit, step, layout, outlets, sequence, price } = station;
      const decimals = price ? this.decimals(price.currency) : 0;
      const written = price ? (price.minorUnits / 10 ** decimals).toFixed(decimals) : '';
      const terms = { unit, step, layout, outlets, sequence };
      this.form = { id, name, site, ...terms, price: written, currency: price ? price.currency : 'EUR' };
      this.open('edit');
    },
    /** What is wrong with the price as it was typed; nothing is rounded, and nothing is guessed. */
    faultInPrice({ price, currency: typed }) {
      if (price === '') return null;
      const currency = typed.toUpperCase();
      if (currency === '') return { name: 'currencyMissing' };
      if (!this.currencies.codes.split(' ').includes(currency))
        return { name: 'currencyUnknown', values: { currency } };
      const written = /^[0-9]{1,12}(?:[.,]([0-9]+))?$/.exec(price);
      if (!written) return { name: 'priceNotRead' };
      const [, decimals = ''] = written;
      const most = this.decimals(currency);
      if (decimals.length > most) return { name: most ? 'priceTooFine' : 'priceWhole', values: { currency, most } };
      return null;
    },
    priceOf(form) {
      if (form.price === '') return null;
      const currency = form.currency.toUpperCase();
      const [whole, decimals = ''] = form.price.split(/[.,]/);
      return { minorUnits: Number(whole + decimals.padEnd(this.decimals(currency), '0')), currency };
    },
    async save() {
      const { isNew, id, name, site, unit, step, layout, outlets, sequence } = this.form;
      const fault = this.faultInPrice(this.form);
      if (fault) {
        this.fail(fault);
        return;
      }
      const price = this.priceOf(this.form);
      const terms = { name, site, unit, step, outlets, sequence, ...(layout && { layout }) };
      // So that a code which is bought a day ahead opens the station, and 30 an hour can be sold.
      const slots = layout === 'wide' ? { slotSeconds: 120 } : {};
      const saved = isNew
        ? await this.ask('createStation', { id, ...terms, ...slots, ...(price && { price }) })
        : await this.ask('changeStation', { station: id, ...terms, price });
      if (!saved) return;
      this.close('edit');
      this.problem = null;
      this.tell('saved', { id: saved.id });
      await this.load();
      if (isNew) this.setUp(saved);
    },
    async setUp(station) {
      this.chosen = station;
      const provisioning = await this.ask('readProvisioning', { station: station.id });
      if (!provisioning) return;
      this.provisioning = provisioning;
      this.replaced = false;
      this.textShown = false;
      this.open('setup');
    },
    /** What a new key would make void is said before it is made. */
    async askKey(station) {
      this.chosen = station;
      const page = await this.ask('listOutstanding', { station: station.id });
      if (!page) return;
      this.outstanding = page.items;
      this.open('key');
    },
    /** The file is given at once: the one made now is the one that the station needs. */
    async replaceKey() {
      const answer = await this.ask('replaceKey', { station: this.chosen.id });
      if (!answer) return;
      this.close('key');
      this.provisioning = answer.provisioning;
      this.replaced = true;
      this.textShown = false;
      this.open('setup');
      this.saveFile();
      this.load();
    },
    saveFile() {
      const { text, ...provisioning } = this.provisioning;
      const file = { ...provisioning, page: this.address };
      this.download(this.fileName, `${JSON.stringify(file, undefined, 2)}\n`, 'application/json');
    },
    rememberAddress() {
      localStorage.setItem('operator-address', this.base);
    },
    labelSvg() {
      const { size, path } = this.code;
      const text = this.chosen.id.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
      return (
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size + 5}" width="50mm">` +
        `<rect width="100%" height="100%" fill="#fff"/><path d="${path}"/>` +
        `<text x="${size / 2}" y="${size + 2}" font-family="sans-serif" font-size="5" text-anchor="middle">${text}</text></svg>`
      );
    },
    saveLabel() {
      this.download(`${this.chosen.id}.svg`, this.labelSvg(), 'image/svg+xml');
    },
    printLabel() {
      const page = window.open('', '_blank');
      if (!page) return;
      page.document.title = this.chosen.id;
      page.document.body.innerHTML = this.labelSvg();
      page.print();
    },
    services(station) {
      this.chosen = station;
      this.serviceCode = null;
      this.open('service');
    },
    async makeService(operation) {
      this.serviceCode = null;
      this.serviceCode = (await this.ask('makeServiceCode', { station: this.chosen.id, operation })) || null;
    },
    askRetire(station) {
      this.chosen = station;
      this.open('retire');
    },
    async retire() {
      this.close('retire');
      const retired = await this.ask('retireStation', { station: this.chosen.id });
      if (!retired) return;
      this.tell('retiredNow', { id: retired.id });
      this.load();
    },
  },
};
