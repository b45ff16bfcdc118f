import { isAddress, parseEmailAddress } from '#domain/kernel/email-address.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import type { Channel } from '#ports/delivery/channel.js';

type Writable<T> = { -readonly [key in keyof T]: T[key] };

export const email: Channel = {
  name: 'email',
  addressKind: 'email',
  template: { subject: 'required', html: true },
  arrivesWhenAccepted: false,
  normalise(address) {
    const parsed = parseEmailAddress(address);
    return isAddress(parsed) ? parsed : undefined;
  },
  message({ dispatch, deliveryId, to, rendered, unsubscribeUrl }) {
    const { content } = dispatch;
    const { subject, html, text } = rendered;
    const message: Writable<EmailMessage> = {
      deliveryId,
      from: content.from,
      to,
      subject,
      headers: unsubscribeUrl === undefined ? {} : marketingHeaders(dispatch, unsubscribeUrl),
    };
    if (content.replyTo !== undefined) message.replyTo = content.replyTo;
    if (html !== undefined) message.html = html;
    if (text !== undefined) message.text = text;
    return message;
  },
  parts(message) {
    const { subject, html, text } = message as EmailMessage;
    return [subject, html ?? '', text ?? ''];
  },
};

/** RFC 2369 and RFC 8058 one-click unsubscribe; Feedback-ID as Gmail's feedback loop reads it. */
function marketingHeaders(dispatch: Dispatch, unsubscribeUrl: string): Record<string, string> {
  return {
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'Feedback-ID': `${dispatch.id}:${dispatch.workspaceId}:campaign:posthorn`,
  };
}
