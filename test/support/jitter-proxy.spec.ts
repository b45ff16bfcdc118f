import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Mishap, MISHAPS, seededPlan } from './jitter-plan.js';
import { JitterProxy } from './jitter-proxy.js';
import { until } from './until.js';

/** What one end of a connection has seen. */
interface End {
  readonly socket: Socket;
  heard: string;
  isOver: boolean;
}

function watched(socket: Socket): End {
  const end: End = { socket, heard: '', isOver: false };
  socket.on('data', (bytes) => (end.heard += bytes.toString()));
  socket.on('error', () => {});
  socket.on('close', () => (end.isOver = true));
  return end;
}

describe('the jitter proxy', () => {
  let server: Server;
  let served: End[];
  let proxy: JitterProxy;

  beforeEach(async () => {
    served = [];
    server = createServer((socket) => void served.push(watched(socket)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await JitterProxy.start((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    for (const { socket } of served) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const dial = async (): Promise<{ readonly client: End; readonly served: End }> => {
    const before = served.length;
    const client = watched(connect(proxy.port, '127.0.0.1'));
    return { client, served: await until(() => served[before]) };
  };
  const heard = (end: End, text: string): Promise<true> =>
    until(() => (end.heard === text ? (true as const) : undefined));
  const over = (end: End): Promise<true> => until(() => (end.isOver ? (true as const) : undefined));
  /** Whatever was on its way is there: another connection has brought a word there and back. */
  const sentinel = async (): Promise<void> => {
    const other = await dial();
    other.client.socket.write('ping');
    await heard(other.served, 'ping');
    other.served.socket.write('pong');
    await heard(other.client, 'pong');
    other.client.socket.destroy();
    await over(other.served);
  };

  it('passes everything on in its order, both ways, slowly where it is to', async () => {
    proxy.follow(() => ({ delayMs: () => 3 }));
    const { client, served: there } = await dial();
    for (const letter of 'abcdef') client.socket.write(letter);
    there.socket.write('x'.repeat(300_000));
    await heard(there, 'abcdef');
    await heard(client, 'x'.repeat(300_000));
    client.socket.end();
    await over(there);
    await over(client);
    await until(() => (proxy.open === 0 ? true : undefined));
    expect(proxy.mishaps).toBe(0);
  });

  it.each<Mishap>(['reset', 'end', 'cut'])('ends both sides by %s, after so many bytes', async (mishap) => {
    proxy.follow(() => ({ fate: { mishap, afterBytes: 10, heldMs: 0 }, delayMs: () => 0 }));
    const { client, served: there } = await dial();
    client.socket.write('12345');
    await heard(there, '12345');
    client.socket.write('67890abc');
    await Promise.all([over(client), over(there)]);
    expect(there.heard).toBe(mishap === 'cut' ? '123456789' : '12345');
    expect(proxy.met[mishap]).toBe(1);
  });

  it('passes nothing on that is half-open, and tells nobody until it is let go', async () => {
    const { client, served: there } = await dial();
    proxy.strike('stall');
    client.socket.write('hello?');
    there.socket.write('anybody?');
    await sentinel();
    expect([client, there].map((end) => [end.heard, end.isOver])).toEqual([
      ['', false],
      ['', false],
    ]);
    proxy.calm();
    await Promise.all([over(client), over(there)]);
    expect([client.heard, there.heard]).toEqual(['', '']);
  });

  it('brings on what a client says who hears nothing any more', async () => {
    const { client, served: there } = await dial();
    proxy.strike('deaf');
    client.socket.write('hello?');
    await heard(there, 'hello?');
    there.socket.write('hello!');
    await sentinel();
    expect([client.heard, client.isOver, there.isOver]).toEqual(['', false, false]);
    proxy.calm();
    await Promise.all([over(client), over(there)]);
    expect(client.heard).toBe('');
  });

  it('keeps the end of the server when the client is cut off as a ghost', async () => {
    const { client, served: there } = await dial();
    proxy.strike('ghost');
    await over(client);
    await sentinel();
    expect(there.isOver).toBe(false);
    proxy.calm();
    await over(there);
  });

  it('reads for nobody who does not read', async () => {
    const { client, served: there } = await dial();
    client.socket.pause();
    there.socket.write(Buffer.alloc(64 * 1024 * 1024));
    await sentinel();
    // The kernels of four ends hold some megabytes; the proxy holds none of the rest.
    expect(there.socket.writableLength).toBeGreaterThan(16 * 1024 * 1024);
  });

  it('strikes by time where it is to', async () => {
    proxy.follow(() => ({ fate: { mishap: 'reset', afterMs: 1, heldMs: 0 }, delayMs: () => 0 }));
    await over(watched(connect(proxy.port, '127.0.0.1')));
    expect(proxy.met.reset).toBe(1);
  });
});

describe('a plan of jitter', () => {
  const options = { most: 200, afterBytes: [100, 5_000], afterMs: [1_000, 3_000], slowMs: 20 } as const;
  const fates = (seed: number, count = 250) =>
    Array.from({ length: count }, (_, connection) => seededPlan(seed, options)(connection).fate);

  it('follows from its seed', () => {
    expect(fates(7)).toEqual(fates(7));
    expect(fates(8)).not.toEqual(fates(7));
  });

  it('has so many mishaps, of every kind, and then none', () => {
    const all = fates(7);
    expect(all.filter((fate) => fate !== undefined)).toHaveLength(200);
    expect(all.slice(200)).toEqual(Array(50).fill(undefined));
    expect(new Set(all.slice(0, 200).map((fate) => fate?.mishap))).toEqual(new Set(MISHAPS));
    for (const fate of all.slice(0, 200)) {
      expect(fate?.afterBytes).toBeGreaterThanOrEqual(100);
      expect(fate?.afterBytes).toBeLessThanOrEqual(5_000);
      expect(fate?.afterMs).toBeGreaterThanOrEqual(1_000);
      expect(fate?.afterMs).toBeLessThanOrEqual(3_000);
    }
  });

  it('has some slow connections', () => {
    const plans = Array.from({ length: 60 }, (_, connection) => seededPlan(7, options)(connection));
    const slow = plans.filter(({ delayMs }) => delayMs() > 0);
    expect(slow.length).toBeGreaterThan(5);
    expect(slow.length).toBeLessThan(40);
  });
});
