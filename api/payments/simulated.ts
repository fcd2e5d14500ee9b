// A bank that moves no money, for trying out. Its pages stand on this machine alone, so that nobody else can "pay" there, and it
// is chosen by name. What it forgets when it is started again nobody misses: pages of before are gone, refunds are paid at once.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RefundOrder } from '../../charging/cloud/payment-types.ts';
import { decimalText } from '../../charging/cloud/statement.ts';
import { escaped } from './html.ts';
import { NotGenuine, type Order, type Provider, type Told } from './provider.ts';

export interface SimulatedSettings {
  /** Where its pages are: `http://127.0.0.1:1882` unless given; the port only. */
  readonly address: string;
  readonly tell: (told: Told) => Promise<void>;
  /** In words, for the log. */
  readonly say: (line: string) => void;
}

interface Page {
  readonly order: Order;
  readonly paid: Extract<Told, { what: 'paid' }>[];
  closed: boolean;
}
type Act = 'pay' | 'less';

const HOST = '127.0.0.1';
const USUAL_PORT = 1882;

const WORDS = {
  en: {
    title: 'A bank to try out',
    tip: 'No money is moved here.',
    pay: 'Pay {sum}',
    less: 'Pay too little: {sum}',
    again: 'Pay once more: {sum}',
    paid: 'Paid: {sum}',
    closed: 'Nobody can pay here any more.',
    gone: 'This bank was started again and has forgotten this page. Cancel the order and make another one.',
    back: 'Back',
  },
  'zh-CN': {
    title: '试用银行',
    tip: '这里不会产生真实资金往来。',
    pay: '支付 {sum}',
    less: '少付：{sum}',
    again: '再付一次：{sum}',
    paid: '已支付：{sum}',
    closed: '此处已无法再付款。',
    gone: '试用银行已重新启动，此页面已失效。请取消订单后重新下单。',
    back: '返回',
  },
} as const;
type Words = (typeof WORDS)['en' | 'zh-CN'];

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:2rem auto;padding:0 1rem}button{font:inherit;padding:.6rem 1rem;' +
  'margin:.3rem 0;width:100%}';

/** @returns the provider, once it listens */
export async function simulatedProvider({ address, tell, say }: SimulatedSettings): Promise<Provider> {
  const pages = new Map<string, Page>();
  const server = createServer((request, response) => {
    answer(pages, tell, request, response).catch((error: Error) => {
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(error.message);
    });
  });
  await listen(server, address);
  server.unref();
  const at = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  say(`Payments are simulated: no money is taken. The page to pay is at ${at}, on this machine alone.`);
  return {
    name: 'simulated',
    open: async (order) => {
      if (!pages.has(order.request)) pages.set(order.request, { order, paid: [], closed: false });
      return { reference: order.request, url: `${at}/${order.request}` };
    },
    look: async (reference, over) => {
      const page = pages.get(reference);
      if (page && over) page.closed = true;
      const told = page?.paid ?? [];
      return { told, open: page !== undefined && !over && told.length === 0 };
    },
    refund: async ({ key }: RefundOrder) => ({ state: 'paid', reference: `simulated-${key}` }),
    read: async () => {
      throw new NotGenuine('The simulated bank calls nobody.');
    },
    paid: async () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** On the usual port, or where that is taken on any. */
async function listen(server: Server, address: string): Promise<void> {
  const given = URL.canParse(address) ? Number(new URL(address).port) : USUAL_PORT;
  const on = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, HOST, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  await on(given).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return on(0);
  });
}

async function answer(
  pages: ReadonlyMap<string, Page>,
  tell: SimulatedSettings['tell'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://bank');
  const [, reference = '', act = ''] = /^\/([0-9a-f]{32})(?:\/(pay|less))?$/.exec(pathname) ?? [];
  const words = WORDS[/^zh/i.test(request.headers['accept-language'] ?? '') ? 'zh-CN' : 'en'];
  const page = pages.get(reference);
  if (!page) return html(response, 404, [escaped(words.gone)], words);
  const posted = request.method === 'POST';
  if (posted && page.closed) return html(response, 410, [escaped(words.closed)], words);
  if (posted) {
    await pay(page, (act || 'pay') as Act, tell);
    // Browsers go back to where the customer came from.
    if (/text\/html/.test(request.headers.accept ?? '')) {
      response.writeHead(303, { location: page.order.returnTo }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ paid: page.paid.length }));
    return;
  }
  html(response, 200, shown(page, words), words);
}

async function pay({ order, paid }: Page, act: Act, tell: SimulatedSettings['tell']): Promise<void> {
  const { request, price } = order;
  const amount = act === 'less' ? { ...price, minorUnits: price.minorUnits - 1 } : price;
  const told = { what: 'paid', request, payment: `simulated-${request}-${paid.length + 1}`, amount } as const;
  paid.push(told);
  await tell(told);
}

function shown({ order, paid, closed }: Page, words: Words): string[] {
  const { price } = order;
  const sum = (minorUnits: number) => `${decimalText({ ...price, minorUnits })} ${price.currency}`;
  const button = (act: Act, text: string, minorUnits: number) =>
    `<form method="post" action="/${order.request}/${act}"><button>${escaped(text.replace('{sum}', sum(minorUnits)))}</button></form>`;
  const due = price.minorUnits;
  return [
    `<p>${escaped(order.description)}</p>`,
    ...paid.map(({ amount }) => `<p>${escaped(words.paid.replace('{sum}', sum(amount.minorUnits)))}</p>`),
    ...(closed
      ? [`<p>${escaped(words.closed)}</p>`]
      : [button('pay', paid.length > 0 ? words.again : words.pay, due), button('less', words.less, due - 1)]),
    `<p><a href="${escaped(order.returnTo)}">${escaped(words.back)}</a></p>`,
  ];
}

function html(response: ServerResponse, status: number, parts: readonly string[], words: Words): void {
  const language = words === WORDS.en ? 'en' : 'zh-CN';
  const security = {
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'cache-control': 'no-store',
  };
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...security });
  response.end(
    `<!doctype html><html lang="${language}"><meta name="viewport" content="width=device-width, initial-scale=1">` +
      `<title>${escaped(words.title)}</title><style>${STYLE}</style><h1>${escaped(words.title)}</h1>` +
      `<p><b>${escaped(words.tip)}</b></p>${parts.join('')}</html>`,
  );
}
