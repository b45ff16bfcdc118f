import type { Follower } from '#domain/chat/application/follower.js';
import type { LiveConversations } from '#domain/chat/application/live-conversations.js';
import type { TellPresence } from '#domain/chat/application/tell-presence.js';
import type { ChatFacade } from '#domain/chat/chat.facade.js';
import type { Instant } from '#domain/kernel/brand.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { TokenUser, UserTokens } from '#ports/workspace/user-tokens.js';

export interface ChatTools {
  readonly chat: ChatFacade;
  readonly live: Pick<LiveConversations, 'follow' | 'unfollow'>;
  readonly presence: Pick<TellPresence, 'seenBy' | 'set'>;
  readonly tokens: UserTokens;
  readonly clock: Clock;
  readonly log: Log;
}

/** The connection on which a frame came. */
export interface FrameCaller extends Follower {
  readonly user: TokenUser;
  readonly tools: ChatTools;
  /** @throws Refusal `unauthenticated` | `forbidden` */
  refresh(token: string): Promise<Instant>;
}
