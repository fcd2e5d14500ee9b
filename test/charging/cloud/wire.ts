import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a ledger and its PostgreSQL, and can swallow what they say. */
export class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #near = new Set<Socket>();
  #cut = false;

  constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      this.#near.add(near);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (data) => this.#cut || to.write(data));
        from.on('close', () => to.destroy());
        from.on('error', () => {});
      }
    });
  }

  async port(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as { port: number }).port;
  }

  /** Says something to the ledger that no PostgreSQL says. */
  garble(): void {
    for (const near of this.#near) near.write(Buffer.alloc(64, 0xee));
  }

  cut(): void {
    this.#cut = true;
  }

  /** Says nothing any more on the connections that there are; new ones work. */
  drop(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners('data');
      socket.resume();
    }
  }

  mend(): void {
    this.#cut = false;
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
