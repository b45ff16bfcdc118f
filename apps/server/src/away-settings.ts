import type { AwaySettings } from '#domain/chat/application/away-settings.js';
import type { ServerConfig } from './config/server-config.js';
import type { PublicUrl } from './public-url.js';

const MINUTE_MS = 60_000;
const MINUTES = 5;

/** Whoever says nothing is told in the name that their e-mails come from, and reads on where this server is reached. */
export function awaySettingsOf(
  { away, emailFrom }: Pick<ServerConfig, 'away' | 'emailFrom'>,
  publicUrl: PublicUrl,
): AwaySettings {
  const [, name = '', address = emailFrom] = /^\s*"?([^"<]*?)"?\s*<([^>]*)>\s*$/.exec(emailFrom) ?? [];
  return {
    of: (workspaceId) => {
      const own = Object.hasOwn(away.workspaces, workspaceId) ? away.workspaces[workspaceId] : undefined;
      const said = { ...away.everyone, ...own };
      const { minutes = MINUTES, type = 'missed_messages_digest', words = true } = said;
      if (minutes === 0) return undefined;
      const { value: here } = publicUrl;
      const {
        chatUrl = here,
        companyName = name || address,
        companyAddress = address,
        websiteUrl = here,
      } = said;
      const data = { companyName, companyAddress, websiteUrl };
      return { afterMs: Math.ceil(minutes * MINUTE_MS), type, words, chatUrl, data };
    },
  };
}
