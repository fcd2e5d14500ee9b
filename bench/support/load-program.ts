// The load generator's process: so many connections, each with one request under way, until the time is over. On bare
// sockets, because on a machine with few processors every cycle here is one that the server lacks.
import { connect, type Socket } from 'node:net';

export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly milliseconds: number;
  /** Whether each request carries an `Idempotency-Key` of its own. */
  readonly idempotencyKeys: boolean;
}

export interface LoadReport {
  readonly milliseconds: number;
  readonly latencies: readonly number[];
  /** By status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The `id` of each 201 that has one. */
  readonly ids: readonly string[];
  /** The first answer that was neither 200 nor 201. */
  readonly odd: string | undefined;
}

const HEAD_END = Buffer.from('\r\n\r\n');
let requests = 0;

function run(order: LoadOrder): Promise<LoadReport> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const ids: string[] = [];
  let odd: string | undefined;
  const start = performance.now();
  const until = start + order.milliseconds;
  const head = [
    `POST ${order.path} HTTP/1.1`,
    `Host: 127.0.0.1:${order.port}`,
    'Content-Type: application/json',
    ...Object.entries(order.headers).map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n');
  const texts = order.bodies.map((body) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);

  const next = () => {
    const index = requests++;
    const key = order.idempotencyKeys ? `Idempotency-Key: ${process.pid}-${index}\r\n` : '';
    return `${head}\r\n${key}${texts[index % texts.length]}`;
  };

  const answered = (status: string, body: string, ms: number) => {
    latencies.push(ms);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === '201') {
      const { id } = JSON.parse(body) as { id?: string };
      if (id !== undefined) ids.push(id);
    } else if (status !== '200') odd ??= `${status} ${body}`;
  };

  const customer = () =>
    new Promise<void>((resolve, reject) => {
      const socket: Socket = connect(order.port, '127.0.0.1');
      socket.setNoDelay(true);
      let sentAt = 0;
      let got = Buffer.alloc(0);
      const ask = () => {
        if (performance.now() >= until) {
          socket.end();
          resolve();
          return;
        }
        sentAt = performance.now();
        socket.write(next());
      };
      socket.once('connect', ask);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the server closed the connection')));
      socket.on('data', (piece) => {
        got = got.length === 0 ? piece : Buffer.concat([got, piece]);
        const headEnd = got.indexOf(HEAD_END);
        if (headEnd < 0) return;
        const text = got.toString('latin1', 0, headEnd);
        const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
        if (length === undefined) {
          reject(new Error(`an answer without Content-Length:\n${text}`));
          return;
        }
        const end = headEnd + HEAD_END.length + Number(length);
        if (got.length < end) return;
        answered(text.slice(9, 12), got.toString('utf8', headEnd + HEAD_END.length, end), performance.now() - sentAt);
        got = got.subarray(end);
        ask();
      });
    });

  return Promise.all(Array.from({ length: order.connections }, customer)).then(() => ({
    milliseconds: performance.now() - start,
    latencies,
    statuses,
    ids,
    odd,
  }));
}

process.on('message', (order: LoadOrder) => {
  run(order).then(
    (report) => process.send!({ report }),
    (error: Error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
