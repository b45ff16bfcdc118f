import { Refusal } from '#domain/kernel/refusal.js';
import { deliveryId, type Member } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';
import type { PreparedTemplate } from '#ports/templating/renderer.js';

export type Composed = { readonly message: EmailMessage } | { readonly unsendable: string };

/**
 * One member's e-mail. Everything it is made of is frozen (the dispatch, the template version, the member's data), so
 * composing it again after a crash gives the same bytes.
 */
export function composeEmail(
  dispatch: Dispatch,
  member: Member,
  template: PreparedTemplate,
  links: RecipientLinks,
): Composed {
  const { content } = dispatch;
  const unsubscribeUrl =
    dispatch.purpose === 'marketing'
      ? links.unsubscribe(dispatch.linkBase, dispatch.id, member.ref)
      : undefined;
  try {
    const recipient = JSON.parse(member.data) as Record<string, unknown>;
    const platform: Record<string, string> = {
      email: member.address,
      assetsUrl: links.assets(dispatch.linkBase),
    };
    if (unsubscribeUrl !== undefined) platform['unsubscribeUrl'] = unsubscribeUrl;
    const { subject, html, text } = template.render({ recipient, shared: content.data, platform });
    const message: EmailMessage = {
      deliveryId: deliveryId(dispatch.id, member.ordinal),
      from: content.from,
      to: member.address,
      ...(content.replyTo !== undefined && { replyTo: content.replyTo }),
      subject,
      ...(html !== undefined && { html }),
      ...(text !== undefined && { text }),
      headers: unsubscribeUrl === undefined ? {} : marketingHeaders(dispatch, unsubscribeUrl),
    };
    return { message };
  } catch (error) {
    // Only this recipient's data is at fault; its neighbours go out.
    return {
      unsendable:
        error instanceof Refusal ? `${error.code}: ${error.message}` : `render_failed: ${String(error)}`,
    };
  }
}

/** RFC 2369 and RFC 8058 one-click unsubscribe; Feedback-ID as Gmail's feedback loop reads it. */
function marketingHeaders(dispatch: Dispatch, unsubscribeUrl: string): Record<string, string> {
  return {
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'Feedback-ID': `${dispatch.id}:${dispatch.workspaceId}:campaign:posthorn`,
  };
}
