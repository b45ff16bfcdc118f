import type { Answer } from '../kit/http-call.js';
import { DELIVERY_TAG } from '../kit/journal.js';
import type { MailContent } from '../kit/mails.js';
import { graphError } from './whatsapp-errors.js';

/** A message template as it was approved. */
export interface ApprovedTemplate {
  /** `en_US`, … */
  languages: readonly string[];
  /** How many variables its body has. */
  parameters: number;
}

/** One message as it comes in a request; nothing in it is to be trusted. */
export interface WhatsAppBody {
  messaging_product?: unknown;
  recipient_type?: unknown;
  to?: unknown;
  type?: unknown;
  text?: { body?: unknown };
  template?: { name?: unknown; language?: { code?: unknown }; components?: unknown };
  biz_opaque_callback_data?: unknown;
}

const MAX_TEXT = 4096;
const MAX_CALLBACK_DATA = 512;

/** `+15551234567` out of whatever form a number may come in; empty if it is none. */
export function numberOf({ to }: WhatsAppBody): string {
  const digits = typeof to === 'string' ? to.replace(/[+\s().-]/g, '') : '';
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : '';
}

export function deliveryIdOf({ biz_opaque_callback_data: data }: WhatsAppBody): string | undefined {
  return typeof data === 'string' ? data : undefined;
}

/** What WhatsApp finds wrong with a message before it looks at who it is for. */
export function problemOf(
  body: WhatsAppBody,
  templates: Readonly<Record<string, ApprovedTemplate>>,
): Answer | undefined {
  if (body.messaging_product !== 'whatsapp')
    return graphError(100, { title: 'The parameter messaging_product is required.' });
  if (body.to === undefined) return graphError(100, { title: 'The parameter to is required.' });
  if (numberOf(body) === '') return graphError(131009, { details: 'Recipient is not a valid phone number' });
  const data = body.biz_opaque_callback_data;
  if (data !== undefined && (typeof data !== 'string' || data.length > MAX_CALLBACK_DATA))
    return graphError(100, {
      title: `biz_opaque_callback_data must have at most ${MAX_CALLBACK_DATA} characters`,
    });
  if (body.type === 'text' || body.type === undefined) return problemOfText(body);
  if (body.type === 'template') return problemOfTemplate(body, templates);
  return graphError(131051);
}

function problemOfText({ text }: WhatsAppBody): Answer | undefined {
  const words = text?.body;
  if (typeof words !== 'string' || words === '')
    return graphError(100, { title: "The parameter text['body'] is required." });
  return words.length > MAX_TEXT
    ? graphError(100, { title: `Param text['body'] must be at most ${MAX_TEXT} characters long.` })
    : undefined;
}

function problemOfTemplate(
  body: WhatsAppBody,
  templates: Readonly<Record<string, ApprovedTemplate>>,
): Answer | undefined {
  const { name, language } = templateOf(body);
  const approved = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (!approved?.languages.includes(language))
    return graphError(132001, { details: `template name (${name}) does not exist in ${language}` });
  const parameters = parametersOf(body);
  if (parameters.length !== approved.parameters) {
    const details = `body: number of localizable_params (${parameters.length}) does not match the expected number of params (${approved.parameters})`;
    return graphError(132000, { details });
  }
  if (parameters.includes(''))
    return graphError(131008, { details: 'Parameter of type text is missing text value' });
  const spaced = parameters.some((text) => /[\n\t]| {5}/.test(text));
  return spaced
    ? graphError(132018, {
        details: 'Param text cannot have new-line/tab characters or more than 4 consecutive spaces',
      })
    : undefined;
}

/** What is kept of a message without a problem, in the kit's words. */
export function mailOf(body: WhatsAppBody, from: string): MailContent {
  const { name, language } = templateOf(body);
  const parameters = parametersOf(body);
  const deliveryId = deliveryIdOf(body);
  const template = body.type === 'template';
  return {
    from,
    to: [numberOf(body)],
    subject: '',
    text: template ? parameters.join('\n') : String(body.text?.body),
    headers: {},
    tags: {
      type: template ? 'template' : 'text',
      ...(template ? { template: name, language, parameters: JSON.stringify(parameters) } : {}),
      ...(deliveryId === undefined ? {} : { [DELIVERY_TAG]: deliveryId }),
    },
    attachments: [],
  };
}

function templateOf({ template }: WhatsAppBody): { name: string; language: string } {
  return { name: String(template?.name), language: String(template?.language?.code) };
}

function parametersOf({ template }: WhatsAppBody): string[] {
  type Component = { type?: unknown; parameters?: { type?: unknown; text?: unknown }[] };
  const components = Array.isArray(template?.components) ? (template.components as Component[]) : [];
  return components
    .filter(({ type }) => type === 'body')
    .flatMap(({ parameters = [] }) => parameters)
    .map(({ text }) => String(text ?? ''));
}
