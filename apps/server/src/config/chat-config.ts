import { type ChatSettings, DEFAULT_CHAT_SETTINGS } from '#domain/chat/application/chat-settings.js';
import type { RateLimit } from '#ports/workspace/rate-limits.js';
import type { ConfigReader } from './config-reader.js';

/** The section `chat`: how much one user may do there. */
export function readChat(read: ConfigReader): ChatSettings {
  const limit = (name: 'flood' | 'bustle'): RateLimit => {
    const fallback = DEFAULT_CHAT_SETTINGS[name];
    const perSecond = { min: 0.01, max: 1_000_000 };
    return {
      perSecond: read.number({ file: `chat.${name}.perSecond` }, perSecond) ?? fallback.perSecond,
      burst: read.count({ file: `chat.${name}.burst` }, { min: 1, max: 1_000_000 }) ?? fallback.burst,
    };
  };
  return { flood: limit('flood'), bustle: limit('bustle') };
}
