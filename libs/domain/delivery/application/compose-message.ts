import { Refusal } from '#domain/kernel/refusal.js';
import { deliveryId, type Member } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Channel } from '#ports/delivery/channel.js';
import type { OutgoingMessage } from '#ports/delivery/message-provider.js';
import type { PreferenceClaim } from '#ports/delivery/preference-tokens.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';
import type { PreparedTemplate } from '#ports/templating/renderer.js';

export type Composed = { readonly message: OutgoingMessage } | { readonly unsendable: string };

/**
 * One member's message. Everything it is made of is frozen (the dispatch, the template version, the member's data), so
 * composing it again after a crash gives the same bytes.
 */
export function compose(
  channel: Channel,
  dispatch: Dispatch,
  member: Member,
  template: PreparedTemplate,
  links: RecipientLinks,
): Composed {
  const { content, linkBase, purpose } = dispatch;
  const unsubscribeUrl =
    purpose === 'marketing' ? links.unsubscribe(linkBase, dispatch.id, member.ref) : undefined;
  try {
    const recipient = JSON.parse(member.data) as Record<string, unknown>;
    // Only an e-mail is addressed by one: elsewhere it is the recipient's data that may tell it.
    const address = channel.addressKind === 'email' ? { email: member.address } : {};
    const ending = unsubscribeUrl === undefined ? {} : { unsubscribeUrl };
    const platform = { ...address, assetsUrl: links.assets(linkBase), ...ending };
    const preferencesUrl = preferencesUrlOf(channel, dispatch, member, template, links);
    const shared = preferencesUrl === undefined ? content.data : { preferencesUrl, ...content.data };
    const rendered = template.render({ recipient, shared, platform });
    const id = deliveryId(dispatch.id, member.ordinal);
    const from = { dispatch, deliveryId: id, to: member.address, rendered, recipient, unsubscribeUrl };
    return { message: channel.message(from) };
  } catch (error) {
    return {
      unsendable:
        error instanceof Refusal ? `${error.code}: ${error.message}` : `render_failed: ${String(error)}`,
    };
  }
}

/**
 * Where the recipient says what they want, for a template that shows it. An application with a page of its own says where
 * in its data, which goes before ours.
 */
function preferencesUrlOf(
  channel: Channel,
  dispatch: Dispatch,
  member: Member,
  template: PreparedTemplate,
  links: RecipientLinks,
): string | undefined {
  const claim = template.uses('preferencesUrl') ? claimOf(channel, dispatch, member) : undefined;
  return claim && links.preferences(dispatch.linkBase, claim);
}

function claimOf(
  { addressKind }: Channel,
  { id, workspaceId, refersTo }: Dispatch,
  { ref, address }: Member,
): PreferenceClaim | undefined {
  if (refersTo === 'subscriber') return { kind: 'subscriber', campaignId: id, subscriberId: ref };
  if (refersTo !== 'user') return undefined;
  if (ref !== '') return { kind: 'user', workspaceId, userId: ref };
  return addressKind === 'email' ? { kind: 'address', workspaceId, address } : undefined;
}
