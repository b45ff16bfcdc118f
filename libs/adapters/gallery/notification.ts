import type { TemplateContent, TemplateVariable } from '#domain/templating/model/template.js';
import type { ShippedTemplate } from '#domain/templating/model/shipped-template.js';
import type { ShippedType } from '#ports/communication/shipped-types.js';
import { type GalleryTemplate, shippedCopy } from '#ports/templating/gallery.js';
import type { Source } from './blocks.js';

/** What a type says where there is no room for a mail. */
export interface Words {
  /** The title, on channels that show one. */
  readonly subject?: Source;
  readonly text: Source;
  /** The variables it names: all of them stand in the mail, too, and are required here if they are there. */
  readonly uses: readonly string[];
}

/** A notification type as its file writes it down. */
export interface Notification extends Omit<ShippedType, 'templates' | 'requiredData' | 'channels'> {
  /** In the order in which they are tried. */
  readonly channels: readonly string[];
  /** What it says by `email`. */
  readonly mail: GalleryTemplate;
  /** What it says on each other of its channels. */
  readonly words: Readonly<Record<string, Words>>;
}

/** Filled in for every e-mail by the platform. */
const BY_PLATFORM = new Set(['email', 'assetsUrl']);

const NAMES: Readonly<Record<string, string>> = { sms: 'SMS', whatsapp: 'WhatsApp' };

/** The type, requiring whatever any of its templates requires: what was accepted then fails on none of its channels. */
export function notification({ mail, words, ...about }: Notification): ShippedType {
  const templates: Record<string, ShippedTemplate> = { email: shippedCopy(mail) };
  for (const [channel, said] of Object.entries(words))
    templates[channel] = short(about.type, channel, mail, said);
  const required = Object.values(templates)
    .flatMap(({ content }) => content.variables)
    .filter((variable) => variable.required && !BY_PLATFORM.has(variable.name))
    .map(({ name }) => name);
  return { ...about, templates, requiredData: [...new Set(required)] };
}

function short(type: string, channel: string, mail: GalleryTemplate, words: Words): ShippedTemplate {
  const { subject, text, uses } = words;
  const content: TemplateContent = {
    ...(subject !== undefined && { subject }),
    text,
    variables: uses.map((name) => variableOf(mail, name)),
  };
  const name = `${mail.name} (${NAMES[channel] ?? channel})`;
  return { origin: `shipped:${type}:${channel}`, name, channel, locale: mail.locale, content };
}

function variableOf({ key, content }: GalleryTemplate, name: string): TemplateVariable {
  const found = content.variables.find((variable) => variable.name === name);
  if (!found) throw new Error(`The mail ${key} has no variable ${name}`);
  return found;
}
