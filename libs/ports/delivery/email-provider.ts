import { plainText, type Text } from '#domain/kernel/text.js';
import type { MessageProvider, OutgoingMessage, ProviderCall } from './message-provider.js';

/** One finished e-mail. Its `deliveryId` travels as the provider's tag `posthorn_delivery`. Header values hold no CR or LF, addresses are validated: the domain has seen to it. */
export interface EmailMessage extends OutgoingMessage {
  /** `Name <address>` or a bare address. */
  readonly from: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly html?: Text;
  readonly text?: Text;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message with its parts put together, for whoever has no use for pieces. */
export interface PlainEmail extends EmailMessage {
  readonly html?: string;
  readonly text?: string;
}

export function plainEmail(message: EmailMessage): PlainEmail {
  const { html, text, ...rest } = message;
  return {
    ...rest,
    ...(html !== undefined && { html: plainText(html) }),
    ...(text !== undefined && { text: plainText(text) }),
  };
}

export type EmailCall = ProviderCall<EmailMessage>;

/** A way to send e-mail, with the guarantees of {@link MessageProvider}. */
export type EmailProvider = MessageProvider<EmailMessage>;
export const EmailProvider = Symbol('EmailProvider');
