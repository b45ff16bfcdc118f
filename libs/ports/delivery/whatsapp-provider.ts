import type { MessageProvider, OutgoingMessage } from './message-provider.js';

/** What a WhatsApp message says: free text only within 24 hours of the person's last message, a template at any time. */
export type WhatsAppContent =
  | { readonly kind: 'text'; readonly body: string }
  | {
      readonly kind: 'template';
      /** As it was approved. */
      readonly name: string;
      /** As WhatsApp writes it: `en_US`. */
      readonly language: string;
      /** What stands for {{1}}, {{2}}, … in the approved body. */
      readonly parameters: readonly string[];
    };

/** One WhatsApp message. `to` is a number in E.164. */
export interface WhatsAppMessage extends OutgoingMessage {
  readonly content: WhatsAppContent;
}

/** A way to send WhatsApp messages, with the guarantees of {@link MessageProvider}. */
export type WhatsAppProvider = MessageProvider<WhatsAppMessage>;
