import type { RateLimit } from '#ports/workspace/rate-limits.js';

/** What an operator may say about the chat. */
export interface ChatSettings {
  /** Messages of one user, in all conversations together. */
  readonly flood: RateLimit;
  /** What else one user does that others are told of: changes, typing, broadcasts. */
  readonly bustle: RateLimit;
}
export const ChatSettings = Symbol('ChatSettings');

export const DEFAULT_CHAT_SETTINGS: ChatSettings = {
  flood: { burst: 20, perSecond: 5 },
  bustle: { burst: 200, perSecond: 100 },
};
