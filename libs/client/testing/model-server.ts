import type {
  Answer,
  Gap,
  Logged,
  Message,
  OutgoingChange,
  OutgoingMessage,
  Position,
  Receipt,
  Resumed,
} from '../frames.js';

interface Asked {
  readonly conversations?: Readonly<Record<string, Position>>;
}

/** What a server promises, and nothing else: a dense log a conversation, one message a client message id. */
export class ModelServer {
  readonly #logs = new Map<string, { messages: Message[]; seq: number; rev: number; cutSeq: number }>();
  /** Outlives retention, so that a test need not ask how late a retry may be. */
  readonly #acks = new Map<string, Answer>();
  readonly #marks = new Map<string, number>();
  readonly #lastSaid = new Map<string, number>();
  /** Changes that users have made, in order. */
  readonly made: { key: string; userId: string; conversationId: string; clientChangeId: string }[] = [];
  /** Small, so that replays come in parts. */
  readonly #limit: number;

  constructor(limit = 3) {
    this.#limit = limit;
  }

  log(conversationId: string): readonly Message[] {
    return this.#of(conversationId).messages;
  }

  seq(conversationId: string): number {
    return this.#of(conversationId).seq;
  }

  markOf(kind: string, userId: string, conversationId: string): number {
    return this.#marks.get(JSON.stringify([kind, userId, conversationId])) ?? 0;
  }

  append(senderId: string, sent: OutgoingMessage): { answer: Answer; message: Message | undefined } {
    const { conversationId, clientMessageId, text } = sent;
    const log = this.#of(conversationId);
    const key = JSON.stringify([senderId, conversationId, clientMessageId]);
    const known = this.#acks.get(key);
    if (known) return { answer: known, message: undefined };
    const seq = ++log.seq;
    const id = `msg_${conversationId}_${seq}`;
    const sentAt = new Date(seq).toISOString();
    const message = { id, conversationId, seq, rev: 0, senderId, clientMessageId, text, sentAt };
    log.messages.push(message);
    const answer: Answer = { ok: true, data: { messageId: id, conversationId, seq, sentAt } };
    this.#acks.set(key, answer);
    this.#lastSaid.set(JSON.stringify([conversationId, senderId]), seq);
    // Whoever writes has read what is before it.
    this.mark('receipt.read', senderId, { conversationId, seq });
    return { answer, message };
  }

  edit(conversationId: string, pick: number): Message | undefined {
    const log = this.#of(conversationId);
    const at = pick % Math.max(1, log.messages.length);
    const before = log.messages[at];
    if (!before) return undefined;
    const rev = ++log.rev;
    return (log.messages[at] = { ...before, rev, text: `${before.text}!` });
  }

  /** A user's, once for its name; refused if the message is not there or, of an edit, another's. */
  change(userId: string, asked: OutgoingChange): { answer: Answer; message: Message | undefined } {
    const { conversationId, clientChangeId } = asked;
    const log = this.#of(conversationId);
    const key = JSON.stringify([userId, conversationId, clientChangeId]);
    const at = log.messages.findIndex((one) =>
      asked.messageId === undefined
        ? one.senderId === userId && one.clientMessageId === asked.clientMessageId
        : one.id === asked.messageId,
    );
    const before = log.messages[at];
    const isForbidden = 'text' in asked && before?.senderId !== userId;
    if (!before || isForbidden) {
      const error = { code: 'forbidden', detail: 'No.' };
      return { answer: { ok: false, error }, message: undefined };
    }
    if (this.made.some((one) => one.key === key))
      return { answer: { ok: true, data: { message: before } }, message: undefined };
    const rev = ++log.rev;
    const message = (log.messages[at] = {
      ...before,
      rev,
      ...('text' in asked && { text: asked.text }),
      ...('emoji' in asked && { reactions: { [asked.emoji]: [userId] } }),
    });
    this.made.push({ key, userId, conversationId, clientChangeId });
    return { answer: { ok: true, data: { message } }, message };
  }

  /** Retention. */
  cut(conversationId: string, pick: number): void {
    const log = this.#of(conversationId);
    const cutSeq = Math.min(log.cutSeq + (pick % 3), log.seq);
    if (cutSeq <= log.cutSeq) return;
    log.cutSeq = cutSeq;
    log.messages = log.messages.filter(({ seq }) => seq > cutSeq);
  }

