import { EventEmitter } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { Server, type Socket } from 'socket.io';
import { MOST_QUEUED, OutgoingQueue } from './outgoing-queue.js';
import { RawWebSocket } from './testing/raw-websocket.js';

/** A socket whose transport takes what it was given when it is told to. */
class StubSocket {
  readonly conn = new EventEmitter();
  readonly emitted: string[] = [];

  emit(event: string): void {
    this.emitted.push(event);
  }

  drain(): void {
    this.conn.emit('drain');
  }
}

interface Frame {
  readonly event: string;
  readonly size: number;
}

function queueOver(socket: StubSocket, full: () => void): OutgoingQueue<Frame> {
  return new OutgoingQueue(socket.conn, ({ event }) => socket.emit(event), full);
}

const HALF = MOST_QUEUED / 2;

describe('the queue of what goes out to a client', () => {
  let socket: StubSocket;
  let givenUp: number;
  let queue: OutgoingQueue<Frame>;
  beforeEach(() => {
    socket = new StubSocket();
    givenUp = 0;
    queue = queueOver(socket, () => (givenUp += 1));
  });

  it('passes on what is durable at once, in its order', () => {
    for (const event of ['a', 'b', 'c']) queue.push({ event, size: 10 });
    expect(socket.emitted).toEqual(['a', 'b', 'c']);
    expect(queue.queued).toBe(30);
  });

  it('gives a client up once when more waits than it may, and tells it nothing more', () => {
    queue.push({ event: 'a', size: MOST_QUEUED });
    expect(givenUp).toBe(0);
    queue.whenRoom(() => socket.emit('never'));
    queue.push({ event: 'b', size: 1 });
    queue.push({ event: 'c', size: 1 });
    queue.pass({ event: 'd', size: 1 }, 'd');
    queue.answer(1, () => socket.emit('e'));
    socket.drain();
    queue.push({ event: 'f', size: 1 });
    expect([socket.emitted, givenUp]).toEqual([['a'], 1]);
  });

  it('takes one thing that is larger than all that may wait, if nothing else does', () => {
    queue.push({ event: 'large', size: 3 * MOST_QUEUED });
    expect([socket.emitted, givenUp]).toEqual([['large'], 0]);
    queue.push({ event: 'small', size: 1 });
    expect(givenUp).toBe(1);
  });

  it('counts what it answers like what it pushes', () => {
    queue.answer(HALF, () => socket.emit('answer'));
    expect([socket.emitted, queue.hasRoom]).toEqual([['answer'], false]);
    queue.answer(HALF, () => socket.emit('answer'));
    queue.answer(1, () => socket.emit('never'));
    expect([socket.emitted.length, givenUp]).toEqual([2, 1]);
  });

  it('has room again when the transport has taken what waited, and says so once', () => {
    let said = 0;
    queue.push({ event: 'a', size: HALF });
    expect(queue.hasRoom).toBe(false);
    queue.whenRoom(() => (said += 1));
    socket.drain();
    socket.drain();
    expect([queue.hasRoom, queue.queued, said]).toEqual([true, 0, 1]);
  });

  it('keeps the latest of each name of what passes until there is room, and drops what has no name', () => {
    queue.push({ event: 'full', size: HALF });
    queue.pass({ event: 'typing 1', size: 10 }, 'anna types');
    queue.pass({ event: 'stroke', size: 10 });
    queue.pass({ event: 'presence', size: 10 }, 'ben');
    queue.pass({ event: 'typing 2', size: 10 }, 'anna types');
    queue.push({ event: 'durable', size: 10 });
    expect(socket.emitted).toEqual(['full', 'durable']);
    socket.drain();
    expect(socket.emitted).toEqual(['full', 'durable', 'typing 2', 'presence']);
    queue.pass({ event: 'typing 3', size: 10 }, 'anna types');
    expect(socket.emitted.at(-1)).toBe('typing 3');
  });

  it('keeps no more names than it may, nor sends more of them than there is room for', () => {
    queue.push({ event: 'full', size: HALF });
    for (let n = 0; n < 10_000; n++) queue.pass({ event: `passing ${n}`, size: HALF / 100 }, `name ${n}`);
    socket.drain();
    expect(socket.emitted).toHaveLength(101);
    for (let times = 0; times < 10; times++) socket.drain();
    expect([socket.emitted.length, givenUp]).toEqual([257, 0]);
  });

  it('never holds up, reorders or gives up what is durable for what passes', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), size: fc.nat({ max: 40_000 }) }),
      fc.record({
        kind: fc.constant('pass' as const),
        size: fc.nat({ max: 400_000 }),
        name: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
      }),
      fc.record({ kind: fc.constant('drain' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const one = new StubSocket();
        let isGivenUp = false;
        const tested = queueOver(one, () => (isGivenUp = true));
        const pushed: string[] = [];
        // What is durable alone, without anything that passes.
        let waiting = 0;
        for (const [n, what] of steps.entries()) {
          if (what.kind === 'drain') {
            waiting = 0;
            one.drain();
          } else if (what.kind === 'pass')
            tested.pass(
              { event: `passing ${n}`, size: what.size },
              what.name === undefined ? undefined : String(what.name),
            );
          else {
            tested.push({ event: `durable ${n}`, size: what.size });
            waiting += what.size;
            if (!isGivenUp) pushed.push(`durable ${n}`);
          }
          const durable = one.emitted.filter((event) => event.startsWith('durable'));
          expect(durable).toEqual(pushed);
          expect(tested.queued).toBeLessThanOrEqual(MOST_QUEUED);
          // What passes takes the first half at most, and what it took last may lie over that.
          if (isGivenUp) expect(waiting).toBeGreaterThan(MOST_QUEUED - HALF - 400_000);
          if (isGivenUp) return;
        }
      }),
    );
  });
});

describe('the queue before a client that never reads', () => {
  let http: HttpServer;
  let server: Server;
  let held: NetSocket;
  beforeEach(async () => {
    http = createServer();
    server = new Server(http, { destroyUpgrade: false });
    http.on('connection', (socket: NetSocket) => (held = socket));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    held.destroy();
    await server.close();
  });

  it('holds its bytes and one batch of the transport, and none when it has been given up', async () => {
    const connected = new Promise<Socket>((resolve) => server.on('connection', resolve));
    const raw = new RawWebSocket((http.address() as AddressInfo).port);
    await raw.hear('"sid"');
    raw.send('40');
    await raw.hear('40{');
    raw.socket.pause();
    const socket = await connected;
    let isGivenUp = false;
    const text = 'x'.repeat(20_000);
    const send = ({ event }: Frame): unknown => socket.emit(event, { text });
    const queue = new OutgoingQueue<Frame>(socket.conn, send, () => {
      isGivenUp = true;
      socket.conn.close(true);
    });
    const waiting = (): number => {
      const { writeBuffer } = socket.conn as unknown as { writeBuffer: { data?: string }[] };
      return held.writableLength + writeBuffer.reduce((sum, { data = '' }) => sum + data.length, 0);
    };
    let most = 0;
    for (let pushed = 0; !isGivenUp && pushed < 5_000; pushed++) {
      queue.push({ event: 'message.created', size: 20_020 });
      // The transport and the kernel take what they take.
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, waiting());
    }
    expect(isGivenUp).toBe(true);
    expect(most).toBeGreaterThan(MOST_QUEUED);
    expect(most).toBeLessThan(2.1 * MOST_QUEUED);
    const closed = new Promise((resolve) => held.once('close', resolve));
    held.destroy();
    await closed;
    expect(waiting()).toBe(0);
    raw.socket.destroy();
  });
});
