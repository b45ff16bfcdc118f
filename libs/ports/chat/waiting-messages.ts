import type { WorkspaceId } from '#domain/kernel/brand.js';

/** What a user said while its log could not take it. */
export interface WaitingMessage {
  readonly workspaceId: WorkspaceId;
  readonly senderId: string;
  readonly said: {
    readonly conversationId: string;
    readonly clientMessageId: string;
    readonly text: string;
    readonly replyTo?: string;
    readonly mentions?: readonly string[];
    readonly attachments?: readonly string[];
  };
}

/** `later`: it is to come again. */
export type Storing = (message: WaitingMessage) => Promise<'done' | 'later'>;

/**
 * Messages that wait for their logs, outside of the storage of these.
 *
 * Guarantees
 * - `put` is durable when it resolves with `kept`: the message is given out until somebody says `done`, at least once, by whatever process listens.
 *   Put again within minutes it may be given out once or twice. `not_kept`: this target has nowhere to put it, and nothing has happened.
 * - Those of one conversation are given out one at a time, in the order in which they were put: behind one that is to come `later`, or whose listener
 *   failed or died, all of its conversation wait, and nobody else. One that came again too often is put aside for somebody to
 *   look at, and those behind it go on.
 * - After `stop` nothing is given out, and what was has been answered.
 */
export interface WaitingMessages {
  put(message: WaitingMessage): Promise<'kept' | 'not_kept'>;
  /** One listener a process. */
  listen(store: Storing): void;
  stop(): Promise<void>;
}
export const WaitingMessages = Symbol('WaitingMessages');
