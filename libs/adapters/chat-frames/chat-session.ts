import { Refusal } from '#domain/kernel/refusal.js';
import type { Instant } from '#domain/kernel/brand.js';
import type { Durable, Ephemeral } from '#domain/chat/application/follower.js';
import type { TokenUser } from '#ports/workspace/user-tokens.js';
import { FrameData } from './frame-data.js';
import type { LiveConversations } from '#domain/chat/application/live-conversations.js';
import type { TellPresence } from '#domain/chat/application/tell-presence.js';
import { answerOf, refused } from './answers.js';
import type { ChatTools, FrameCaller } from './frame-caller.js';
import { FRAMES } from './frames.js';
import { frameOf } from './push-frames.js';
import type { Answer, Wire } from './wire.js';

/** Milliseconds in which a client whose token has expired may show a new one. */
export const EXPIRY_GRACE_MS = 30_000;
/** What one connection may have asked and not been answered yet. */
export const MOST_ASKED = 32;

/** Of a process that holds its connections itself. */
export interface SessionTools extends ChatTools {
  readonly live: LiveConversations;
  readonly presence: TellPresence;
}

/** One connection of one user to the chat, on whatever transport that this process holds. */
export class ChatSession implements FrameCaller {
  readonly user: TokenUser;
  readonly tools: SessionTools;
  readonly #wire: Wire;
  readonly #deviceId: string;
  #asked = 0;
  #cancelExpiry = (): void => {};

  constructor(user: TokenUser, deviceId: string, wire: Wire, tools: SessionTools) {
    this.user = { workspaceId: user.workspaceId, userId: user.userId };
    this.tools = tools;
    this.#wire = wire;
    this.#deviceId = deviceId;
  }

  get userId(): string {
    return this.user.userId;
  }

  get hasRoom(): boolean {
    return this.#wire.hasRoom;
  }

  whenRoom(call: () => void): void {
    this.#wire.whenRoom(call);
  }

  tell(event: Durable): void {
    this.#wire.push(frameOf(event));
  }

  pass(event: Ephemeral): void {
    this.#wire.pass(frameOf(event));
  }

  open(expiresAt: Instant): void {
    const { live, presence } = this.tools;
    const { workspaceId } = this.user;
    this.#expireAt(expiresAt);
    live.connect(workspaceId, this);
    presence.come(workspaceId, this, this.#deviceId);
  }

  /** The connection is there no more. */
  closed(): void {
    this.#cancelExpiry();
    this.tools.live.disconnect(this);
    this.tools.presence.go(this);
  }

  async ask(frame: string, sent: unknown): Promise<Answer> {
    const run = FRAMES.get(frame);
    if (!run) return refused('not_found', 'There is no such frame.');
    if (this.#asked >= MOST_ASKED) return refused('rate_limited', 'Wait for an answer first.');
    this.#asked += 1;
    try {
      return await answerOf(() => run(this, new FrameData(sent)), this.tools.log);
    } finally {
      this.#asked -= 1;
    }
  }

  /** In place of the token that the connection was opened with; of the same user. @throws Refusal `unauthenticated` | `forbidden` */
  async refresh(token: string): Promise<Instant> {
    const verdict = await this.tools.tokens.verify(token);
    if (verdict.kind === 'refused') throw new Refusal('unauthenticated', 'Send a valid user token.');
    const { workspaceId, userId } = this.user;
    if (verdict.workspaceId !== workspaceId || verdict.userId !== userId)
      throw new Refusal('forbidden', 'This token is of another user: open another connection with it.');
    this.#expireAt(verdict.expiresAt);
    return verdict.expiresAt;
  }

  #expireAt(expiresAt: Instant): void {
    const { clock } = this.tools;
    this.#cancelExpiry();
    const left = expiresAt + EXPIRY_GRACE_MS - clock.now();
    this.#cancelExpiry = clock.after(left, () => this.#wire.close('unauthenticated'));
  }
}
