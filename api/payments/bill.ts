// The bill of a purchase, as a page that is printed or mailed: who sold what for how much, its tax, and what went back.
import type { ChargingRequest, Money, RefundState, Reservation } from '../../charging/cloud/ledger.ts';
import { decimalText, localTime, vatOf } from '../../charging/cloud/statement.ts';
import { escaped, linesOf, linked } from './html.ts';
import type { Seller } from './seller.ts';

type BillLanguage = Seller['language'];

const WORDS = {
  en: {
    title: 'Receipt for your payment',
    number: 'Number',
    date: 'Date',
    seller: 'Sold by',
    taxNumber: 'Tax number',
    station: 'Charging station',
    sold: 'Charging',
    total: 'Paid',
    net: 'Net',
    vat: 'VAT {percent} %',
    refunds: 'Given back',
    left: 'Remains paid',
    due: 'is on its way',
    sent: 'is on its way',
    failed: 'is tried again',
    paid: 'was paid',
    terms: 'Terms',
    print: 'Print with your browser’s menu.',
    unpaid: 'Nothing was paid.',
  },
  'zh-CN': {
    title: '付款收据',
    number: '编号',
    date: '日期',
    seller: '销售方',
    taxNumber: '税号',
    station: '充电桩',
    sold: '充电',
    total: '已付款',
    net: '不含税',
    vat: '增值税 {percent}%',
    refunds: '退款',
    left: '实付',
    due: '退款中',
    sent: '退款中',
    failed: '将再次尝试退款',
    paid: '已退款',
    terms: '条款',
    print: '请用浏览器菜单打印。',
    unpaid: '没有付款。',
  },
} as const satisfies Record<BillLanguage, Record<RefundState, string> & Record<string, string>>;

/** Nothing but what stands in it: a mail program and a printer need no more. */
const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:2em auto;padding:0 1em;color:#111;background:#fff}' +
  'table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3em 0;border-bottom:1px solid #ccc;' +
  'vertical-align:top}td:last-child{text-align:right}.small{color:#555;font-size:.85em}@media print{.screen{display:none}}';

/** As headers of the page: nothing is loaded and nothing runs. */
export const BILL_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** The page; `language` unless the seller's own. */
export function billOf(bought: ChargingRequest | Reservation, seller: Seller, language = seller.language): string {
  const words = WORDS[language];
  const { id, station, amount, unit, price, refunds = [] } = bought;
  const at = 'code' in bought ? bought.issuedAt : bought.paidAt;
  const rows: (readonly [string, string])[] = [
    [words.number, id],
    [words.station, station],
  ];
  if (seller.taxNumber !== '') rows.push([words.taxNumber, seller.taxNumber]);
  if (at) rows.push([words.date, `${localTime(Date.parse(at), seller.timeZone)} (${seller.timeZone})`]);
  rows.push([words.sold, unit === 'Wh' ? `${amount / 1000} kWh` : `${amount} min`]);
  if (price && at) rows.push(...sums(price, seller.vatPercent, language));
  else rows.push([words.total, words.unpaid]);
  for (const refund of refunds) rows.push([words.refunds, `${moneyText(refund.amount)} · ${words[refund.state]}`]);
  if (price && at && refunds.length > 0)
    rows.push([
      words.left,
      moneyText(
        less(
          price,
          refunds.map((refund) => refund.amount),
        ),
      ),
    ]);
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(words.title)} ${escaped(id.slice(0, 8))}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${escaped(words.title)}</h1>`,
    `<p><b>${escaped(seller.name)}</b><br>${linesOf(seller.address).join('<br>')}</p>`,
    `<table>${rows.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('')}</table>`,
    seller.terms === '' ? '' : `<p class="small">${escaped(words.terms)}: ${linked(seller.terms)}</p>`,
    `<p class="small screen">${escaped(words.print)}</p></main></body></html>`,
  ].join('');
}

function sums(price: Money, percent: number, language: BillLanguage): (readonly [string, string])[] {
  const words = WORDS[language];
  const total = [words.total, moneyText(price)] as const;
  if (percent === 0) return [total];
  const vat = vatOf(price.minorUnits, percent);
  return [
    [words.net, moneyText({ ...price, minorUnits: price.minorUnits - vat })],
    [words.vat.replace('{percent}', String(percent)), moneyText({ ...price, minorUnits: vat })],
    total,
  ];
}

const less = (price: Money, back: readonly Money[]): Money => ({
  ...price,
  minorUnits: back.reduce((left, { minorUnits }) => left - minorUnits, price.minorUnits),
});

const moneyText = (money: Money) => `${decimalText(money)} ${money.currency}`;
