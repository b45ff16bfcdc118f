import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Conversations } from '#ports/chat/conversations.js';
import type { MessageLog, Position } from '#ports/chat/message-log.js';
import type { Push, PushOfConversation } from '#ports/chat/realtime.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import { CatchingUp } from './catching-up.js';
import type { Durable, Ephemeral, Follower } from './follower.js';
import { LiveLog, type Told } from './live-log.js';
import { LiveMarks, type ToldMarks } from './live-marks.js';
import { LiveMembers } from './live-members.js';

export interface FeedTools {
  readonly conversations: Conversations;
  readonly messages: MessageLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds after which a log that could not be read is read again. */
const READ_AGAIN_MS = 1_000;
/** Milliseconds after which a message is no longer kept for those who come back: who is away for longer reads the log. */
const RECENT_MS = 60_000;
/** Messages told to somebody who has just been added, or whose conversation has just been made. */
const MOST_UNREAD_TOLD = 100;
/** In larger ones each is told of their own marks only: five thousand people who read would be five thousand times that many events. */
export const MOST_TOLD_MARKS = 256;

/** Who keeps the feeds of a process. */
export interface FeedKeeper {
  /** Lets those follow who are connected, and members now. */
  gather(feed: ConversationFeed): Promise<void>;
  /** @param before those who were its members until now */
  membersChanged(feed: ConversationFeed, before: ReadonlySet<string>): void;
}

interface Open {
  readonly live: LiveLog;
  readonly readers: CatchingUp;
}

/** What one process tells of one conversation to those who are connected to it, from what is pushed and what is in the log. */
export class ConversationFeed {
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
  readonly #tools: FeedTools;
  readonly #keeper: FeedKeeper;
  readonly #followers = new Set<Follower>();
  readonly #marks: LiveMarks;
  readonly #members: LiveMembers;
  /** What was pushed while it opens. */
  readonly #early: Extract<Push, { message: unknown }>[] = [];
  #open: Open | undefined;
  #opening: Promise<boolean> | undefined;
  #reading: Promise<void> | undefined;
  #cancel = (): void => {};
  #isClosed = false;
  #asking = 0;
  #conversationTold: Promise<void> = Promise.resolve();
  #standingTold: Promise<void> = Promise.resolve();

