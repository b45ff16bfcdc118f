import type { Socket as TcpSocket } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { ChatClient } from '#client/chat-client.js';
import { socketIoTransport } from '#client/socket-io-transport.js';
import { quantile } from '../bench.js';
import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { each, type LineOrders } from './line.js';
import { SocketLine, tokenOf } from './socket-line.js';

export interface JitterLoadOrders extends LineOrders {
  readonly clients: number;
  /** People in a room: each hears what all of them say, themselves included. */
  readonly roomSize: number;
  /** Of each client. */
  readonly messages: number;
  readonly drops: number;
  readonly everyMs: number;
  /** Nothing came for so long after the last drop: what is not there now is lost. */
  readonly patienceMs: number;
  readonly seed: number;
  /** Of socket.io: sends again what was not acknowledged. */
  readonly retries: boolean;
}

export interface JitterLoadResult {
  readonly sent: number;
  readonly expected: number;
  /** Each once. */
  readonly delivered: number;
  readonly twice: number;
  readonly outOfOrder: number;
  readonly drops: number;
  /** Milliseconds from being connected again until all that was missed is there; NaN of who cannot tell. */
  readonly replay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Milliseconds from saying something until somebody has it, whatever happened in between. */
  readonly delivery: { readonly p50: number; readonly p99: number };
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const load = orders<JitterLoadOrders>();
const url = `http://127.0.0.1:${load.port}`;
const AT_ONCE = 32;

/** A stream of numbers from 0 to 1 that is the same each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Account {
  readonly #seen = new Set<string>();
  readonly #latest = new Map<number, number>();
  readonly #sentAt = new Map<string, number>();
  readonly latencies: number[] = [];
  readonly replays: number[] = [];
  sent = 0;
  drops = 0;
  twice = 0;
  outOfOrder = 0;
  heardAt = performance.now();

  get delivered(): number {
    return this.#seen.size;
  }

  saying(text: string): void {
    this.sent += 1;
    this.#sentAt.set(text, performance.now());
  }

  took(client: number, seq: number, text: string): void {
    this.heardAt = performance.now();
    const key = `${client} ${text}`;
    if (this.#seen.has(key)) {
      this.twice += 1;
      return;
    }
    this.#seen.add(key);
    this.latencies.push(this.heardAt - (this.#sentAt.get(text) ?? NaN));
    if (seq <= (this.#latest.get(client) ?? 0)) this.outOfOrder += 1;
    else this.#latest.set(client, seq);
  }
}

const account = new Account();

/** One client, whose connection is torn from under it at moments that follow from the seed. */
abstract class Jittered {
  readonly index: number;
  readonly #random: () => number;
  #dropsLeft = load.drops;
  #messagesLeft = load.messages;

  constructor(index: number) {
    this.index = index;
    this.#random = seeded(load.seed * 1_000_003 + index);
  }

  get isDone(): boolean {
    return this.#dropsLeft === 0 && this.#messagesLeft === 0;
  }

  abstract start(): void;
  abstract stop(): void;
  protected abstract say(text: string): void;

