import type { ChatClient } from '#client/chat-client.js';
import type { ChatEvents } from '#client/chat-events.js';
import type { Gap, Message, SendAck } from '#client/frames.js';
import { until } from '#test/support/until.js';

type Acked = SendAck & { readonly clientMessageId: string };

/** A client, and all that it has told its page. */
export class Watched {
  readonly client: ChatClient;
  readonly userId: string;
  readonly messages: Message[] = [];
  readonly gaps: Gap[] = [];
  readonly acks: Acked[] = [];
  readonly refused: ChatEvents['refused'][] = [];
  readonly left: ChatEvents['left'][] = [];
  readonly links: ChatEvents['link'][] = [];
  readonly #read = new Map<string, number>();
  readonly #wentBack: string[] = [];

  constructor(client: ChatClient, userId: string) {
    this.client = client;
    this.userId = userId;
    client.on('message', (message) => void this.messages.push(message));
    client.on('gap', (gap) => void this.gaps.push(gap));
    client.on('sent', (ack) => void this.acks.push(ack));
    client.on('refused', (refused) => void this.refused.push(refused));
    client.on('left', (left) => void this.left.push(left));
    client.on('link', (link) => void this.links.push(link));
    client.on('receipt', (receipt) => {
      if (receipt.userId !== userId) return;
      const before = this.#read.get(receipt.conversationId) ?? 0;
      if (receipt.readSeq < before) this.#wentBack.push(`${before} -> ${receipt.readSeq}`);
      this.#read.set(receipt.conversationId, receipt.readSeq);
    });
  }

  async following(conversationId: string): Promise<this> {
    this.client.follow(conversationId);
    await this.client.start();
    await this.caughtUp();
    return this;
  }

  /** Everything that was missed has been told, on the connection that it has now. */
  caughtUp(): Promise<true> {
    return until(() => (this.links.at(-1)?.status === 'caught_up' ? true : undefined));
  }

  /** The connection is lost. */
  cutOff(): Promise<true> {
    const before = this.links.length;
    return until(() =>
      this.links.slice(before - 1).some(({ status }) => status === 'waiting') ? true : undefined,
    );
  }

  textsOf(conversationId: string): readonly string[] {
    return this.of(conversationId).map(({ text }) => text);
  }

  of(conversationId: string): readonly Message[] {
    return this.messages.filter((message) => message.conversationId === conversationId);
  }

  async hears(conversationId: string, text: string): Promise<void> {
    await until(() => (this.textsOf(conversationId).includes(text) ? true : undefined));
  }

  async hearsUpTo(conversationId: string, seq: number): Promise<void> {
    await until(() => ((this.of(conversationId).at(-1)?.seq ?? 0) >= seq ? true : undefined));
  }

  async isAcked(...clientMessageIds: string[]): Promise<void> {
    const isThere = (id: string): boolean => this.acks.some(({ clientMessageId }) => clientMessageId === id);
    await until(() => (clientMessageIds.every(isThere) ? true : undefined));
  }

  /** What a page would show as unread: what it was told less what it was told is read. */
  unreadOf(conversationId: string): number {
    const seq = Math.max(0, ...this.of(conversationId).map((message) => message.seq));
    return seq - this.readSeqOf(conversationId);
  }

  readSeqOf(conversationId: string): number {
    return this.#read.get(conversationId) ?? 0;
  }

  /** Whenever a mark that was told lay behind one that was told before. */
  get wentBack(): readonly string[] {
    return this.#wentBack;
  }
}
