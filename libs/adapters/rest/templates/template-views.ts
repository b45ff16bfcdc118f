import type { Template, TemplateWithContent } from '#domain/templating/model/template.js';
import type { TemplateSummaryView, TemplateView } from './template.view.js';

export function templateSummaryView(template: Template): TemplateSummaryView {
  const { id, name, channel, locale, currentVersion, origin, createdAt, updatedAt } = template;
  return {
    id,
    name,
    channel,
    locale,
    version: currentVersion,
    origin: origin ?? null,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

export function templateView(template: TemplateWithContent): TemplateView {
  const { subject, html, text, variables } = template.content;
  return {
    ...templateSummaryView(template),
    subject: subject ?? null,
    html: html ?? null,
    text: text ?? null,
    variables: variables.map(({ name, required, example }) => ({ name, required, example: example ?? null })),
  };
}
