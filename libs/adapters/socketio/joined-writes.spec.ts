import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Server, type Socket } from 'socket.io';
import { JoinedWrites } from './joined-writes.js';
import { packetOf, sendPacket } from './packets.js';
import { RawWebSocket } from './testing/raw-websocket.js';

/** RFC 6455, 5.5.1: as the server says goodbye. */
const CLOSE_FRAME = '\x88';
const text = (of: string) => ({ event: 'said', payload: { of }, json: JSON.stringify({ of }), size: 20 });

describe('what one turn writes to a connection', () => {
  let io: Server;
  let port: number;
  const raws: RawWebSocket[] = [];
  beforeEach(async () => {
    const http = createServer();
    io = new Server(http);
    const writes = new JoinedWrites(2);
    io.engine.on('connection', (connection: Socket['conn']) => writes.join(connection));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ({ port } = http.address() as AddressInfo);
  });
  afterEach(async () => {
    // It keeps to no rule, and would not hang up in its turn.
    for (const raw of raws.splice(0)) raw.socket.destroy();
    await io.close();
  });

  const connected = async (): Promise<{ readonly socket: Socket; readonly raw: RawWebSocket }> => {
    const raw = new RawWebSocket(port);
    raws.push(raw);
    await raw.hear('"sid"');
    const connection = once(io, 'connection') as Promise<[Socket]>;
    raw.send('40');
    const [socket] = await connection;
    await raw.hear('40{');
    return { socket, raw };
  };
  const tcpOf = (socket: Socket): TcpSocket =>
    (socket.conn.transport as unknown as { socket: { _socket: TcpSocket } }).socket._socket;

  it('leaves in one piece and in its order, whether encoded before or not', async () => {
    const { socket, raw } = await connected();
    const tcp = tcpOf(socket);
    const pieces: string[] = [];
    const { write } = tcp;
    tcp.write = ((piece: Uint8Array, ...others: never[]) => {
      pieces.push(Buffer.from(piece).toString('latin1'));
      return write.call(tcp, piece, ...others);
    }) as typeof tcp.write;
    socket.emit('said', { of: 'one' });
    sendPacket(socket.conn, packetOf(text('é'.repeat(200)), '/'));
    sendPacket(socket.conn, packetOf(text('x'.repeat(70_000)), '/'));
    socket.emit('said', { of: 'four' });
    await raw.hear('four');
    const events = pieces.map((piece) => piece.split('42[').length - 1).filter((count) => count > 0);
    // The third is more than is held: all up to it leaves at once.
    expect(events).toEqual([3, 1]);
    const joined = pieces.find((piece) => piece.includes('one')) ?? '';
    expect(joined.indexOf('one')).toBeLessThan(joined.indexOf('x'.repeat(70_000)));
  });

  it('leaves for a few connections, and for the others when everything else had its turn', async () => {
    const all = [await connected(), await connected(), await connected()];
    const bytes = (): number[] => all.map(({ socket }) => tcpOf(socket).bytesWritten);
    const before = bytes();
    for (const { socket } of all) sendPacket(socket.conn, packetOf(text('all'), '/'));
    await new Promise((resolve) => process.nextTick(resolve));
    const first = bytes().map((now, at) => now > (before[at] ?? 0));
    for (const { raw } of all) await raw.hear('42["said",{"of":"all"}]');
    expect(first).toEqual([true, true, false]);
  });

  it('leaves before the connection is closed in the same turn', async () => {
    const { socket, raw } = await connected();
    socket.emit('said', { of: 'farewell' });
    socket.disconnect(true);
    await raw.hear('farewell');
    await raw.hear(CLOSE_FRAME);
  });

  it('comes one by one to a client that polls', async () => {
    const url = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(url)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const connection = once(io, 'connection') as Promise<[Socket]>;
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '40' });
    const [socket] = await connection;
    socket.emit('said', { of: 'one' });
    sendPacket(socket.conn, packetOf(text('two'), '/'));
    let heard = '';
    while (!heard.includes('two')) heard += await (await fetch(`${url}&sid=${sid}`)).text();
    expect(heard).toMatch(/42\["said",\{"of":"one"\}\]\x1e42\["said",\{"of":"two"\}\]/);
  });
});
