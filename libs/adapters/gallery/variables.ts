import type { TemplateVariable } from '#domain/templating/model/template.js';

export function required(name: string, example: unknown): TemplateVariable {
  return { name, required: true, example };
}

export function optional(name: string, example: unknown): TemplateVariable {
  return { name, required: false, example };
}

/** What every template in the gallery asks for: who writes, where to find them, and how to hear no more of them. */
export const senderVariables: readonly TemplateVariable[] = [
  required('companyName', 'Fernweh Studio'),
  required('companyAddress', '12 Lindenstraße, 10969 Berlin'),
  required('websiteUrl', 'https://example.com'),
  required('unsubscribeUrl', 'https://example.com/u/preview'),
  optional('linkedinUrl', 'https://www.linkedin.com/company/example'),
  optional('instagramUrl', 'https://www.instagram.com/example'),
  optional('youtubeUrl', 'https://www.youtube.com/@example'),
  optional('xUrl', 'https://x.com/example'),
];
