import { parsePhoneNumber } from '#domain/kernel/phone-number.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { plainText } from '#domain/kernel/text.js';
import type { WhatsAppContent, WhatsAppMessage } from '#ports/delivery/whatsapp-provider.js';
import type { Channel } from '#ports/delivery/channel.js';

/** Of a text body, by WhatsApp's own documentation. */
const LONGEST = 4096;
/** By WhatsApp's own documentation: "customer service window". */
const WINDOW_MS = 24 * 3_600_000;
/** The first line of a template that stands for one approved by WhatsApp, with its parameters counted: `template: shipped en_US 2`. */
const APPROVED = /^template: *([a-z0-9_]{1,512}) +([a-z]{2,3}(?:_[A-Z]{2})?) +(\d{1,2}) *(?:\n|$)/;

/**
 * A template's text is sent as it is, within 24 hours of the person's last message. If its first line names an approved
 * template, that is sent at any time, each further line being one of its parameters.
 */
export const whatsapp: Channel = {
  name: 'whatsapp',
  addressKind: 'whatsapp',
  template: { subject: 'none', html: false },
  arrivesWhenAccepted: false,
  window: { openMs: WINDOW_MS, needed: (text) => !/^\s*template:/.test(text) },
  normalise: parsePhoneNumber,
  message: ({ deliveryId, to, rendered }): WhatsAppMessage => ({
    deliveryId,
    to,
    content: contentOf(plainText(rendered.text ?? '').trim()),
  }),
  parts(message) {
    const { content } = message as WhatsAppMessage;
    return content.kind === 'text' ? [content.body] : content.parameters;
  },
};

function contentOf(text: string): WhatsAppContent {
  if (text === '') throw new Refusal('missing_variable', 'The text is empty.');
  const approved = APPROVED.exec(text);
  if (approved) {
    const [head, name = '', language = '', count = ''] = approved;
    const rest = text.slice(head.length);
    const parameters = rest === '' ? [] : rest.split('\n');
    // A value with a line break in it would push the others into places that are not theirs.
    if (parameters.length !== Number(count))
      throw new Refusal('missing_variable', `${name} takes ${count} parameters, each on one line.`);
    return { kind: 'template', name, language, parameters };
  }
  if (text.length > LONGEST)
    throw new Refusal('render_too_large', `A WhatsApp message has at most ${LONGEST} characters.`);
  return { kind: 'text', body: text };
}
