import { Refusal } from '#domain/kernel/refusal.js';
import { deliveryId, type Member } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import type { RecipientLinks } from '#ports/delivery/recipient-links.js';
import type { PreparedTemplate } from '#ports/templating/renderer.js';

type Writable<T> = { -readonly [key in keyof T]: T[key] };

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
    const email = member.address;
    const assetsUrl = links.assets(dispatch.linkBase);
    const platform =
      unsubscribeUrl === undefined ? { email, assetsUrl } : { email, assetsUrl, unsubscribeUrl };
    const { subject, html, text } = template.render({ recipient, shared: content.data, platform });
    const message: Writable<EmailMessage> = {
      deliveryId: deliveryId(dispatch.id, member.ordinal),
      from: content.from,
      to: member.address,
      subject,
      headers: unsubscribeUrl === undefined ? {} : marketingHeaders(dispatch, unsubscribeUrl),
    };
    if (content.replyTo !== undefined) message.replyTo = content.replyTo;
    if (html !== undefined) message.html = html;
    if (text !== undefined) message.text = text;
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
