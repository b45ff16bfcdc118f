import { io } from 'socket.io-client';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { ChatClient, ChatRefusal } from '#client/chat-client.js';
import type { Message, SendAck } from '#client/frames.js';
import { socketIoTransport } from '#client/socket-io-transport.js';
import type { Transport } from '#client/transport.js';
import { Watched } from '#test/chat/watched-client.js';
import type { Driver } from './driver.js';

/** What the clients know when everything has been said: it is to be in the file, and nothing else. */
export interface ChatEvidence {
  readonly conversationId: string;
  readonly clients: readonly ClientEvidence[];
}

export interface ClientEvidence {
  readonly userId: string;
  /** Texts by the names of the messages. */
  readonly said: ReadonlyMap<string, string>;
  readonly acks: readonly (SendAck & { readonly clientMessageId: string })[];
  readonly refused: readonly unknown[];
  /** Sent once more when all was over, by the name of the message. */
  readonly again: ReadonlyMap<string, SendAck>;
  readonly told: readonly Message[];
  /** The furthest that was acknowledged as read. */
  readonly readSeq: number;
  readonly wentBack: readonly string[];
  /** As the API says when all is over. */
  readonly unread: number;
}

const USERS = ['ada', 'ben', 'cleo'] as const;
const LAST = 'says goodbye';

/** Three people talk over the sockets, by the client library, while the server dies and comes back. */
export async function playChat(
  driver: Driver,
  { seed, chat: each }: { readonly seed: number; readonly chat: number },
): Promise<ChatEvidence | undefined> {
  if (each === 0) return undefined;
  const random = new SeededRandomness(seed + 3);
  const [owner, ...members] = USERS;
  const path = `/v1/conversations?as=${owner}`;
  const opened = await driver.request('POST', path, { kind: 'group', title: 'Talk', members });
  const conversationId = String(opened['id']);
  const talkers = USERS.map((userId) => new Talker(driver, userId, conversationId, random));
  try {
    for (const talker of talkers) await talker.begin(each);
    await driver.untilAtRest(() => talkers.map((one) => one.unanswered).find((left) => left !== undefined));
    // What is told is told in its order: who has heard the last of each has heard all that there is to hear.
    for (const talker of talkers) talker.say(LAST);
    const total = (each + 1) * talkers.length;
    await driver.untilAtRest(() => talkers.map((one) => one.untold).find((left) => left !== undefined));
    const clients: ClientEvidence[] = [];
    // The first has not read everything, unless it spoke last.
    const read = [Math.ceil(random.unit() * total), total, total];
    for (const [n, talker] of talkers.entries()) clients.push(await talker.end(read[n] ?? total));
    return { conversationId, clients };
  } finally {
    for (const talker of talkers) talker.watched.client.stop();
  }
}

class Talker {
  readonly watched: Watched;
  readonly #driver: Driver;
  readonly #conversationId: string;
  readonly #said = new Map<string, string>();

  constructor(driver: Driver, userId: string, conversationId: string, random: SeededRandomness) {
    const transport: Transport = {
      // Each life of the server listens somewhere else.
      connect: (token, listener) => socketIoTransport({ io, url: driver.url }).connect(token, listener),
    };
    const token = async (): Promise<string> =>
      String((await driver.request('POST', '/v1/chat/tokens', { userId }))['token']);
    const client = new ChatClient({ transport, token, random: () => random.unit() / 10, onError: () => {} });
    this.watched = new Watched(client, userId);
    this.#driver = driver;
    this.#conversationId = conversationId;
  }

  async begin(messages: number): Promise<void> {
    const { client } = this.watched;
    client.follow(this.#conversationId);
    await client.start();
    for (let n = 1; n <= messages; n++) this.say(`says ${n}`);
  }

  say(what: string): void {
    const text = `${this.watched.userId} ${what}`;
    this.#said.set(this.watched.client.send(this.#conversationId, text), text);
  }

  get unanswered(): string | undefined {
    const { acks, refused, userId } = this.watched;
    const left = this.#said.size - acks.length - refused.length;
    return left > 0 ? `${left} messages of ${userId} to be acknowledged` : undefined;
  }

  get untold(): string | undefined {
    const told = this.watched.textsOf(this.#conversationId);
    const left = USERS.find((userId) => !told.includes(`${userId} ${LAST}`));
    return left ? `the last of ${left} to be told to ${this.watched.userId}` : this.unanswered;
  }

  /** Sends the first and the last once more, and says how far it has read: far, then less far. */
  async end(upTo: number): Promise<ClientEvidence> {
    const { userId, acks, refused, messages: told, wentBack } = this.watched;
    const conversationId = this.#conversationId;
    const again = new Map<string, SendAck>();
    for (const [clientMessageId, text] of [[...this.#said].at(0), [...this.#said].at(-1)].filter(isThere)) {
      const answer = await this.#asked('message.send', { conversationId, clientMessageId, text });
      again.set(clientMessageId, answer as unknown as SendAck);
    }
    const readSeq = Math.max(...acks.map(({ seq }) => seq), upTo);
    for (const seq of [readSeq, 1]) await this.#asked('receipt.read', { conversationId, seq });
    const chats = await this.#driver.request('GET', `/v1/conversations?as=${userId}`);
    const chat = (chats['data'] as { id: string; unread: number }[]).find(({ id }) => id === conversationId);
    const known = { acks, refused, again, told, readSeq, wentBack };
    return { userId, said: this.#said, ...known, unread: chat?.unread ?? -1 };
  }

  /** Until there is an answer: doing it again does no harm. */
  async #asked(action: string, data: object): Promise<object> {
    let answer: object | undefined;
    await this.#driver.untilAtRest(
      () => {
        if (answer !== undefined) return undefined;
        return `${action} of ${this.watched.userId}`;
      },
      async () => {
        answer = await this.watched.client.call(action, data).catch((error: unknown) => {
          const isLost = error instanceof ChatRefusal && ['offline', 'connection_lost'].includes(error.code);
          if (!isLost) throw error;
          return undefined;
        });
      },
    );
    return answer ?? {};
  }
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
