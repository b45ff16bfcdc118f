import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Connections } from './connections.js';

describe('Connections that drain', () => {
  const server = createServer();
  const connections = new Connections();
  beforeEach(async () => {
    connections.watch(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => void server.close());

  it('leave those alone that have become something else, whose door has last words for them', async () => {
    const theirs: Socket[] = [];
    const take = (_: unknown, socket: Socket): void => {
      theirs.push(socket);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
    };
    server.on('upgrade', take);
    const { port } = server.address() as AddressInfo;
    const headers = { connection: 'Upgrade', upgrade: 'test' };
    const asked = request({ host: '127.0.0.1', port, headers }).end();
    const [, client] = (await once(asked, 'upgrade')) as [unknown, Socket];
    connections.drain();
    for (const socket of theirs) socket.end('come again');
    const [said] = (await once(client, 'data')) as [Buffer];
    expect(said.toString()).toBe('come again');
    client.destroy();
    server.removeListener('upgrade', take);
    // Nobody takes them any more, and Node is to know that.
    expect(server.listenerCount('upgrade')).toBe(0);
  });
});