  constructor(
    of: { readonly workspaceId: WorkspaceId; readonly conversationId: ConversationId },
    tools: FeedTools,
    keeper: FeedKeeper,
  ) {
    this.workspaceId = of.workspaceId;
    this.conversationId = of.conversationId;
    this.#tools = tools;
    this.#keeper = keeper;
    this.#marks = new LiveMarks(of.conversationId, tools.clock, (marks) => this.#tellOthers(marks));
    this.#members = new LiveMembers(of.conversationId, tools.conversations, {
      gone: (userIds) => this.#cutOff(userIds),
      changed: (before) => keeper.membersChanged(this, before),
    });
  }

  get isIdle(): boolean {
    const isRead = this.#reading !== undefined || this.#opening !== undefined || this.#asking > 0;
    return !isRead && this.#followers.size === 0 && (this.#open?.readers.isEmpty ?? true);
  }

  get members(): ReadonlySet<string> {
    return this.#members.all;
  }

  get followers(): Iterable<Follower> {
    return this.#everybody();
  }

  /**
   * From now on the follower is told what is new, after what it missed since `from`. Undefined if its user is no member.
   * @param from undefined for nothing of the past, `unread` for the last of what the member has not read
   * @returns when it has been told all that it missed: where it is then, and how far the member has come
   */
  async follow(
    follower: Follower,
    from?: Position | 'unread',
  ): Promise<{ readonly position: Position; readonly member: Member } | undefined> {
    this.#asking += 1;
    try {
      return await this.#admit(follower, from);
    } finally {
      this.#asking -= 1;
    }
  }

  async #admit(
    follower: Follower,
    from?: Position | 'unread',
  ): Promise<{ readonly position: Position; readonly member: Member } | undefined> {
    if (!(await this.#opened()) || !this.#open) return undefined;
    const member = await this.#members.now(follower.userId);
    if (!member) return undefined;
    this.#members.add(follower.userId);
    const { live, readers } = this.#open;
    this.#followers.delete(follower);
    const { seq, rev } = live.position;
    const unread = { seq: Math.max(member.readSeq, seq - MOST_UNREAD_TOLD), rev };
    const position = from === 'unread' ? unread : (from ?? live.position);
    await new Promise<void>((done) => readers.begin(follower, position, done));
    return { position: live.position, member };
  }

  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
    this.#open?.readers.drop(follower);
  }

  /** Takes in what was pushed, whenever it comes. */
  take(push: PushOfConversation): void {
    switch (push.kind) {
      case 'message':
      case 'change':
        return this.#takeMessage(push);
      case 'marks':
        return this.#takeMarks(push.member, push.ownOnly);
      case 'standing':
        return this.#takeStanding(push.userId);
      case 'conversation':
        return this.#takeMembers(push.gone);
      case 'typing':
        return this.#pass(push, push.userId);
      case 'broadcast':
        return this.#pass(push, push.from);
    }
  }

  /** Looks whether a push was lost, of the log or of who has gone. */
  async lookAgain(): Promise<void> {
    if (!this.#open) return;
    try {
      const { live } = this.#open;
      const before = this.members;
      const [conversation] = await Promise.all([
        this.#tools.conversations.find(this.workspaceId, this.conversationId),
        this.#members.read(),
      ]);
      if ([...this.members].some((userId) => !before.has(userId))) await this.#keeper.gather(this);
      const { seq = 0, rev = 0, cutSeq = 0 } = conversation ?? {};
      live.cutUpTo(cutSeq);
      live.forgetBefore(this.#tools.clock.now() - RECENT_MS);
      if (seq <= live.position.seq && rev <= live.position.rev) return;
      live.suspect();
      this.#read();
    } catch (error) {
      this.#tools.log.error('chat.unreadable', { error, conversationId: this.conversationId });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    this.#marks.close();
    await Promise.allSettled([this.#opening, this.#reading, this.#conversationTold, this.#standingTold]);
  }

  /** Opening anew after a failure is for whoever comes next. */
  #opened(): Promise<boolean> {
    if (this.#open) return Promise.resolve(true);
    this.#opening ??= this.#openNow().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #openNow(): Promise<boolean> {
    const { conversations, messages } = this.#tools;
    // What is pushed from now on is kept: what was pushed before is in what is read.
    const [found] = await Promise.all([
      conversations.find(this.workspaceId, this.conversationId),
      this.#members.read(),
    ]);
    if (!found) return false;
    const live = new LiveLog({ seq: found.seq, rev: found.rev });
    const readers = new CatchingUp(
      { conversationId: this.conversationId, messages, live },
      (told) => this.#tellLive(told),
      (follower) => this.#followers.add(follower),
      () => this.#read(),
    );
    this.#open = { live, readers };
    for (const push of this.#early.splice(0)) this.#takeMessage(push);
    return true;
  }

  #takeMessage(push: Extract<Push, { message: unknown }>): void {
    if (!this.#open) {
      // Nobody is live yet: if it is forgotten, what is read tells of it.
      if (this.#opening) this.#early.push(push);
      return;
    }
    this.#tellLive(this.#open.live.take(push.kind, push.message));
    this.#read();
  }

  #tellLive(told: readonly Told[]): void {
    for (const one of told)
      this.#tell({ kind: 'told', conversationId: this.conversationId, told: one }, this.#followers);
  }

  /** The ones that are catching up hear it too; whoever is no member any more hears nothing, whatever they are still in. */
  #tell(event: Durable, whom: Iterable<Follower> = this.#everybody()): void {
    for (const follower of whom) if (this.members.has(follower.userId)) follower.tell(event);
  }

  #pass(event: Ephemeral, butNot: string): void {
    for (const follower of this.#everybody())
      if (follower.userId !== butNot && this.members.has(follower.userId)) follower.pass(event);
  }

  *#everybody(): Iterable<Follower> {
    yield* this.#followers;
    if (this.#open) yield* this.#open.readers.followers;
  }

  #takeMarks(member: Member, ownOnly = false): void {
    const marks = this.#marks.take(member);
    if (!marks) return;
    this.#tell({ kind: 'marks', marks }, this.#devicesOf(member.userId));
    if (ownOnly || this.members.size > MOST_TOLD_MARKS) return;
    // Of two people nothing is to be told later: one may have blocked the other by then, and there is nobody to spare.
    if (this.members.size <= 2) this.#tellOthers(marks);
    else this.#marks.tellOthersOf(member.userId);
  }

  #tellOthers(marks: ToldMarks): void {
    const others = [...this.#everybody()].filter(({ userId }) => userId !== marks.userId);
    this.#tell({ kind: 'marks', marks }, others);
  }

  /** One after another, each read after it was pushed: what is told last is how it is, though pushes overtake one another. */
  #takeStanding(userId: string): void {
    if (this.#devicesOf(userId).length > 0)
      this.#standingTold = this.#standingTold.then(() => this.#tellStanding(userId));
  }

  async #tellStanding(userId: string): Promise<void> {
    try {
      const member = await this.#tools.conversations.memberOf(this.conversationId, userId);
      if (member && !this.#isClosed) this.#tell({ kind: 'standing', member }, this.#devicesOf(userId));
    } catch (error) {
      this.#tools.log.error('chat.unreadable', { error, conversationId: this.conversationId });
    }
  }

  #devicesOf(userId: string): readonly Follower[] {
    return [...this.#everybody()].filter((one) => one.userId === userId);
  }

  #takeMembers(gone: readonly string[]): void {
    this.#members.stir();
    this.#cutOff(gone);
    this.#conversationTold = this.#tellConversation();
  }

  #cutOff(gone: readonly string[]): void {
    if (gone.length === 0) return;
    const left = new Set(gone);
    this.#members.remove(gone);
    for (const follower of [...this.#everybody()]) {
      if (!left.has(follower.userId)) continue;
      this.unfollow(follower);
      follower.tell({ kind: 'left', conversationId: this.conversationId });
    }
    for (const userId of gone) this.#marks.forget(userId);
  }

  async #tellConversation(): Promise<void> {
    try {
      await this.#members.read();
      await this.#keeper.gather(this);
      const found = await this.#tools.conversations.find(this.workspaceId, this.conversationId);
      if (found && !this.#isClosed) this.#tell({ kind: 'conversation', conversation: found });
    } catch (error) {
      this.#tools.log.error('chat.unreadable', { error, conversationId: this.conversationId });
    }
  }

  #read(): void {
    if (this.#reading || this.#isClosed || !this.#open?.readers.wantsRead) return;
    this.#reading = this.#readAll(this.#open.readers).then((done) => {
      this.#reading = undefined;
      // Something was pushed after the last look and before this.
      if (done) this.#read();
    });
  }

  async #readAll(readers: CatchingUp): Promise<boolean> {
    try {
      while (readers.wantsRead && !this.#isClosed) await readers.read();
      return true;
    } catch (error) {
      this.#tools.log.error('chat.unreadable', { error, conversationId: this.conversationId });
      this.#cancel();
      if (!this.#isClosed) this.#cancel = this.#tools.clock.after(READ_AGAIN_MS, () => this.#read());
      return false;
    }
  }
}
