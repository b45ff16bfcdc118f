import type { Provider } from '@nestjs/common';
import type { Draft, Message } from '#domain/chat/model/message.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { MessageLog } from '#ports/chat/message-log.js';
import { Realtime } from '#ports/chat/realtime.js';
import { around, type CrashCounter } from './crash-points.js';

/** A message that has been answered, and is not in the log, waits for its sender's next one, or for so long. */
const KEPT_BACK_MS = 2_000;

/** The ports of the chat, with a place to die in each; undefined for another port. */
export class ChatPorts {
  readonly #crash: CrashCounter;
  readonly #bug: string | undefined;
  readonly #life: number;
  /** Answered and not in the log: what puts it there, by conversation and sender. */
  readonly #keptBack = new Map<string, () => Promise<void>>();
  /** Where the log of each conversation is said to end. */
  readonly #ends = new Map<string, number>();

  constructor(crash: CrashCounter, bug: string | undefined, life: number) {
    this.#crash = crash;
    this.#bug = bug;
    this.#life = life;
  }

  of(provide: unknown, value: object): Provider | undefined {
    if (provide === MessageLog) return { provide: MessageLog, useValue: this.#log(value as MessageLog) };
    if (provide === Realtime) return { provide: Realtime, useValue: this.#realtime(value as Realtime) };
    return undefined;
  }

  #log(log: MessageLog): MessageLog {
    const appending = around(log, 'append', (append) => {
      const early = this.#bug === 'ack-before-commit' ? this.#answeringEarly(log, append) : append;
      return async (workspaceId, draft, announced) => {
        this.#crash.passed('chat-append-before');
        const asked = early(workspaceId, this.#named(draft), announced);
        // The storage thread has it, and commits it or not.
        this.#crash.passed('chat-append-asked');
        const appended = await asked;
        this.#crash.passed('chat-append');
        return appended;
      };
    });
    return around(appending, 'advance', (advance) => async (conversationId, userId, asked) => {
      // The planted bug: it is answered how far somebody has read, and kept nowhere.
      const kept = this.#bug === 'marks-not-kept' ? {} : asked;
      const advanced = await advance(conversationId, userId, kept);
      this.#crash.passed('chat-marks');
      return advanced && { ...advanced, moved: advanced.moved || kept !== asked };
    });
  }

  #realtime(realtime: Realtime): Realtime {
    return around(realtime, 'tell', (tell) => (workspaceId, push) => {
      tell(workspaceId, push);
      if (push.kind === 'message') this.#crash.passed('chat-told');
    });
  }

  /** The planted bug: what names a message is another in each life, and nobody knows it again. */
  #named(draft: Draft): Draft {
    if (this.#bug !== 'no-dedup') return draft;
    return { ...draft, clientMessageId: `${draft.clientMessageId}~${this.#life}` };
  }

  /**
   * The planted bug: a message is answered at once and goes into the log when its sender says the next, which shows that the
   * answer has arrived.
   */
  #answeringEarly(log: MessageLog, append: MessageLog['append']): MessageLog['append'] {
    return async (workspaceId: WorkspaceId, draft: Draft) => {
      const { conversationId, senderId } = draft;
      const key = `${conversationId} ${senderId}`;
      const [last] = await log.page(conversationId, { limit: 1 });
      const seq = Math.max(this.#ends.get(conversationId) ?? 0, last?.seq ?? 0) + 1;
      this.#ends.set(conversationId, seq);
      if (this.#keptBack.has(key)) this.#crash.passed('chat-answered');
      await this.#keptBack.get(key)?.();
      const timer = setTimeout(() => void this.#keptBack.get(key)?.(), KEPT_BACK_MS);
      this.#keptBack.set(key, async () => {
        clearTimeout(timer);
        this.#keptBack.delete(key);
        await append(workspaceId, draft);
      });
      const message: Message = { ...draft, seq, rev: 0, reactions: {} };
      return { kind: 'appended', message, isNew: true };
    };
  }
}
