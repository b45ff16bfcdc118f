import { Refusal } from '#domain/kernel/refusal.js';
import { plainText } from '#domain/kernel/text.js';
import type { PushMessage } from '#ports/delivery/push-provider.js';
import type { Channel } from '#ports/delivery/channel.js';
import { secondsLeft } from './seconds-left.js';

const ADDRESS = /^(token|fid):[A-Za-z0-9_:%.-]{8,4096}$/;

export const push: Channel = {
  name: 'push',
  addressKind: 'devices',
  template: { subject: 'optional', html: false },
  arrivesWhenAccepted: false,
  normalise: (address) => (ADDRESS.test(address) ? address : undefined),
  message({ dispatch, deliveryId, to, rendered, recipient }): PushMessage {
    const body = plainText(rendered.text ?? '').trim();
    const title = rendered.subject.trim();
    if (body === '' && title === '') throw new Refusal('missing_variable', 'The text is empty.');
    return {
      deliveryId,
      to,
      ...(title !== '' && { title }),
      body,
      data: textsOf(recipient['push']),
      urgent: dispatch.lane === 'critical',
      ...secondsLeft(dispatch),
    };
  },
  parts(message) {
    const { title, body } = message as PushMessage;
    return [title ?? '', body];
  },
};

/** What the application wants handed to its own code: `data.push`, of which only texts travel. */
function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
