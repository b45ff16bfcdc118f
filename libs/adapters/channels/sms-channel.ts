import { parsePhoneNumber } from '#domain/kernel/phone-number.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { plainText } from '#domain/kernel/text.js';
import type { SmsMessage } from '#ports/delivery/sms-provider.js';
import type { Channel } from '#ports/delivery/channel.js';
import { secondsLeft } from './seconds-left.js';

/** UTF-16 units: what every carrier takes as one message of several parts, and the providers' own limit. */
const LONGEST = 1600;

export const sms: Channel = {
  name: 'sms',
  addressKind: 'phone',
  template: { subject: 'none', html: false },
  arrivesWhenAccepted: false,
  normalise: parsePhoneNumber,
  message({ dispatch, deliveryId, to, rendered }): SmsMessage {
    const body = plainText(rendered.text ?? '').trim();
    if (body === '') throw new Refusal('missing_variable', 'The text is empty.');
    if (body.length > LONGEST)
      throw new Refusal('render_too_large', `A text message has at most ${LONGEST} characters.`);
    return { deliveryId, to, body, ...secondsLeft(dispatch) };
  },
  parts: (message) => [(message as SmsMessage).body],
};
