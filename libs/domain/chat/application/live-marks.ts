import type { ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Clock } from '#ports/system/clock.js';

export type ToldMarks = Omit<Member, 'role' | 'joinedAt' | 'mutedUntil'>;

/** Milliseconds for which marks are collected after others were told of some. */
const COLLECT_MS = 250;

/**
 * How far the members of one conversation have come, as far as it was pushed. The first who moves is told of at once; whoever
 * moves soon after is told of together with the others, each as they are then. Of a message in a group of two hundred, which is
 * delivered two hundred times within a moment, everybody is told a few times, not two hundred.
 */
export class LiveMarks {
  readonly #conversationId: ConversationId;
  readonly #clock: Clock;
  readonly #tellOthers: (marks: ToldMarks) => void;
  readonly #known = new Map<string, ToldMarks>();
  readonly #untold = new Set<string>();
  #cancel: (() => void) | undefined;

  constructor(conversationId: ConversationId, clock: Clock, tellOthers: (marks: ToldMarks) => void) {
    this.#conversationId = conversationId;
    this.#clock = clock;
    this.#tellOthers = tellOthers;
  }

  /** Undefined if they have not moved: pushes may overtake one another, and an older one would move them back. */
  take({ userId, ...pushed }: Member): ToldMarks | undefined {
    const before = this.#known.get(userId) ?? { deliveredSeq: 0, readSeq: 0 };
    const deliveredSeq = Math.max(before.deliveredSeq, pushed.deliveredSeq);
    const readSeq = Math.max(before.readSeq, pushed.readSeq);
    if (deliveredSeq === before.deliveredSeq && readSeq === before.readSeq) return undefined;
    const marks = { conversationId: this.#conversationId, userId, deliveredSeq, readSeq };
    this.#known.set(userId, marks);
    return marks;
  }

  tellOthersOf(userId: string): void {
    this.#untold.add(userId);
    if (!this.#cancel) this.#tell();
  }

  forget(userId: string): void {
    this.#known.delete(userId);
    this.#untold.delete(userId);
  }

  close(): void {
    this.#cancel?.();
  }

  #tell(): void {
    this.#cancel = undefined;
    if (this.#untold.size === 0) return;
    const moved = [...this.#untold];
    this.#untold.clear();
    this.#cancel = this.#clock.after(COLLECT_MS, () => this.#tell());
    for (const marks of moved.map((userId) => this.#known.get(userId))) if (marks) this.#tellOthers(marks);
  }
}