  /** To be called of each connection that is there. */
  protected connected(socket: Socket): void {
    if (this.#dropsLeft === 0) return;
    const tcp = tcpOf(socket);
    setTimeout(
      () => {
        if (this.#dropsLeft === 0 || !tcp || tcp.destroyed) return;
        this.#dropsLeft -= 1;
        account.drops += 1;
        tcp.destroy();
      },
      load.everyMs * (0.5 + this.#random()),
    );
  }

  talk(): void {
    setTimeout(
      () => {
        this.#messagesLeft -= 1;
        const text = `${this.index}.${this.#messagesLeft}`;
        account.saying(text);
        this.say(text);
        if (this.#messagesLeft > 0) this.talk();
      },
      load.everyMs * (0.5 + this.#random()),
    );
  }
}

/** As the network would tear it: nothing is said, and what is on its way is lost. */
function tcpOf(socket: Socket): TcpSocket | undefined {
  const { transport } = socket.io.engine as unknown as {
    readonly transport: { readonly ws?: { readonly _socket?: TcpSocket } };
  };
  return transport.ws?._socket;
}

class PosthornClient extends Jittered {
  readonly #chat: ChatClient;
  readonly #room: string;
  #onlineAt: number | undefined;

  constructor(index: number, room: string) {
    super(index);
    this.#room = room;
    const token = tokenOf(`u${index}`, load.workspace ?? '', load.tokenSecret ?? '');
    const from = `10.1.${index >> 8}.${index & 255}`;
    this.#chat = new ChatClient({
      transport: socketIoTransport({
        url,
        options: { extraHeaders: { 'x-forwarded-for': from } },
        io: (address, options) => {
          const socket = io(address, options);
          socket.on('connect', () => this.connected(socket));
          return socket;
        },
      }),
      token: () => token,
    });
    this.#chat.on('message', ({ seq, text }) => account.took(index, seq, text));
    this.#chat.on('refused', ({ error }) => {
      throw new Error(`${error.code}: ${error.detail}`);
    });
    this.#chat.on('link', ({ status }) => this.#link(status));
  }

  #link(status: string): void {
    if (status === 'online') this.#onlineAt = performance.now();
    if (status !== 'caught_up' || this.#onlineAt === undefined) return;
    account.replays.push(performance.now() - this.#onlineAt);
    this.#onlineAt = undefined;
  }

  start(): void {
    this.#chat.follow(this.#room);
    void this.#chat.start();
  }

  stop(): void {
    this.#chat.stop();
  }

  protected say(text: string): void {
    this.#chat.send(this.#room, text);
  }
}

class SocketIoClient extends Jittered {
  readonly #socket: Socket;

  constructor(index: number, room: string) {
    super(index);
    this.#socket = io(url, {
      auth: { userId: `u${index}`, room },
      transports: ['websocket'],
      autoConnect: false,
      forceNew: true,
      reconnectionDelay: 250,
      ...(load.retries && { retries: 5, ackTimeout: 5_000 }),
    });
    this.#socket.on('connect', () => this.connected(this.#socket));
    this.#socket.on('message', ({ seq, text }: { seq: number; text: string }) =>
      account.took(index, seq, text),
    );
  }

  start(): void {
    this.#socket.connect();
  }

  stop(): void {
    this.#socket.disconnect();
  }

  protected say(text: string): void {
    this.#socket.emit('say', { clientMessageId: text, text });
  }
}

async function roomsOf(): Promise<string[]> {
  const rooms = Array.from({ length: Math.ceil(load.clients / load.roomSize) }, (_, index) => `room${index}`);
  if (load.kind !== 'posthorn') return rooms;
  const heard = { acked: () => {}, refused: () => {}, delivered: () => {} };
  await each([...rooms.keys()], AT_ONCE, async (room) => {
    const first = room * load.roomSize;
    const members = Array.from({ length: load.roomSize - 1 }, (_, index) => `u${first + index + 1}`);
    const line = await SocketLine.open(load, first, heard);
    const answer = await line.ask('conversation.open', { kind: 'group', title: 'Talk', members });
    rooms[room] = /"conversation":\{"id":"([^"]+)"/.exec(answer)?.[1] ?? '';
    line.close();
  });
  return rooms;
}

function result(seconds: number, cpuSeconds: number): JitterLoadResult {
  const { sent, delivered, twice, outOfOrder, drops, replays, latencies } = account;
  const q = (values: readonly number[], at: number): number => quantile(values, at);
  return {
    sent,
    expected: sent * load.roomSize,
    delivered,
    twice,
    outOfOrder,
    drops,
    replay: { p50: q(replays, 0.5), p99: q(replays, 0.99), max: q(replays, 1) },
    delivery: { p50: q(latencies, 0.5), p99: q(latencies, 0.99) },
    seconds,
    cpuSeconds,
  };
}

async function main(): Promise<void> {
  const rooms = await roomsOf();
  const clients = Array.from({ length: load.clients }, (_, index) => {
    const room = rooms[Math.floor(index / load.roomSize)] ?? '';
    return load.kind === 'posthorn' ? new PosthornClient(index, room) : new SocketIoClient(index, room);
  });
  tell({ ready: true });
  const cpu = ownUsage().cpuSeconds;
  const startedAt = performance.now();
  // Not all in one instant: a thousand who come together are another bench.
  for (const [at, client] of clients.entries())
    setTimeout(() => client.start(), (at / clients.length) * load.everyMs);
  for (const client of clients) setTimeout(() => client.talk(), 2 * load.everyMs);
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!clients.every(({ isDone }) => isDone)) return void (account.heardAt = performance.now());
      const isWhole = account.delivered === account.sent * load.roomSize;
      if (!isWhole && performance.now() - account.heardAt < load.patienceMs) return;
      clearInterval(look);
      resolve();
    }, 250);
  });
  tell(result((performance.now() - startedAt) / 1000, ownUsage().cpuSeconds - cpu));
  leave();
}

await main();