  mark(
    kind: string,
    userId: string,
    { conversationId, seq }: { conversationId: string; seq: number },
  ): Answer {
    const before = this.markOf(kind, userId, conversationId);
    this.#marks.set(JSON.stringify([kind, userId, conversationId]), Math.max(before, seq));
    // What was read was delivered.
    if (kind === 'receipt.read') this.mark('receipt.delivered', userId, { conversationId, seq });
    return { ok: true, data: {} };
  }

  /** The newest that a user has said, 0 if there is none: retention does not change that. */
  lastOf(conversationId: string, userId: string): number {
    return this.#lastSaid.get(JSON.stringify([conversationId, userId])) ?? 0;
  }

  marksOf(userId: string, conversationId: string): Receipt {
    const [deliveredSeq, readSeq] = ['receipt.delivered', 'receipt.read'].map((kind) =>
      this.markOf(kind, userId, conversationId),
    ) as [number, number];
    return { conversationId, userId, deliveredSeq, readSeq };
  }

  /** All that somebody has missed, each with the position that follows on it; and where the log ends. */
  missed(
    conversationId: string,
    from: Position,
  ): { pushes: [string, Logged<Gap | Message>][]; head: Position } {
    const log = this.#of(conversationId);
    const pushes: [string, Logged<Gap | Message>][] = [];
    let seq = Math.max(from.seq, log.cutSeq);
    if (from.seq < log.cutSeq) {
      const gap = { conversationId, fromSeq: from.seq + 1, toSeq: log.cutSeq };
      pushes.push(['gap', { ...gap, position: { seq, rev: from.rev } }]);
    }
    for (const message of log.messages) {
      if (message.seq <= seq) continue;
      ({ seq } = message);
      pushes.push(['message.created', { ...message, position: { seq, rev: from.rev } }]);
    }
    const changed = log.messages.filter((one) => one.seq <= from.seq && one.rev > from.rev);
    for (const message of changed.sort((one, other) => one.rev - other.rev))
      pushes.push(['message.updated', { ...message, position: { seq, rev: message.rev } }]);
    const last = pushes.pop();
    // Changes that are shown by what the messages are now are passed over.
    if (last) pushes.push([last[0], { ...last[1], position: { seq, rev: log.rev } }]);
    return { pushes, head: { seq: log.seq, rev: log.rev } };
  }

  /** The pushes of a replay, in order, and the answer that comes after them. */
  resume({ conversations: asked = {} }: Asked): { pushes: [string, Gap | Message][]; answer: Answer } {
    const pushes: [string, Gap | Message][] = [];
    const conversations: Record<string, Resumed> = {};
    for (const [conversationId, from] of Object.entries(asked)) {
      const log = this.#of(conversationId);
      if (from.seq < log.cutSeq)
        pushes.push(['gap', { conversationId, fromSeq: from.seq + 1, toSeq: log.cutSeq }]);
      const messages = log.messages.filter(({ seq }) => seq > from.seq).slice(0, this.#limit);
      for (const message of messages) pushes.push(['message.created', message]);
      const seq = messages.at(-1)?.seq ?? Math.max(from.seq, log.cutSeq);
      if (seq < log.seq) {
        conversations[conversationId] = { seq, rev: from.rev, more: true };
        continue;
      }
      const changed = log.messages.filter((one) => one.seq <= from.seq && one.rev > from.rev);
      const shown = changed.sort((one, other) => one.rev - other.rev).slice(0, this.#limit);
      for (const message of shown) pushes.push(['message.updated', message]);
      const more = shown.length < changed.length;
      conversations[conversationId] = { seq, rev: more ? shown.at(-1)!.rev : log.rev, more };
    }
    return { pushes, answer: { ok: true, data: { conversations } } };
  }

  head(conversationId: string): Position {
    const { seq, rev } = this.#of(conversationId);
    return { seq, rev };
  }

  #of(conversationId: string): { messages: Message[]; seq: number; rev: number; cutSeq: number } {
    const log = this.#logs.get(conversationId) ?? { messages: [], seq: 0, rev: 0, cutSeq: 0 };
    this.#logs.set(conversationId, log);
    return log;
  }
}
