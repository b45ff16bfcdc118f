import type { WhatsAppContent, WhatsAppMessage } from '#ports/delivery/whatsapp-provider.js';

/**
 * The body of a call that sends one message. The delivery's id comes back with each of its statuses, which is how a
 * message is found again whose answer, and with it WhatsApp's own id, was lost.
 */
export function whatsAppRequest({ deliveryId, to, content }: WhatsAppMessage): object {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to,
    ...contentOf(content),
    biz_opaque_callback_data: deliveryId,
  };
}

function contentOf(content: WhatsAppContent): object {
  switch (content.kind) {
    case 'text':
      // Without a preview nobody fetches a link that may be used once before the person does.
      return { type: 'text', text: { preview_url: false, body: content.body } };
    case 'template': {
      const { name, language, parameters } = content;
      const body = { type: 'body', parameters: parameters.map((text) => ({ type: 'text', text })) };
      const components = parameters.length > 0 ? { components: [body] } : {};
      return { type: 'template', template: { name, language: { code: language }, ...components } };
    }
  }
}
