import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Storing, WaitingMessage, WaitingMessages } from '#ports/chat/waiting-messages.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import { FifoQueue, type Received } from './fifo-queue.js';

/** With ten seconds between them a message comes for three hours before it is put aside. */
const MOST_RECEIVES = 1_000;
/** How long one is hidden while it is worked on, seconds: longer than a throttled table is asked again for all that storing takes. */
const HIDDEN_S = 120;
/** When one comes again that could not be stored, seconds. */
const AGAIN_S = 10;
const AFTER_TROUBLE_MS = 5_000;
/** Conversations in hand at once. */
const MOST_UNDER_WAY = 50;

export interface WaitingMessagesSettings {
  readonly client: SQSClient;
  /** The queue is `<prefix>-chat-store.fifo`. */
  readonly prefix: string;
  /** How long a receive waits for its first message, seconds: 20 at most. */
  readonly waitSeconds: number;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
  readonly againSeconds?: number;
}

/** A FIFO queue, one group a conversation. It is the one queue that carries what people say: nothing else has it yet. */
export class SqsWaitingMessages implements WaitingMessages {
  readonly #settings: WaitingMessagesSettings;
  readonly #queue: FifoQueue;
  readonly #againS: number;
  readonly #putting = new Map<string, Promise<void>>();
  readonly #underWay = new Set<Promise<void>>();
  #isStopped = false;
  #polling: Promise<void> | undefined;

  constructor(settings: WaitingMessagesSettings) {
    const { client, prefix, againSeconds = AGAIN_S } = settings;
    this.#settings = settings;
    this.#againS = againSeconds;
    this.#queue = new FifoQueue({ client, name: `${prefix}-chat-store`, mostReceives: MOST_RECEIVES });
  }

  createQueue(): Promise<void> {
    return this.#queue.create();
  }

  async put(message: WaitingMessage): Promise<'kept'> {
    const { workspaceId, senderId, said } = message;
    const group = JSON.stringify([workspaceId, said.conversationId]);
    const once = JSON.stringify([senderId, said.clientMessageId]);
    const before = this.#putting.get(group) ?? Promise.resolve();
    // One request after the other: two at once may change places, and then their order is lost for good.
    const sent = before.then(() => this.#queue.send(group, once, message));
    const over = sent.catch(() => undefined);
    this.#putting.set(group, over);
    try {
      await sent;
      return 'kept';
    } finally {
      if (this.#putting.get(group) === over) this.#putting.delete(group);
    }
  }

  listen(store: Storing): void {
    this.#isStopped = false;
    this.#polling = this.#poll(store);
  }

  /** Waits for the receive under way: what it brings nobody else would see for minutes. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#polling;
    await Promise.all(this.#underWay);
  }

  /** Those that were received together: of each group one after the other. @returns receipts of those that are to come again */
  async take(received: readonly Received[], store: Storing): Promise<readonly string[]> {
    const groups = [...Map.groupBy(received, ({ group }) => group).values()];
    return (await Promise.all(groups.map((group) => this.#takeInTurn(group, store)))).flat();
  }

  hide(receipts: readonly string[]): Promise<void> {
    return this.#queue.hide(receipts, this.#againS);
  }

  async #takeInTurn(group: readonly Received[], store: Storing): Promise<readonly string[]> {
    for (const [at, { body }] of group.entries()) {
      const message = waitingIn(body);
      // What is no message of ours comes again until it is a dead letter, where somebody sees it.
      const said = message ? await store(message).catch((error: unknown) => this.#failed(error)) : 'later';
      if (said === 'later') return receiptsOf(group.slice(at));
    }
    return [];
  }

  async #poll(store: Storing): Promise<void> {
    while (!this.#isStopped) {
      if (this.#underWay.size >= MOST_UNDER_WAY) await Promise.race(this.#underWay);
      try {
        const received = await this.#queue.receive(this.#settings.waitSeconds, HIDDEN_S);
        const groups = Map.groupBy(received, ({ group }) => group).values();
        if (this.#isStopped) return await this.#queue.hide(receiptsOf(received), 0);
        for (const group of groups) this.#begin(group, store);
      } catch (error) {
        this.#settings.log.warn('chat.waiting_unread', { error });
        await new Promise<void>((resolve) => void this.#settings.clock.after(AFTER_TROUBLE_MS, resolve));
      }
    }
  }

  #begin(group: readonly Received[], store: Storing): void {
    const taking = this.#finish(group, store).catch((error: unknown) => {
      // They are hidden for a while and come again; what was stored is known by its client message id.
      this.#settings.log.warn('chat.waiting_unsettled', { error });
    });
    this.#underWay.add(taking);
    void taking.finally(() => this.#underWay.delete(taking));
  }

  async #finish(group: readonly Received[], store: Storing): Promise<void> {
    const again = await this.take(group, store);
    await this.#queue.forget(receiptsOf(group).filter((receipt) => !again.includes(receipt)));
    await this.hide(again);
  }

  #failed(error: unknown): 'later' {
    this.#settings.log.error('chat.waiting_not_stored', { error });
    return 'later';
  }
}

function receiptsOf(received: readonly Received[]): string[] {
  return received.map(({ receipt }) => receipt);
}

function waitingIn(body: string): WaitingMessage | undefined {
  try {
    const message = JSON.parse(body) as WaitingMessage;
    const { conversationId, clientMessageId, text } = message.said;
    const texts: readonly unknown[] = [message.workspaceId, message.senderId, conversationId];
    return [...texts, clientMessageId, text].every((one) => typeof one === 'string') ? message : undefined;
  } catch {
    return undefined;
  }
}
