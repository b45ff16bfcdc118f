import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Notice } from '#domain/chat/model/notice.js';
import type { Ids } from '#ports/system/ids.js';
import { FifoQueue } from './fifo-queue.js';

/** Of a notice that nobody could tell so often, everybody hears with the next message, or when they look. */
const MOST_RECEIVES = 20;

export interface ChatNoticesSettings {
  readonly client: SQSClient;
  /** The queue is `<prefix>-chat-notify.fifo`. */
  readonly prefix: string;
  readonly ids: Ids;
}

/**
 * Notices on their way to whoever tells of them. One group a conversation: two functions that told the same people at once would tell them everything
 * twice, and in no order.
 */
export class SqsChatNotices {
  readonly #queue: FifoQueue;
  readonly #ids: Ids;

  constructor({ client, prefix, ids }: ChatNoticesSettings) {
    this.#queue = new FifoQueue({ client, name: `${prefix}-chat-notify`, mostReceives: MOST_RECEIVES });
    this.#ids = ids;
  }

  createQueue(): Promise<void> {
    return this.#queue.create();
  }

  send({ workspaceId, conversationId, what, no }: Notice): Promise<void> {
    const group = JSON.stringify([workspaceId, conversationId]);
    // Of who comes and goes there is no number: each is told of by itself.
    const once = no === undefined ? this.#ids.next('ntc') : `${what} ${no}`;
    return this.#queue.send(group, once, { workspaceId, conversationId, what, no });
  }

  hide(receipts: readonly string[], seconds: number): Promise<void> {
    return this.#queue.hide(receipts, seconds);
  }
}

/** Undefined of what is no notice of ours. */
export function noticeIn(body: string): Notice | undefined {
  try {
    const { workspaceId, conversationId, what, no } = JSON.parse(body) as Partial<Notice>;
    const isWhole = typeof workspaceId === 'string' && typeof conversationId === 'string';
    if (!isWhole || (what !== 'message' && what !== 'change' && what !== 'conversation')) return undefined;
    return { workspaceId, conversationId, what, ...(typeof no === 'number' && { no }) };
  } catch {
    return undefined;
  }
}
