import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { Server, type Socket } from 'socket.io';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import type { Lag } from '../kit/lag-probe.js';
import { watchOwnLag } from '../kit/own-lag.js';

export interface BareSocketsOrders {
  /** Keeps sessions and packets of those who are cut off, as socket.io does it. */
  readonly recovery?: boolean;
}

/** What it answers whenever it is asked, by a line on stdin; and at last. */
export interface BareSocketsReport {
  readonly lag: Lag;
}

interface Sent {
  readonly to: string;
  readonly clientMessageId: string;
  readonly text: string;
}

type Ack = ((answer: object) => void) | undefined;

/**
 * As little as a chat can cost: socket.io passes messages on to who is connected. Nobody is asked who they are, nothing is
 * looked at and nothing is kept; whoever is not there has missed it.
 */
class BareSockets {
  readonly #io: Server;
  readonly #users = new Map<string, Socket>();
  readonly #seqs = new Map<string, number>();
  #lag: (() => Lag) | undefined;

  constructor(io: Server) {
    this.#io = io;
    io.on('connection', (socket) => this.#open(socket));
  }

  /** Since it was asked last. */
  lag(): Lag {
    const lag = this.#lag?.() ?? { p50: NaN, p99: NaN, max: NaN };
    this.#lag = watchOwnLag();
    return lag;
  }

  #open(socket: Socket): void {
    const { userId, room } = socket.handshake.auth as { readonly userId: string; readonly room?: string };
    this.#users.set(userId, socket);
    if (room !== undefined) void socket.join(room);
    socket.on('message', (sent: Sent, ack: Ack) => this.#pass(userId, sent, ack));
    socket.on('broadcast', (data: unknown, ack: Ack) => {
      socket.to(room ?? '').emit('room.event', { from: userId, event: 'stroke', data });
      ack?.({ ok: true });
    });
    socket.on('say', (sent: Sent, ack: Ack) => {
      this.#io.to(room ?? '').emit('message', this.#message(userId, room ?? '', sent));
      ack?.({ ok: true });
    });
  }

  #pass(from: string, sent: Sent, ack: Ack): void {
    const message = this.#message(from, sent.to, sent);
    this.#users.get(sent.to)?.emit('message', message);
    const { id: messageId, seq, sentAt } = message;
    ack?.({ ok: true, messageId, seq, sentAt });
  }

  #message(senderId: string, to: string, { clientMessageId, text }: Sent) {
    const seq = (this.#seqs.get(to) ?? 0) + 1;
    this.#seqs.set(to, seq);
    const sentAt = new Date().toISOString();
    return { id: `${to}.${seq}`, seq, senderId, clientMessageId, text, sentAt };
  }
}

async function run({ recovery }: BareSocketsOrders): Promise<void> {
  const http = createServer();
  const io = new Server(http, {
    serveClient: false,
    ...(recovery === true && { connectionStateRecovery: {} }),
  });
  const sockets = new BareSockets(io);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  tell({ port: (http.address() as AddressInfo).port });
  for await (const _ of createInterface({ input: process.stdin }))
    tell({ lag: sockets.lag() } satisfies BareSocketsReport);
  tell(ownUsage());
  leave();
}

await run(orders<BareSocketsOrders>());
