import type { TemplateVariable } from '#domain/templating/model/template.js';

export function required(name: string, example: unknown): TemplateVariable {
  return { name, required: true, example };
}

export function optional(name: string, example: unknown): TemplateVariable {
  return { name, required: false, example };
}

/** What the mail is for. It decides what stands in the footer, and so what the mail asks for. */
export type Purpose = 'marketing' | 'service' | 'security';

const profiles: readonly TemplateVariable[] = [
  optional('linkedinUrl', 'https://www.linkedin.com/company/example'),
  optional('instagramUrl', 'https://www.instagram.com/example'),
  optional('youtubeUrl', 'https://www.youtube.com/@example'),
  optional('xUrl', 'https://x.com/example'),
];

const serviceSender: readonly TemplateVariable[] = [
  required('companyName', 'Fernweh Studio'),
  required('companyAddress', '12 Lindenstraße, 10969 Berlin'),
  required('websiteUrl', 'https://example.com'),
];

/** Who writes, where to find them, and how to hear no more of them. */
export const senderVariables: readonly TemplateVariable[] = [
  ...serviceSender,
  required('unsubscribeUrl', 'https://example.com/u/preview'),
  ...profiles,
];

/** A mail somebody caused cannot be unsubscribed from; one about an account's safety asks for as little as it can. */
export const SENDER: Readonly<Record<Purpose, readonly TemplateVariable[]>> = {
  marketing: senderVariables,
  service: [...serviceSender, ...profiles],
  security: [
    required('companyName', 'Fernweh Studio'),
    optional('companyAddress', '12 Lindenstraße, 10969 Berlin'),
  ],
};

/** When and where something happened to an account, as far as it is known. `known` are required beside the time. */
export function sighting(...known: readonly ('device' | 'place')[]): readonly TemplateVariable[] {
  const variable = (name: 'device' | 'place', example: string): TemplateVariable => ({
    name,
    required: known.includes(name),
    example,
  });
  return [
    required('email', 'mara@example.com'),
    required('occurredAt', '2026-03-12T18:42:00+01:00'),
    optional('timezone', 'Europe/Berlin'),
    variable('device', 'Firefox on Windows'),
    variable('place', 'Leipzig, Germany'),
    optional('ipAddress', '203.0.113.7'),
    optional('supportEmail', 'help@example.com'),
  ];
}
