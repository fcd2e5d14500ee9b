import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Connections, USUAL_BOUNDS } from '../../../flows/server/connections.ts';
import { until } from '../../support/applications.ts';

const ASKED = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('the connections of a server', () => {
  let server: Server;
  let sockets: Socket[];
  let waiting: ServerResponse[];
  let connections: Connections;

  async function listen(bounds: Partial<typeof USUAL_BOUNDS>): Promise<void> {
    sockets = [];
    waiting = [];
    server = createServer();
    connections = new Connections(server, undefined, { ...USUAL_BOUNDS, ...bounds });
    server.on('request', (request, response) => {
      connections.admit(request, response, () => waiting.push(response));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  }

  async function open(): Promise<Socket> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('are answered one after the other, and end with more than so many behind the first', async () => {
    await listen({ mostWaiting: 5 });
    const patient = (await open()).resume();
    patient.write(ASKED.repeat(6));
    await until('six are there', () => [...connections.responses()].length === 6);
    assert.equal(waiting.length, 1, 'one at a time');
    const greedy = (await open()).resume();
    greedy.write(ASKED.repeat(3000));
    await until('it is ended', () => greedy.closed);
    assert.equal(patient.closed, false);
    assert.equal(waiting.length, 2);
    assert.equal([...connections.responses()].length, 6, 'nothing of it is kept');
    let heard = '';
    patient.setEncoding('utf8').on('data', (text) => {
      heard += text;
    });
    await until('all are answered', () => {
      for (const response of waiting) if (!response.writableEnded) response.end();
      return heard.match(/HTTP\/1\.1 200 /g)?.length === 6;
    });
  });

  it('have so many answers waiting on all of them', async () => {
    await listen({ mostWaitingInAll: 6 });
    const [one, other] = [(await open()).resume(), (await open()).resume()];
    one.write(ASKED.repeat(5));
    await until('five are there', () => [...connections.responses()].length === 5);
    other.write(ASKED.repeat(4));
    await until('it is ended', () => other.closed);
    await until('all are answered', () => {
      for (const response of waiting) if (!response.writableEnded) response.end();
      return [...connections.responses()].length === 0;
    });
    const third = (await open()).resume();
    third.write(ASKED.repeat(5));
    await until('there is room again', () => [...connections.responses()].length === 5);
  });

  it('end when a client takes no byte of its answer', async () => {
    await listen({ unreadMs: 1500 });
    const deaf = (await open()).pause();
    deaf.write(ASKED);
    const reader = await open();
    reader.write(ASKED);
    await until('both are under way', () => waiting.length === 2);
    const [first, second] = waiting as [ServerResponse, ServerResponse];
    const large = Buffer.alloc(12 * 1024 * 1024, 'x');
    first.end(large);
    second.end(large);
    let read = 0;
    reader.on('data', (piece) => {
      read += piece.length;
    });
    await until('the deaf one is ended', () => first.closed, 20_000);
    assert.equal(first.writableFinished, false);
    await until('the other has all', () => read >= large.length, 60_000);
    assert.equal(second.writableFinished, true);
  }).timeout(90_000);

  it('make room for a new one where nothing is asked, the oldest first', async () => {
    await listen({ most: 4 });
    const [oldest, ...others] = [await open(), await open(), await open(), await open()];
    for (const socket of [oldest!, ...others]) socket.resume();
    oldest!.write(ASKED);
    await until('it is under way', () => waiting.length === 1);
    (await open()).resume();
    await until('one is ended', () => others[0]!.closed);
    assert.deepEqual([oldest!.closed, others[1]!.closed, others[2]!.closed], [false, false, false]);
  });
});
