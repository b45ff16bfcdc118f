import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { encodeWord } from 'nodemailer/lib/mime-funcs';
import { plainText, type Text } from '#domain/kernel/text.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';
import { parseMailbox } from '#adapters/email-providers/mailbox.js';
import { addOwn, templateOf } from '#adapters/email-providers/shared-lines.js';
import { shareTexts } from '#adapters/email-providers/shared-texts.js';

/** The name of the tag that comes back in SES's events. */
const DELIVERY_TAG = 'posthorn_delivery';

interface SesPair {
  readonly Name: string;
  readonly Value: string;
}

/** One message: SES takes it as it is. */
export function singleRequest(
  message: EmailMessage,
  configurationSet: string | undefined,
): SendEmailCommandInput {
  const { html, text } = message;
  return {
    ...frameOf(message, configurationSet),
    Destination: { ToAddresses: [sesMailbox(message.to)] },
    EmailTags: tagsOf(message),
    Content: {
      Simple: {
        Subject: { Data: message.subject, Charset: 'UTF-8' },
        Body: {
          ...(html === undefined ? {} : { Html: { Data: plainText(html), Charset: 'UTF-8' } }),
          ...(text === undefined ? {} : { Text: { Data: plainText(text), Charset: 'UTF-8' } }),
        },
        Headers: headersOf(message),
      },
    },
  };
}

/**
 * Several messages, as the JSON of a SendBulkEmail: SES fills a template given in the request with each entry's data.
 * It neither escapes the data nor looks into it for further tags, so with what all messages share as the template and
 * what is every message's own as its data, each recipient gets exactly the bytes we rendered.
 */
export function bulkRequest(messages: readonly EmailMessage[], configurationSet: string | undefined): Buffer {
  const [first] = messages;
  if (!first) throw new RangeError('A call has at least one message.');
  const data: Record<string, string>[] = messages.map(({ subject }) => ({ s: subject }));
  const part = (prefix: string, texts: readonly Text[]) => {
    const shared = shareTexts(texts, (text) => text.includes('{{'));
    const keys = shared.pieces.map((_, n) => `${prefix}${n}`);
    addOwn(data, shared, keys);
    return templateOf(
      shared,
      keys.map((key) => `{{${key}}}`),
    );
  };
  const bodies = (of: 'html' | 'text') => messages.map((message) => message[of] ?? '');
  const content = {
    Subject: '{{s}}',
    ...(first.html === undefined ? {} : { Html: part('h', bodies('html')) }),
    ...(first.text === undefined ? {} : { Text: part('t', bodies('text')) }),
  };
  const request = {
    ...frameOf(first, configurationSet),
    DefaultContent: { Template: { TemplateContent: content, TemplateData: '{}' } },
    BulkEmailEntries: messages.map((message, at) => ({
      Destination: { ToAddresses: [sesMailbox(message.to)] },
      ReplacementTags: tagsOf(message),
      ReplacementHeaders: headersOf(message),
      ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: JSON.stringify(data[at]) } },
    })),
  };
  return Buffer.from(JSON.stringify(request));
}

function frameOf({ from, replyTo }: EmailMessage, configurationSet: string | undefined) {
  return {
    FromEmailAddress: sesMailbox(from),
    ...(replyTo === undefined ? {} : { ReplyToAddresses: [sesMailbox(replyTo)] }),
    ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
  };
}

/** SES takes addresses as they stand in a header: names that are not ASCII as encoded words (RFC 2047). */
function sesMailbox(text: string): string {
  if (!text.includes('<') && isPrintableAscii(text)) return text;
  const { name, address } = parseMailbox(text);
  if (name === '') return address;
  if (!isPrintableAscii(name)) return `${encodeWord(name, 'B', 52)} <${address}>`;
  return `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
}

function tagsOf({ deliveryId }: EmailMessage): SesPair[] {
  return [{ Name: DELIVERY_TAG, Value: deliveryId }];
}

function headersOf({ headers }: EmailMessage): SesPair[] {
  return Object.entries(headers).map(([Name, value]) => ({
    Name,
    Value: isPrintableAscii(value) ? value : encodeWord(value, 'B', 52),
  }));
}

function isPrintableAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}
