import { Refusal } from '#domain/kernel/refusal.js';
import { plainText } from '#domain/kernel/text.js';
import { parseUserId } from '#domain/kernel/user-id.js';
import type { Channel } from '#ports/delivery/channel.js';
import type { InboxMessage } from '#ports/delivery/inbox-provider.js';

/** UTF-16 units: what browsers and proxies still take. */
const LONGEST_URL = 2048;

/**
 * Items in the application's own inbox: they lie in our storage, so that accepted is delivered.
 *
 * What the item is of stands in the dispatch (`notificationType`, the same for all its recipients), where it leads in the
 * recipient's data (`url`).
 */
export const inbox: Channel = {
  name: 'inbox',
  addressKind: 'userId',
  template: { subject: 'optional', html: false },
  arrivesWhenAccepted: true,
  normalise: parseUserId,
  message({ dispatch, deliveryId, to, rendered, recipient }): InboxMessage {
    const title = rendered.subject.trim();
    const body = plainText(rendered.text ?? '').trim();
    if (title === '' && body === '') throw new Refusal('missing_variable', 'The text is empty.');
    const url = urlOf(recipient['url']);
    const type = dispatch.content.data['notificationType'];
    return {
      deliveryId,
      to,
      workspaceId: dispatch.workspaceId,
      type: typeof type === 'string' ? type : '',
      title,
      body,
      ...(url !== undefined && { url }),
      data: recipient,
    };
  },
  parts(message) {
    const { title, body, data } = message as InboxMessage;
    return [title, body, JSON.stringify(data)];
  },
};

/** `javascript:` in an item would run in the application of whoever clicks it. */
function urlOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const isWeb = value.length <= LONGEST_URL && /^https?:\/\//i.test(value) && URL.canParse(value);
  if (!isWeb)
    throw new Refusal('unsafe_url', `url must be an http or https URL of at most ${LONGEST_URL} characters.`);
  return value;
}
