import MailComposer from 'nodemailer/lib/mail-composer';
import type { Instant } from '#domain/kernel/brand.js';
import { type EmailMessage, plainEmail } from '#ports/delivery/email-provider.js';
import { domainOf, parseMailbox } from '#adapters/email-providers/mailbox.js';

export interface MimeMessage {
  /** Without angle brackets. */
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: Buffer;
}

/**
 * Makes the message as it goes over the wire. Addresses are handed over as parts, never as text for nodemailer to take
 * apart; what is in them is not its to interpret. Nothing in a message can make it read a file or a URL.
 * @throws Error if nodemailer won't have it
 */
export async function mimeMessage(message: EmailMessage, now: Instant): Promise<MimeMessage> {
  const { from, to, replyTo, subject, html, text, headers, deliveryId } = plainEmail(message);
  const sender = parseMailbox(from);
  const recipient = parseMailbox(to);
  // The same for every attempt: whoever gets a second copy can tell that it is one.
  const messageId = `${deliveryId}@${domainOf(sender.address)}`;
  const bytes = await new MailComposer({
    from: sender,
    to: recipient,
    ...(replyTo === undefined ? {} : { replyTo: parseMailbox(replyTo) }),
    subject,
    ...(html === undefined ? {} : { html }),
    ...(text === undefined ? {} : { text }),
    headers: { ...headers, 'X-Posthorn-Delivery': deliveryId },
    messageId: `<${messageId}>`,
    date: new Date(now),
    baseBoundary: deliveryId,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return { messageId, from: sender.address, to: recipient.address, bytes };
}
