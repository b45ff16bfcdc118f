import type { Instant } from '#domain/kernel/brand.js';
import { advancedMarks } from '#domain/chat/model/conversation.js';
import { loggedEvent } from '#domain/chat/model/logged.js';
import { type Db, together } from '../engine/store.js';
import { type ConversationRow, type MemberRow, mentionsIn, messageOf, type MessageRow } from './chat-rows.js';

export interface AppendArgs {
  readonly workspace: string;
  readonly conversation: string;
  readonly id: string;
  readonly sender: string;
  readonly clientId: string;
  readonly sentAt: Instant;
  readonly text: string;
  readonly extra: string | null;
  readonly announced: boolean;
}

export type AppendAnswer =
  | { readonly kind: 'new'; readonly seq: number }
  | { readonly kind: 'known'; readonly row: MessageRow }
  | { readonly kind: 'no_member' }
  | { readonly kind: 'blocked' };

interface Sender {
  readonly marks: MemberRow;
  readonly isBarred: boolean;
  /** The newest message of theirs that was appended here. */
  seq: number;
}

/** What is appended to one conversation before the next commit: what these have in common is read and written once. */
class Appending {
  readonly #db: Db;
  readonly #log: ConversationRow | undefined;
  readonly #senders = new Map<string, Sender | undefined>();
  #seq: number;
  #firstSentAt: Instant | undefined;

  constructor(db: Db, { workspace, conversation }: AppendArgs) {
    const row = db.get<ConversationRow>('conversation', { id: conversation });
    this.#db = db;
    this.#log = row?.workspace_id === workspace ? row : undefined;
    this.#seq = this.#log?.seq ?? 0;
  }

  get hasMoved(): boolean {
    return this.#log !== undefined && this.#seq > this.#log.seq;
  }

  append(args: AppendArgs): AppendAnswer {
    const no = this.#log?.no;
    const sender = this.#senderOf(args.sender);
    if (no === undefined || !sender) return { kind: 'no_member' };
    if (sender.isBarred) return this.#sentBefore(no, args) ?? { kind: 'blocked' };
    const { id, clientId, sentAt, text, extra } = args;
    const seq = this.#seq + 1;
    const row = [no, seq, sentAt, id, args.sender, clientId, text, extra] as const;
    if (this.#db.runEach('insertMessage', [row]) === 0)
      return this.#sentBefore(no, args) ?? { kind: 'no_member' };
    const mentions = mentionsIn(extra);
    if (mentions.length > 0)
      this.#db.runEach(
        'addMention',
        mentions.map((user) => [no, user, seq]),
      );
    this.#seq = seq;
    this.#firstSentAt ??= sentAt;
    sender.seq = seq;
    if (args.announced) this.#announce(args, seq);
    return { kind: 'new', seq };
  }

  /** The log's end, and the marks of those who sent: they have read what they wrote. */
  close(moved: number): void {
    if (!this.#log) return;
    const { no, seq, cut_seq: cutSeq, spread } = this.#log;
    this.#db.run('moveLog', { no, seq: this.#seq, moved });
    if (spread === 1) this.#db.run('moveMembers', { no, moved });
    if (seq === cutSeq) this.#db.run('ageLog', { no, cutSeq, oldestAt: this.#firstSentAt ?? null });
    for (const [user, sender] of this.#senders) {
      if (!sender || sender.seq === 0) continue;
      const { delivered_seq: deliveredSeq, read_seq: readSeq } = sender.marks;
      const marks = advancedMarks({ deliveredSeq, readSeq }, { readSeq: sender.seq }, this.#seq);
      this.#db.run('setMarks', { no, user, ...marks });
    }
  }

  #senderOf(user: string): Sender | undefined {
    if (!this.#log) return undefined;
    if (this.#senders.has(user)) return this.#senders.get(user);
    const { no, kind, workspace_id: workspace } = this.#log;
    const marks = this.#db.get<MemberRow>('member', { no, user });
    const isBarred =
      marks !== undefined &&
      kind === 'direct' &&
      this.#db.get('isBarred', { no, user, workspace }) !== undefined;
    const sender = marks && { marks, isBarred, seq: 0 };
    this.#senders.set(user, sender);
    return sender;
  }

  #announce({ workspace, conversation, ...args }: AppendArgs, seq: number): void {
    const { id, sentAt, sender, clientId, text, extra } = args;
    const row = { id, seq, rev: 0, sent_at: sentAt, sender_id: sender, client_id: clientId, text, extra };
    this.#db.emit(loggedEvent(workspace, messageOf(conversation, row)), sentAt);
  }

  #sentBefore(no: number, { sender, clientId }: AppendArgs): AppendAnswer | undefined {
    const row = this.#db.get<MessageRow>('sentBefore', { no, sender, clientId });
    return row && { kind: 'known', row };
  }
}

function appendAll(db: Db, asks: readonly AppendArgs[]): AppendAnswer[] {
  const logs = new Map<string, Appending>();
  const answers = asks.map((args) => {
    const name = `${args.workspace} ${args.conversation}`;
    const log = logs.get(name) ?? new Appending(db, args);
    logs.set(name, log);
    return log.append(args);
  });
  const moved = [...logs.values()].filter(({ hasMoved }) => hasMoved);
  if (moved.length === 0) return answers;
  const now = db.get<{ at: number }>('tick', { count: moved.length })?.at ?? 0;
  moved.forEach((log, index) => log.close(now - moved.length + 1 + index));
  db.signal('chat');
  return answers;
}

/** Part of the chat's store: see the port of the message log for what it promises. */
export const append = together(appendAll);
