import type { ModerationSettings } from '#domain/chat/application/moderation-settings.js';
import type { ModerationRule } from '#domain/chat/model/moderation.js';
import type { ConfigReader } from './config-reader.js';

const TIMEOUT_MS = 1_000;
const LONGEST_TIMEOUT_MS = 3_000;
/** Standard Webhooks: between 24 and 64 bytes, in base64. */
const KEY = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

type Said = Partial<Omit<ModerationRule, 'keys'>> & { readonly secrets?: readonly string[] };

/** The section `chat.moderation`: who is asked before a message is taken. A workspace's own says name by name what differs. */
export function readModeration(read: ConfigReader): {
  readonly settings: ModerationSettings;
  readonly secrets: readonly string[];
} {
  const section = 'chat.moderation';
  const everyone = readOne(read, section);
  const rules = new Map<string, ModerationRule | undefined>();
  const all = [everyone];
  for (const id of read.names(`${section}.workspaces`)) {
    const own = readOne(read, `${section}.workspaces.${id}`);
    all.push(own);
    rules.set(id, ruleOf(read, `${section}.workspaces.${id}`, { ...everyone, ...own }));
  }
  const rule = ruleOf(read, section, everyone);
  return {
    settings: { of: (workspaceId) => (rules.has(workspaceId) ? rules.get(workspaceId) : rule) },
    secrets: all.flatMap(({ secrets = [] }) => secrets),
  };
}

function readOne(read: ConfigReader, section: string): Said {
  const secrets = read.list({ file: `${section}.secrets` });
  if (secrets?.some((key) => !KEY.test(key)))
    read.complain(`${section}.secrets`, 'must be whsec_ and 24 to 64 bytes in base64');
  const said = {
    url: read.url({ file: `${section}.url` }),
    secrets,
    timeoutMs: read.count({ file: `${section}.timeoutMs` }, { min: 50, max: LONGEST_TIMEOUT_MS }),
    onFailure: read.oneOf({ file: `${section}.onFailure` }, ['allow', 'refuse'] as const),
    bots: read.flag({ file: `${section}.bots` }),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** What holds where there is no answer is to be said by whoever asks for one: either is wrong for somebody. */
function ruleOf(read: ConfigReader, section: string, said: Said): ModerationRule | undefined {
  const { url, secrets: keys, onFailure, timeoutMs = TIMEOUT_MS, bots = false } = said;
  if (url === undefined) return undefined;
  if (!keys) read.complain(`${section}.secrets`, 'must be there: what is asked is signed');
  if (!onFailure) read.complain(`${section}.onFailure`, 'must be there: allow or refuse');
  return keys && onFailure ? { url, keys, onFailure, timeoutMs, bots } : undefined;
}
