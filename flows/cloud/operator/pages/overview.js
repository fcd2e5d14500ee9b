export default {
  data() {
    return { title: 'overview', days: 30, figures: null, outstanding: null };
  },
  computed: {
    /** One chart for each unit sold and each currency taken. */
    charts() {
      const charts = [];
      const units = [...new Set(this.figures.days.map((day) => day.unit))];
      for (const unit of units) {
        const write = (value) => this.amount(value, unit);
        const days = this.figures.days.filter((day) => day.unit === unit);
        charts.push(this.chart(unit, this.say(`sold-${unit}`), days, 'amount', 'unused', write));
      }
      const currencies = [...new Set(this.figures.days.map((day) => day.currency))].filter(Boolean);
      for (const currency of currencies) {
        const write = (minorUnits) => this.money({ minorUnits, currency });
        const days = this.figures.days.filter((day) => day.currency === currency);
        charts.push(this.chart(currency, this.say('taken', { currency }), days, 'money', 'refunded', write));
      }
      return charts;
    },
  },
  mounted() {
    this.begin('overview');
    this.load();
  },
  unmounted() {
    this.end();
  },
  methods: {
    async load() {
      const figures = await this.ask('readStatistics', { days: this.days, quick: true });
      if (!figures) return;
      this.figures = figures;
      // Counted in the codes themselves: the page does not wait for it.
      if (this.outstanding !== null) return;
      const counted = await this.ask('readStatistics', { days: 1 });
      if (counted) this.outstanding = counted.outstanding;
    },
    total(name) {
      return this.figures.days.reduce((sum, day) => sum + day[name], 0);
    },
    /** Bars for each day of the span, those without sales included; what was given back lies on top of what was kept. */
    chart(key, title, figures, name, backName, write) {
      const byDay = {};
      for (const figure of figures) {
        const day = byDay[figure.day] || { sold: 0, back: 0 };
        byDay[figure.day] = { sold: day.sold + figure[name], back: day.back + figure[backName] };
      }
      const today = Date.parse(new Date().toISOString().slice(0, 10));
      const rows = Array.from({ length: this.days }, (_, index) => {
        const day = new Date(today - (this.days - 1 - index) * 86400000).toISOString().slice(0, 10);
        return { day, ...(byDay[day] || { sold: 0, back: 0 }) };
      });
      const most = Math.max(...rows.map((row) => row.sold));
      const scale = 170 / (most || 1);
      const width = 600 / this.days;
      const bars = rows.map((row, index) => {
        const back = Math.min(row.back, row.sold) * scale;
        const height = row.sold * scale - back;
        return { x: index * width + width * 0.1, width: width * 0.8, top: 179 - height - back, back, height };
      });
      const sum = (part) => rows.reduce((total, row) => total + row[part], 0);
      const shown = rows.filter((row) => row.sold || row.back).reverse();
      return {
        key,
        title,
        bars,
        most: write(most),
        first: rows[0].day,
        last: rows[rows.length - 1].day,
        sum: this.say('sum', { sold: write(sum('sold')), back: write(sum('back')) }),
        rows: shown.map((row) => ({ day: row.day, sold: write(row.sold), back: write(row.back) })),
      };
    },
    /** What of an anomaly stands out most. */
    reason(station) {
      const issued = Math.max(1, station.issued);
      const shares = [
        ['whySynchronizations', station.synchronizations / issued],
        ['whyRefunds', station.settled / issued],
        ['whyWrongReceipts', station.wrongReceipts / issued],
      ];
      shares.sort((one, other) => other[1] - one[1]);
      return this.say(shares[0][0]);
    },
  },
};
